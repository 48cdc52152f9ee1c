// Gradient clipping as exact formulas over any number type: by the norm of all gradients together, or by value.
#pragma once

#include <cmath>

#include "spec/lang/tensor.h"
#include "spec/layers/scalar.h"
#include "spec/lang/optimiser.h"

namespace plumbline::spec {

inline constexpr double clip_eps = 1e-6;  // beside the norm, as PyTorch

// ‖g‖₁, ‖g‖₂ or ‖g‖_∞ of all gradients together.
template <Number N>
N total_norm(const ClipGradNorm& c, const Tensors<N>& gradients) {
  std::vector<const N*> all;
  for (const Tensor<N>& g : gradients)
    for (const N& x : g.elements()) all.push_back(&x);
  const auto n = static_cast<Index>(all.size());
  const auto at = [&](Index i) -> const N& { return *all[static_cast<std::size_t>(i)]; };
  if (std::isinf(c.norm_type))
    return n == 0 ? N(Index{0}) : max_of<N>(n, [&](Index i) { return N(abs(at(i))); });
  if (c.norm_type == 1) return sum<N>(n, [&](Index i) { return N(abs(at(i))); });
  return sqrt(sum<N>(n, [&](Index i) { return square(at(i)); }));
}

template <Number N>
Tensors<N> clip(const GradientClip& how, const Tensors<N>& gradients, const N& like) {
  const auto exact = [&](double a) { return coefficient(like, scalar(like, a)); };
  N factor(Index{1}), bound(Index{0});
  if (const auto* c = std::get_if<ClipGradNorm>(&how))
    factor = minimum(N(exact(c->max_norm) / (total_norm(*c, gradients) + exact(clip_eps))), N(Index{1}));
  else
    bound = exact(std::get<ClipGradValue>(how).clip_value);
  Tensors<N> out;
  for (const Tensor<N>& g : gradients)
    out.push_back(Tensor<N>::generate(g.shape(), [&](Index i) {
      if (std::holds_alternative<ClipGradNorm>(how)) return N(g[i] * factor);
      return N(maximum(N(minimum(g[i], bound)), N(-bound)));
    }));
  return out;
}

}  // namespace plumbline::spec
