// y = (1/β) ln Σ e^(βx) over each window, its gradient and the adjoint of that: sums weighted by s = e^(βx) / Σ e^(βx)
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/pool/unpooling.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

template <int dims>
struct SmoothMaxAttributes : MaxPoolAttributes<dims> {
  double beta = 1;  // inverse temperature: towards +∞ the maximum, towards −∞ the minimum
  bool operator==(const SmoothMaxAttributes&) const = default;
};
struct SmoothMaxPool2d;
struct SmoothMaxPool2dGrad;
struct SmoothMaxPool2dPick;

// [op C1..C5] as a pool, [op C7] of beta.
template <class O>
Result<Shape> smooth_pooled(const O& op, const Shape& x) {
  if (op.beta == 0 || !std::isfinite(op.beta)) return refuse(op, 7, "beta is not finite, or 0: ", op.beta);
  return pooled(op, x);
}

template <class O>
Sample<O> sample_smooth(Choices& choices) {
  O op;
  const Shape x = sample_pool(choices, op);
  op.beta = choices.one_of(std::vector<double>{1, 0.5, 2, -1, 0.1, -3, 10});
  return {op, {x}, {Domain::near({0, 88.7 / op.beta, -103 / op.beta})}};
}

// The x of a window from which all are counted, so that no exponential overflows: the largest of βx.
template <Number N, class X>
N pivot_of(Index n, X&& x, double beta) {
  return beta > 0 ? max_of<N>(n, x) : -max_of<N>(n, [&](Index k) { return N(-x(k)); });
}

// s_k of a window. shifted: e^(β(x_k − pivot)) / Σ, which never overflows.
template <Number N, class X>
std::vector<N> smooth_weights(Index n, X&& x, double beta, bool shifted) {
  std::vector<N> s;
  const N pivot = pivot_of<N>(n, x, beta);
  for (Index k = 0; k < n; ++k)
    s.push_back(exp(N((shifted ? N(select(is_infinite(pivot) & equal(x(k), pivot), N(Index{0}), x(k) - pivot)) : x(k)) *
                      real(x(k), beta))));
  const N total = sum<N>(n, [&](Index k) -> const N& { return s[static_cast<std::size_t>(k)]; });
  for (N& w : s) w = select(is_infinite(pivot) & less(N(Index{1}), total), pivot - pivot, w / total);
  return s;
}

// G_i = Σ over the windows that read x_i of ct s_i
template <class O>
struct SmoothMaxGrad : SmoothMaxAttributes<2> {
  static constexpr int arity = 2;
  static constexpr std::array<std::string_view, 1> methods{"shifted"};
  bool operator==(const SmoothMaxGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const O& self = static_cast<const O&>(*this);
    const auto out = smooth_pooled(self, in[0]);
    if (!out) return tl::unexpected(out.error());
    if (in[1] != *out) return refuse(self, 6, "ct differs from the output: ", in[1], " vs ", *out);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return given(in, /*shifted=*/false);
  }
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return given(in, /*shifted=*/true);
  }

 private:
  template <Number N>
  Tensor<N> given(const Tensors<N>& in, bool shifted) const {
    return unpool<N>(static_cast<const O&>(*this), in[0].shape(),
                     [&](const Reads& window, Index plane, Index at, std::vector<N>& shares) {
                       const N* from = in[0].elements().data() + plane;
                       const auto x = [&](Index k) -> const N& {
                         return from[window.taps[static_cast<std::size_t>(k)]];
                       };
                       shares = smooth_weights<N>(static_cast<Index>(window.taps.size()), x, beta, shifted);
                       for (N& s : shares) s = in[1][at] * s;
                     });
  }
};

// The cotangent of x in ⟨v, G(x, ct)⟩ = ⟨ct, P(x, v)⟩, P = Σ s v of each window: β (v G(x, ct) − G(x, ct P(x, v)))
template <class Grad, class Pick, TensorLike T>
T smooth_slope(const SmoothMaxAttributes<2>& a, const T& x, const T& ct, const T& v) {
  const Grad grad = with_attributes<Grad>(a);
  const T picked = call(with_attributes<Pick>(a), x, v);
  return mul(literal(ct, a.beta), sub(mul(v, call(grad, x, ct)), call(grad, x, mul(ct, picked))));
}

}  // namespace plumbline::spec
