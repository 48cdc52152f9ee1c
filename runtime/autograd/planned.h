// Planned: a recorded function as a program that is planned once and called often, compiled or eager.
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "runtime/autograd/recorded.h"
#include "runtime/core/program.h"
#include "spec/lang/tensor.h"

namespace plumbline::runtime::autograd {

using spec::Tensor;
using spec::Tensors;

enum class Mode : std::uint8_t { compiled, eager };  // the bits are the same

struct Options {
  Kernels kernels = {};
  int threads = 1;
  Mode mode = Mode::compiled;
};

// What is handed to a function: real numbers, or indices.
template <Element T>
using Value = std::variant<Tensor<T>, Tensor<std::int64_t>>;

template <Element T>
const Shape& shape_of(const Value<T>& x) {
  return std::visit([](const auto& t) -> const Shape& { return t.shape(); }, x);
}

// The argument that a value fits; of indices, with the smallest extent that they lie in.
template <Element T>
Argument argument_for(const Value<T>& x);

template <Element T = float>
class Planned {
 public:
  static Result<Planned> create(Recorded f, const Options& options = {});

  // The results for these arguments. Errors name the argument, and what was found and expected.
  Result<Tensors<T>> operator()(const std::vector<Value<T>>& arguments);
  template <class... A>
    requires(sizeof...(A) > 0 && (std::constructible_from<Value<T>, const A&> && ...))
  Result<Tensors<T>> operator()(const A&... arguments) {
    return (*this)(std::vector<Value<T>>{Value<T>(arguments)...});
  }

  // The same in steps: arguments stay as they were set.
  Result<void> set(std::size_t argument, const Value<T>& value);
  Result<void> run();
  Tensor<T> result(std::size_t k) const;

  const Recorded& function() const { return f_; }
  const Program* program() const { return program_.get(); }  // null where eager
  // How often kernels were bound: once when compiled, once a run when eager.
  int plans() const { return plans_; }

 private:
  Planned(Recorded f, const Options& options) : f_(std::move(f)), options_(options) {}
  Result<void> run_eagerly();

  Recorded f_;
  Options options_;
  std::shared_ptr<Program> program_;             // null where eager
  std::vector<std::optional<Value<T>>> values_;  // of the arguments, where eager
  Tensors<T> results_;
  int plans_ = 0;
};

}  // namespace plumbline::runtime::autograd
