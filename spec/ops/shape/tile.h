// y[i] = x[i mod n] along each axis: x repeated as a whole
#pragma once

#include "spec/ops/reduce/sum.h"
#include "spec/ops/shape/arranged.h"

namespace plumbline::spec {

struct Tile {
  Axes reps = {};  // one for each axis, right-aligned with x's; missing ones are 1

  static constexpr std::string_view name = "tile", summary = "x repeated as a whole reps times along each axis";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Tile&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    Shape out = joint(in[0]);
    const Axes copies = copies_of(out.rank());
    for (Index a = 0; a < out.rank(); ++a) {
      const Index r = copies[static_cast<std::size_t>(a)];
      if (r < 0) return refuse(*this, 1, "reps is negative: ", r);
      if (__builtin_mul_overflow(out[a], r, &out[a])) return refuse(*this, 2, "reps ", r, " is too large");
    }
    if (!out.valid()) return refuse(*this, 2, "shape ", out, " is too large");
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape from = joint(in[0].shape());
    return arranged(in[0].reshaped(from), *shape({in[0].shape()}), [&](Index a, Index i) { return i % from[a]; });
  }
  // The copies of each element are summed.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape from = joint(in[0].shape());
    const Axes copies = copies_of(from.rank());
    Shape split;
    Axes of_copies;
    for (Index a = 0; a < from.rank(); ++a) {
      of_copies.push_back(split.rank());
      split.push_back(copies[static_cast<std::size_t>(a)]), split.push_back(from[a]);
    }
    if (from.rank() == 0) return {ct};
    return {reshape(call(Sum{of_copies, false}, reshape(ct, split)), in[0].shape())};
  }
  static Sample<Tile> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 3, 256);
    Tile op;
    for (Index a = choices.pick(0, 4); a > 0; --a)
      op.reps.push_back(choices.pick(0, 15) == 15 ? 0 : choices.pick(1, 3));
    return {op, {shape}, {}};
  }

 private:
  // x's shape with axes of 1 in front, one for each of reps at least.
  Shape joint(const Shape& x) const {
    Shape out;
    for (Index a = x.rank(); a < static_cast<Index>(reps.size()); ++a) out.push_back(1);
    for (Index d : x.dims()) out.push_back(d);
    return out;
  }
  Axes copies_of(Index rank) const {
    Axes copies(static_cast<std::size_t>(rank) - reps.size(), 1);
    copies.insert(copies.end(), reps.begin(), reps.end());
    return copies;
  }
};
BOOST_DESCRIBE_STRUCT(Tile, (), (reps))

}  // namespace plumbline::spec
