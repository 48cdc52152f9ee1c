// What the losses share: their terms as they are, their sum or their mean, and what reaches a term on the way back.
#pragma once

#include "spec/ops/elementwise/div.h"
#include "spec/ops/reduce/reduction.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

// The shape of the loss of terms of a shape. O has an attribute reduction: none, mean or sum.
template <class O>
Result<Shape> loss_shape(const O& op, int label, const Shape& terms) {
  if (op.reduction == "none") return terms;
  if (op.reduction == "mean" || op.reduction == "sum") return Shape{};
  return refuse(op, label, "reduction is none, mean or sum, got ", op.reduction);
}

// The cotangent of each of `count` terms, where ct is that of the loss.
template <class O, TensorLike T>
T term_cotangent(const O& op, const T& ct, Index count) {
  return op.reduction == "mean" ? div(ct, literal(ct, static_cast<double>(count))) : ct;
}

inline std::string pick_reduction(Choices& choices) { return choices.one_of<std::string>({"mean", "sum", "none"}); }

}  // namespace plumbline::spec
