// The versions of the libraries on which exact arithmetic rests.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace plumbline::spec {

// Name and version, as they are at run time where the library tells.
std::vector<std::pair<std::string, std::string>> number_libraries();

}  // namespace plumbline::spec
