// Ops applied to tensor-like values: a Tensor<N> computes now by the textbook formula, a Var records a node.
#pragma once

#include "spec/lang/attributes.h"
#include "spec/lang/number.h"
#include "spec/lang/sample.h"
#include "spec/lang/tensor.h"

namespace plumbline::spec {

// What derivative rules are written over.
template <class T>
concept TensorLike = requires(const T& x) {
  { x.shape() } -> std::convertible_to<const Shape&>;
};

template <class O, Number N>
Tensor<N> call(const O& op, const Tensors<N>& in) {
  Shapes shapes;
  for (const auto& x : in) shapes.push_back(x.shape());
  value_or_throw(op.shape(shapes));
  return op.template eval<N>(in);
}

// The same with the inputs written one after another. (Not named apply: std::apply would be found beside it.)
template <class O, TensorLike T, std::same_as<T>... Rest>
T call(const O& op, const T& x, const Rest&... rest) {
  return call(op, std::vector<T>{x, rest...});
}

// A constant tensor beside `like`, of the same kind: the same number type, or the same graph.
template <class O, Number N>
Tensor<N> constant(const O& op, const Tensor<N>& /*like*/) {
  return op.template eval<N>({});
}

// Constraint `label` of an op is not met: `[matmul] inner dims differ: 3 vs 4 [matmul C1]`.
template <class O, class... Args>
tl::unexpected<Error> refuse(const O&, int label, const Args&... args) {
  return fail("[", O::name, "] ", args..., " [", O::name, " C", label, "]");
}

}  // namespace plumbline::spec
