// A mistake on the command line or in an input file: one line on stderr, exit code 2, nothing written.
#pragma once

#include <string>

#include "spec/lang/result.h"

namespace plumbline::crosscheck {

struct UsageError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class... Args>
[[noreturn]] void refuse(const Args&... args) {
  throw UsageError(spec::concat(args...));
}

// The value; an error becomes a UsageError with the same text.
template <class T>
T checked(spec::Result<T> result) {
  if (!result) throw UsageError(result.error().what());
  return std::move(*result);
}
inline void checked(const spec::Result<void>& result) {
  if (!result) throw UsageError(result.error().what());
}

}  // namespace plumbline::crosscheck
