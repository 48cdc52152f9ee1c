// y_k = v_i where x_i stands at place k when x is sorted along an axis: v in the order of its keys x
#pragma once

#include "spec/ops/shape/sort_grad.h"

namespace plumbline::spec {

struct SortBy {
  Index axis = -1;
  bool descending = false;

  static constexpr std::string_view name = "sort_by", summary = "v in the order that sorts x; inputs x, v";
  static constexpr int arity = 2;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const SortBy&) const = default;

  bool differentiable(std::size_t input) const { return input == 1; }
  Result<Shape> shape(const Shapes& in) const {
    const auto out = ranked_shape(*this, in[0]);  // [sort_by C1]
    if (out && in[0] != in[1]) return refuse(*this, 2, "shapes differ: ", in[0], " vs ", in[1]);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Fibres fibre = fibres(in[0].shape(), {*normal_axis(axis, in[0].shape().rank())});
    Tensor<N> y = in[1];
    if (y.size() == 0) return y;
    const auto out = y.mutable_elements();
    for (Index start : fibre.start) {
      const auto at = [&](Index k) { return start + fibre.step[static_cast<std::size_t>(k)]; };
      const Ranking ranking =
          Ranking::of<N>(fibre.length(), [&](Index i) -> const N& { return in[0][at(i)]; }, descending);
      for (Index k = 0; k < fibre.length(); ++k)
        out[static_cast<std::size_t>(at(k))] =
            ranking.place<N>(k, [&](Index i) -> const N& { return in[1][at(i)]; });
    }
    return y;
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(SortGrad{axis, descending, /*stable=*/false}, in[0], ct)};
  }
  static Sample<SortBy> sample(Choices& choices) {
    auto sample = sample_ranked<SortBy>(choices);
    sample.op.descending = choices.coin();
    sample.shapes.push_back(sample.shapes[0]);
    return sample;
  }
};
BOOST_DESCRIBE_STRUCT(SortBy, (), (axis, descending))

template <TensorLike T>
std::vector<T> SortGrad::vjp(const std::vector<T>& in, const T&, const T& v) const {
  return {call(SortBy{axis, descending}, in[0], v)};
}

}  // namespace plumbline::spec
