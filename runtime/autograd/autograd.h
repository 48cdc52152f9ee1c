// Derivatives of plain functions of Vars at a point: grad, vjp, jvp, jacrev, jacfwd, hvp, hessian.
//
//   const auto f = [](const Var& x) { return functional::sum(functional::tanh(x)); };
//   autograd::grad(f, x);                                          // a Result<Tensor<float>>
//   autograd::PlannedJacobian<double>::create(*autograd::record(f, {Shape{3}}));   // planned once, called often
#pragma once

#include "runtime/autograd/jacobian.h"
#include "runtime/autograd/planned.h"

namespace plumbline::runtime::autograd {

// The Jacobian of the one result by one argument, as a function that is planned once.
template <Element T = float>
class PlannedJacobian {
 public:
  // reverse: a pullback for each element of the result; forward: a pushforward for each element of the argument.
  enum class Way : std::uint8_t { reverse, forward };
  static Result<PlannedJacobian> create(const Recorded& f, Way way = Way::reverse, std::size_t argument = 0,
                                        const Options& options = {});
  // J [y…, x…] at these arguments.
  Result<Tensor<T>> operator()(const std::vector<Value<T>>& arguments);

 private:
  PlannedJacobian(Planned<T> planned, Way way, std::size_t argument)
      : planned_(std::move(planned)), way_(way), argument_(argument) {}
  Planned<T> planned_;  // of the vjp or the jvp, whose last argument is the direction
  Way way_;
  std::size_t argument_;
};

// The Hessian [x…, x…] of a function of one element: the forward Jacobian of its gradient.
template <Element T = float>
Result<PlannedJacobian<T>> planned_hessian(const Recorded& f, std::size_t argument = 0, const Options& options = {}) {
  const auto gradient = grad(f, {argument});
  if (!gradient) return tl::unexpected(gradient.error());
  return PlannedJacobian<T>::create(*gradient, PlannedJacobian<T>::Way::forward, argument, options);
}

// The results of a recorded function at a point; an error of the recording is handed on.
template <Element T>
Result<Tensors<T>> evaluate(const Result<Recorded>& f, const std::vector<Value<T>>& arguments,
                            const Options& options = {}) {
  if (!f) return tl::unexpected(f.error());
  auto planned = Planned<T>::create(*f, options);
  if (!planned) return tl::unexpected(planned.error());
  return (*planned)(arguments);
}

template <Element T, VarFunction F>
Result<Recorded> record_at(F&& f, const Tensors<T>& x) {
  std::vector<Argument> arguments;
  for (const Tensor<T>& t : x) arguments.emplace_back(t.shape());
  return record(f, arguments);
}

// The arguments of a derivative: the point, then directions.
template <Element T>
std::vector<Value<T>> joined(const Tensors<T>& x, const Tensors<T>& more) {
  std::vector<Value<T>> out(x.begin(), x.end());
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

inline Result<Recorded> then(const Result<Recorded>& f, Result<Recorded> (*derivative)(const Recorded&, Wrt)) {
  return f ? derivative(*f, {}) : f;
}

template <Element T>
struct ValueAndGrads {
  Tensor<T> value;
  Tensors<T> grads;
};
template <Element T>
struct ValueAndGrad {
  Tensor<T> value, grad;
};
// What a vjp or jvp gives: the function's value, and Jᵀ ct or J dx.
template <Element T>
struct Product {
  Tensor<T> value, product;
};

// f takes a Var for each tensor, or a list of them, and has one result.
template <Element T, VarFunction F>
Result<ValueAndGrads<T>> value_and_grad(F&& f, const Tensors<T>& x, const Options& options = {}) {
  auto out = evaluate<T>(then(record_at(f, x), value_and_grad), joined(x, {}), options);
  if (!out) return tl::unexpected(out.error());
  return ValueAndGrads<T>{(*out)[0], Tensors<T>(out->begin() + 1, out->end())};
}
template <Element T, VarFunction F>
Result<Tensors<T>> grad(F&& f, const Tensors<T>& x, const Options& options = {}) {
  return evaluate<T>(then(record_at(f, x), grad), joined(x, {}), options);
}
template <Element T, VarFunction F>
Result<ValueAndGrad<T>> value_and_grad(F&& f, const Tensor<T>& x, const Options& options = {}) {
  auto out = value_and_grad(f, Tensors<T>{x}, options);
  if (!out) return tl::unexpected(out.error());
  return ValueAndGrad<T>{out->value, out->grads[0]};
}
template <Element T, VarFunction F>
Result<Tensor<T>> grad(F&& f, const Tensor<T>& x, const Options& options = {}) {
  return grad(f, Tensors<T>{x}, options).map([](const Tensors<T>& g) { return g[0]; });
}

// Jᵀ ct of f(x), ct of the shape of f(x).
template <Element T, VarFunction F>
Result<Product<T>> vjp(F&& f, const Tensor<T>& x, const Tensor<T>& ct, const Options& options = {}) {
  return evaluate<T>(then(record_at(f, Tensors<T>{x}), vjp), {x, ct}, options).map([](const Tensors<T>& y) {
    return Product<T>{y[0], y[1]};
  });
}
// J dx of f(x), dx of the shape of x.
template <Element T, VarFunction F>
Result<Product<T>> jvp(F&& f, const Tensor<T>& x, const Tensor<T>& dx, const Options& options = {}) {
  return evaluate<T>(then(record_at(f, Tensors<T>{x}), jvp), {x, dx}, options).map([](const Tensors<T>& y) {
    return Product<T>{y[0], y[1]};
  });
}
// H v of a function of one element.
template <Element T, VarFunction F>
Result<Tensor<T>> hvp(F&& f, const Tensor<T>& x, const Tensor<T>& v, const Options& options = {}) {
  return evaluate<T>(then(record_at(f, Tensors<T>{x}), hvp), {x, v}, options).map([](const Tensors<T>& y) {
    return y[1];
  });
}

// The Jacobian [y…, x…], by rows or by columns; the Hessian [x…, x…].
template <Element T, VarFunction F>
Result<Tensor<T>> jacrev(F&& f, const Tensor<T>& x, const Options& options = {}) {
  return record_at(f, Tensors<T>{x})
      .and_then([&](const Recorded& r) {
        return PlannedJacobian<T>::create(r, PlannedJacobian<T>::Way::reverse, 0, options);
      })
      .and_then([&](PlannedJacobian<T> j) { return j({x}); });
}
template <Element T, VarFunction F>
Result<Tensor<T>> jacfwd(F&& f, const Tensor<T>& x, const Options& options = {}) {
  return record_at(f, Tensors<T>{x})
      .and_then([&](const Recorded& r) {
        return PlannedJacobian<T>::create(r, PlannedJacobian<T>::Way::forward, 0, options);
      })
      .and_then([&](PlannedJacobian<T> j) { return j({x}); });
}
template <Element T, VarFunction F>
Result<Tensor<T>> hessian(F&& f, const Tensor<T>& x, const Options& options = {}) {
  return record_at(f, Tensors<T>{x})
      .and_then([&](const Recorded& r) { return planned_hessian<T>(r, 0, options); })
      .and_then([&](PlannedJacobian<T> h) { return h({x}); });
}

}  // namespace plumbline::runtime::autograd
