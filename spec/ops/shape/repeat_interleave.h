// y[i] = x[⌊i / repeats⌋] along an axis: each element repeated
#pragma once

#include "spec/ops/reduce/sum.h"
#include "spec/ops/shape/arranged.h"

namespace plumbline::spec {

struct RepeatInterleave {
  Index repeats = 2;
  Axes axis = {};  // one; empty: the flattened tensor

  static constexpr std::string_view name = "repeat_interleave", summary = "each element of x `repeats` times in a row";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const RepeatInterleave&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    auto out = flattened_unless_axis(*this, in[0]);  // [repeat_interleave C1]
    if (!out) return out;
    Index& n = (*out)[place(out->rank())];
    if (repeats < 0) return refuse(*this, 2, "repeats is negative: ", repeats);
    if (__builtin_mul_overflow(n, repeats, &n) || !out->valid())
      return refuse(*this, 3, "repeats ", repeats, " is too large for ", in[0]);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape from = *flattened_unless_axis(*this, in[0].shape());
    const Index axis_at = place(from.rank());
    return arranged(in[0].reshaped(from), *shape({in[0].shape()}),
                    [&](Index a, Index i) { return a == axis_at ? i / repeats : i; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape from = *flattened_unless_axis(*this, in[0].shape());
    const Index at = place(from.rank());
    Shape split;
    for (Index a = 0; a < from.rank(); ++a) {
      split.push_back(from[a]);
      if (a == at) split.push_back(repeats);
    }
    return {reshape(call(Sum{{at + 1}, false}, reshape(ct, split)), in[0].shape())};
  }
  static Sample<RepeatInterleave> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 3, 512);
    const Index repeats = choices.pick(0, 15) == 15 ? 0 : choices.pick(1, 4);
    return {{repeats, pick_optional_axis(choices, shape.rank())}, {shape}, {}};
  }

 private:
  Index place(Index rank) const { return axis.empty() ? 0 : *normal_axis(axis[0], rank); }
};
BOOST_DESCRIBE_STRUCT(RepeatInterleave, (), (repeats, axis))

}  // namespace plumbline::spec
