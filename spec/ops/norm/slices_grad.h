// dx = (g − mean g − x̂ · mean(g·x̂)) / σ for each slice, x̂ = (x − μ)/σ: the way back through a normalisation.
#pragma once

#include "spec/ops/norm/slices.h"

namespace plumbline::spec {

// Inputs x and g, the cotangent times the weight. Without centring the term mean g is absent.
template <Number N>
Tensor<N> normalised_gradient(const Tensors<N>& in, const Slicing& s, double eps, const Way& way) {
  Tensor<N> dx = in[0];
  const Tensor<N>& g = in[1];
  const auto out = dx.mutable_elements();
  const bool scaled = way.variance == VarianceBy::scaled;
  for_slices(in[0], s, eps, way, [&](const NormSlice<N>& slice) {
    const Index n = slice.length();
    std::vector<N> unit;
    for (Index k = 0; k < n; ++k) unit.push_back(way.over(slice.centred(k), slice.deviation));
    const auto ct = [&](Index k) -> const N& { return g[slice.at(k)]; };
    const auto along = [&](Index k) { return N(ct(k) * unit[static_cast<std::size_t>(k)]); };
    const N inner = average<N>(n, along, n, scaled);
    const N mean = s.centred ? average<N>(n, ct, n, scaled) : N(Index{0});
    for (Index k = 0; k < n; ++k) {
      const N rest = s.centred ? N(ct(k) - mean) : ct(k);
      out[static_cast<std::size_t>(slice.at(k))] =
          way.over(N(rest - unit[static_cast<std::size_t>(k)] * inner), slice.deviation);
    }
  });
  return dx;
}

// y = J(x) g with J symmetric: dg = J v, and dx = −(⟨v, y⟩ x̂ + ⟨g, x̂⟩ J v + ⟨v, x̂⟩ y) / (n σ).
template <class O, TensorLike T>
std::vector<T> normalised_gradient_vjp(const O& op, const std::vector<T>& in, const T& out, const T& cotangent,
                                       const Slicing& s) {
  const auto mean = [&](const T& a) { return call(Mean{s.axes, true}, a); };
  const T x = reshape(in[0], s.view), g = reshape(in[1], s.view), y = reshape(out, s.view),
          v = reshape(cotangent, s.view);
  const T centred = s.centred ? sub(x, mean(x)) : x, dg = call(op, in[0], cotangent);
  const T deviation = call(Sqrt{}, add(mean(mul(centred, centred)), literal(v, op.eps)));
  const T unit = div(centred, deviation);
  const T dx = add(mul(mean(mul(v, y)), unit),
                   add(mul(mean(mul(g, unit)), reshape(dg, s.view)), mul(mean(mul(v, unit)), y)));
  return {reshape(neg(div(dx, deviation)), in[0].shape()), dg};
}

// The cotangents of x[, w[, b]] for y = x̂ · w + b: `grad` is the gradient op of x, `unit` the op without weights.
// Weights of shape [c] are seen as `parameters`, which broadcasts to x.
template <class Grad, class O, TensorLike T>
std::vector<T> normalised_vjp(const Grad& grad, const O& unit, const std::vector<T>& in, const T& ct,
                              const Shape& parameters) {
  std::vector<T> out{call(grad, in[0], in.size() > 1 ? mul(ct, reshape(in[1], parameters)) : ct)};
  const auto collected = [&](const T& a, const T& like) { return reshape(sum_to(a, parameters), like.shape()); };
  if (in.size() > 1) out.push_back(collected(mul(ct, call(unit, in[0])), in[1]));
  if (in.size() > 2) out.push_back(collected(ct, in[2]));
  return out;
}

// What the gradient ops share: their second input has the shape of x. [op `label`]
template <class O>
Result<Shape> gradient_shape(const O& op, int label, const Shapes& in) {
  if (in[0] != in[1]) return refuse(op, label, "shapes differ: ", in[0], " vs ", in[1]);
  return in[0];
}

}  // namespace plumbline::spec
