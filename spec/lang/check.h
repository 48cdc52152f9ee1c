// Our own mistakes abort, in every build, with the place and the broken condition.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <source_location>

namespace plumbline {

inline void check(bool condition, const char* what,
                  std::source_location at = std::source_location::current()) {
  if (condition) [[likely]] return;
  std::fprintf(stderr, "%s:%u: %s: check failed: %s\n", at.file_name(), static_cast<unsigned>(at.line()),
               at.function_name(), what);
  std::abort();
}

}  // namespace plumbline
