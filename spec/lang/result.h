// Errors of users as values: Result<T> holds a T or an Error with one line of text.
#pragma once

#include <concepts>
#include <initializer_list>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace plumbline::spec {

// A user's mistake, `[op] what: found vs expected`. It is thrown only where a graph is being built.
struct Error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class T>
using Result = tl::expected<T, Error>;

// An argument of a message: what to write, without its type, so that the text is put together in one place.
class Fragment {
 public:
  Fragment(std::string_view text) : text_(text) {}
  template <class A>
  explicit Fragment(const A& a) {
    if constexpr (std::convertible_to<const A&, std::string_view>)
      text_ = a;
    else
      value_ = &a, write_ = [](std::ostream& out, const void* value) { out << *static_cast<const A*>(value); };
  }
  friend std::ostream& operator<<(std::ostream& out, const Fragment& fragment) {
    if (fragment.value_ == nullptr) return out << fragment.text_;
    fragment.write_(out, fragment.value_);
    return out;
  }

 private:
  std::string_view text_;
  const void* value_ = nullptr;
  void (*write_)(std::ostream&, const void*) = nullptr;
};

std::string joined(std::initializer_list<Fragment> fragments);
tl::unexpected<Error> failure(std::initializer_list<Fragment> fragments);

// The arguments written one after another.
template <class... Args>
std::string concat(const Args&... args) {
  return joined({Fragment(args)...});
}

// `return fail("[matmul C1] inner dims differ: ", a, " vs ", b);`
template <class... Args>
tl::unexpected<Error> fail(const Args&... args) {
  return failure({Fragment(args)...});
}

// The value, or the error thrown: for graph builders.
template <class T>
T value_or_throw(Result<T> result) {
  if (!result) throw result.error();
  return std::move(*result);
}

}  // namespace plumbline::spec
