// The versions of the libraries that the kernels use.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace plumbline::runtime {

// Name and version, as they are at run time where the library tells.
std::vector<std::pair<std::string, std::string>> kernel_libraries();

}  // namespace plumbline::runtime
