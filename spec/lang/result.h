// Errors of users as values: Result<T> holds a T or an Error with one line of text.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>
#include <tl/expected.hpp>

namespace plumbline::spec {

// A user's mistake, `[op] what: found vs expected`. It is thrown only where a graph is being built.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class T>
using Result = tl::expected<T, Error>;

// The arguments written one after another.
template <class... Args>
std::string concat(const Args&... args) {
  std::ostringstream out;
  (out << ... << args);
  return out.str();
}

// `return fail("[matmul C1] inner dims differ: ", a, " vs ", b);`
template <class... Args>
tl::unexpected<Error> fail(const Args&... args) {
  return tl::unexpected<Error>(Error(concat(args...)));
}

// The value, or the error thrown: for graph builders.
template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw result.error();
  return std::move(*result);
}

}  // namespace plumbline::spec
