// What the losses share: their terms as they are, their sum or their mean, and what reaches a term on the way back.
#pragma once

#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/reduce/reduction.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

// The words of the attribute `reduction`.
inline constexpr std::array<Words, 1> reduction_words{{{"reduction", {"mean", "sum", "none"}}}};

// The shape of the loss of terms of a shape. O has an attribute reduction: none, mean or sum.
template <class O>
Result<Shape> loss_shape(const O& op, int label, const Shape& terms) {
  if (op.reduction == "none") return terms;
  if (op.reduction == "mean" || op.reduction == "sum") return Shape{};
  return refuse(op, label, "reduction is none, mean or sum, got ", op.reduction);
}

// Inputs 1, 2, … have the shape of the first [op C1]; then the shape of the loss [op C2].
template <class O>
Result<Shape> pointwise_shape(const O& op, const Shapes& in) {
  for (const Shape& s : in)
    if (s != in[0]) return refuse(op, 1, "shapes differ: ", in[0], " vs ", s);
  return loss_shape(op, 2, in[0]);
}

// term(i) for each of the places, or Σ term(i), or that over `count`, by op.reduction.
template <Number N, class O, class Term>
Tensor<N> reduce_terms(const O& op, const Shape& places, Index count, Term&& term) {
  if (op.reduction == "none") return Tensor<N>::generate(places, term);
  const N total = sum<N>(places.size(), term);
  return Tensor<N>::scalar(op.reduction == "sum" ? total : N(total / N(count)));
}
// The mean is over the places.
template <Number N, class O, class Term>
Tensor<N> reduce_terms(const O& op, const Shape& places, Term&& term) {
  return reduce_terms<N>(op, places, places.size(), term);
}

// The cotangent of each of `count` terms, where ct is that of the loss.
template <class O, TensorLike T>
T term_cotangent(const O& op, const T& ct, Index count) {
  return op.reduction == "none" || op.reduction == "sum" ? ct : div(ct, literal(ct, static_cast<double>(count)));
}

inline std::string pick_reduction(Choices& choices) { return choices.one_of<std::string>({"mean", "sum", "none"}); }

}  // namespace plumbline::spec
