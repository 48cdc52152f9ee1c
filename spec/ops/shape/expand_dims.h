// y = x with axes of extent 1 at the named places of the result
#pragma once

#include "spec/ops/shape/reshape.h"

namespace plumbline::spec {

struct ExpandDims {
  Axes axis{0};  // places in the result

  static constexpr std::string_view name = "expand_dims", summary = "x with axes of extent 1 put in at `axis`";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const ExpandDims&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const Index rank = in[0].rank() + static_cast<Index>(axis.size());
    const auto places = normal_axes(axis, rank);
    if (!places) return refuse(*this, 1, places.error().what());
    Shape out;
    Index from = 0;
    for (Index a = 0; a < rank; ++a) {
      const bool fresh = !axis.empty() && std::binary_search(places->begin(), places->end(), a);
      out.push_back(fresh ? 1 : in[0][from++]);
    }
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return in[0].reshaped(*shape({in[0].shape()}));
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {reshape(ct, in[0].shape())};
  }
  static Sample<ExpandDims> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 3);
    ExpandDims op;
    const Index more = choices.pick(0, 2);
    for (Index i = 0; i < more; ++i) op.axis.push_back(0);
    const Index rank = shape.rank() + static_cast<Index>(op.axis.size());
    op.axis[0] = choices.pick(-rank, rank - 1);
    for (std::size_t i = 1; i < op.axis.size(); ++i)
      op.axis[i] = (*normal_axis(op.axis[i - 1], rank) + 1) % rank;
    return {op, {shape}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(ExpandDims, (), (axis))

}  // namespace plumbline::spec
