// y = one piece of x cut along an axis: into equal sections, or into pieces of given sizes
#pragma once

#include "spec/ops/shape/slice.h"

namespace plumbline::spec {

struct Split {
  Index axis = 0;
  Index sections = 1;  // equal pieces; 1 where sizes are given
  Axes sizes = {};     // of the pieces; empty: equal ones
  Index index = 0;     // which piece is the result

  static constexpr std::string_view name = "split", summary = "one piece of x cut into sections or sizes along an axis";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Split&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto a = normal_axis(axis, in[0].rank());
    if (!a) return refuse(*this, 1, a.error().what());
    const Index n = in[0][*a];
    if (!sizes.empty() && sections != 1) return refuse(*this, 2, "sections and sizes are both given: ", sections);
    if (sections < 1 || n % sections != 0) return refuse(*this, 3, sections, " sections do not divide extent ", n);
    Index total = 0;
    for (Index s : sizes) {
      if (s < 0) return refuse(*this, 4, "a size is negative: ", s);
      if (__builtin_add_overflow(total, s, &total)) return refuse(*this, 4, "sizes are too large: ", s);
    }
    if (!sizes.empty() && total != n) return refuse(*this, 4, "sizes sum to ", total, ", the extent is ", n);
    const Index pieces = sizes.empty() ? sections : static_cast<Index>(sizes.size());
    if (index < 0 || index >= pieces) return refuse(*this, 5, "index ", index, " of ", pieces, " pieces");
    Shape out = in[0];
    const auto [start, stop] = piece(n);
    out[*a] = stop - start;
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape &from = in[0].shape(), to = *shape({from});
    const Index a = *normal_axis(axis, from.rank()), inner = inner_size(from, a), start = piece(from[a]).start;
    return Tensor<N>::generate(to, [&](Index i) {
      const Index k = i / inner % to[a] + start, outer = i / inner / to[a];
      return in[0][(outer * from[a] + k) * inner + i % inner];
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Index n = in[0].shape()[*normal_axis(axis, in[0].shape().rank())];
    const auto [start, stop] = piece(n);
    return {call(SliceGrad{axis, start, stop, 1, n}, ct)};
  }
  static Sample<Split> sample(Choices& choices) {
    Shape shape = pick_shape(choices, 1, 3, 512);
    Split op;
    op.axis = choices.pick(-shape.rank(), shape.rank() - 1);
    Index& n = shape[*normal_axis(op.axis, shape.rank())];
    const Index pieces = choices.pick(1, 4);
    if (choices.coin()) {
      n = 0;
      for (Index k = 0; k < pieces; ++k) op.sizes.push_back(choices.pick(0, 5)), n += op.sizes.back();
    } else {
      op.sections = pieces, n = pieces * std::min<Index>(n, 9);
    }
    op.index = choices.pick(0, pieces - 1);
    return {op, {shape}, {}};
  }

 private:
  struct Piece {
    Index start, stop;
  };
  Piece piece(Index n) const {
    if (sizes.empty()) return {n / sections * index, n / sections * (index + 1)};
    Index start = 0;
    for (Index k = 0; k < index; ++k) start += sizes[static_cast<std::size_t>(k)];
    return {start, start + sizes[static_cast<std::size_t>(index)]};
  }
};
BOOST_DESCRIBE_STRUCT(Split, (), (axis, sections, sizes, index))

}  // namespace plumbline::spec
