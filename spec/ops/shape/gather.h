// y[i, j, …] = x[i, …, index[i, j, …], …]: the index replaces the coordinate along one axis, as torch.gather
#pragma once

#include "spec/ops/shape/scatter_add.h"

namespace plumbline::spec {

struct Gather {
  Index axis = 0;

  static constexpr std::string_view name = "gather",
                                    summary = "y = x with its coordinate along axis replaced; inputs x, index";
  static constexpr int arity = 2, index_label = 4;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Gather&) const = default;

  bool differentiable(std::size_t input) const { return input == 0; }
  Index index_axis(const Shapes& in) const { return *normal_axis(axis, in[0].rank()); }
  Index index_extent(std::size_t input, const Shapes& in) const { return input == 1 ? in[0][index_axis(in)] : -1; }
  Result<Shape> shape(const Shapes& in) const { return indexed_shape(*this, in[0], in[1]); }  // [gather C1..C3]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const auto from = indexed_offsets(*this, in[0].shape(), in[1]);  // [gather C4]
    return Tensor<N>::generate(in[1].shape(), [&](Index i) { return in[0][from[static_cast<std::size_t>(i)]]; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(ScatterAdd{axis}, full_like(ct, in[0].shape(), 0), in[1], ct)};
  }
  static Sample<Gather> sample(Choices& choices) {
    const auto pick = sample_indexed(choices);
    return {{pick.axis}, {pick.x, pick.index}, {Domain::any(), Domain::index(pick.extent)}};
  }
};
BOOST_DESCRIBE_STRUCT(Gather, (), (axis))

template <TensorLike T>
std::vector<T> ScatterAdd::vjp(const std::vector<T>& in, const T&, const T& ct) const {
  return {ct, call(Gather{axis}, ct, in[1])};
}

}  // namespace plumbline::spec
