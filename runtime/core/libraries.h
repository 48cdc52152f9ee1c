// The versions of the libraries that the runtime uses.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace plumbline::runtime {

// Name and version, as they are at run time where the library tells.
std::vector<std::pair<std::string, std::string>> runtime_libraries();

}  // namespace plumbline::runtime
