// Our own mistakes abort, in every build, with the place and the broken condition.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace plumbline {

// The compiler's own words for the place of the call: clang 14 has no std::source_location.
inline void check(bool condition, const char* what, const char* file = __builtin_FILE(), int line = __builtin_LINE(),
                  const char* function = __builtin_FUNCTION()) {
  if (condition) [[likely]] return;
  std::fprintf(stderr, "%s:%d: %s: check failed: %s\n", file, line, function, what);
  std::abort();
}

}  // namespace plumbline
