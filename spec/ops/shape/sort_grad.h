// dx_i = ct_k where x_i stands at place k when x is sorted along an axis
#pragma once

#include "spec/ops/shape/equals.h"

namespace plumbline::spec {

struct SortGrad {
  Index axis = -1;
  bool descending = false;
  bool stable = false;  // true: equals keep their order, whatever ties a kernel claims

  static constexpr std::string_view name = "sort_grad", summary = "ct brought back from sorted order; inputs x, ct";
  static constexpr int arity = 2;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const SortGrad&) const = default;

  bool differentiable(std::size_t input) const { return input == 1; }
  Result<Shape> shape(const Shapes& in) const {
    const auto out = ranked_shape(*this, in[0]);  // [sort_grad C1]
    if (out && in[0] != in[1]) return refuse(*this, 2, "shapes differ: ", in[0], " vs ", in[1]);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Fibres fibre = fibres(in[0].shape(), {*normal_axis(axis, in[0].shape().rank())});
    Tensor<N> dx = in[1];
    if (dx.size() == 0) return dx;
    const auto out = dx.mutable_elements();
    for (Index start : fibre.start) {
      const auto at = [&](Index k) { return start + fibre.step[static_cast<std::size_t>(k)]; };
      Ranking::of<N>(fibre.length(), [&](Index i) -> const N& { return in[0][at(i)]; }, descending)
          .template scatter<N>([&](Index k) -> const N& { return in[1][at(k)]; },
                               [&](Index i) -> N& { return out[static_cast<std::size_t>(at(i))]; });
    }
    return dx;
  }
  // Equal numbers of x may share out the cotangents of their places in any way.
  std::vector<Tri> among_ties(const Tensors<double>& in, const Tensor<double>& got) const;
  // Linear in ct: v in sorted order.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const;

  static Sample<SortGrad> sample(Choices& choices) {
    auto sample = sample_ranked<SortGrad>(choices);
    sample.op.descending = choices.coin(), sample.op.stable = choices.coin();
    sample.shapes.push_back(sample.shapes[0]);
    return sample;
  }
};
BOOST_DESCRIBE_STRUCT(SortGrad, (), (axis, descending, stable))

inline std::vector<Tri> SortGrad::among_ties(const Tensors<double>& in, const Tensor<double>& got) const {
  if (stable) return {};
  const Tensor<double> right = eval<double>(in);
  const Fibres fibre = fibres(got.shape(), {*normal_axis(axis, got.shape().rank())});
  std::vector<Tri> out(static_cast<std::size_t>(got.size()), Tri::no);
  for (Index start : fibre.start) {
    std::vector<char> used(fibre.step.size(), 0);
    for (std::size_t i = 0; got.size() > 0 && i < used.size(); ++i) {
      const Index at = start + fibre.step[i];
      for (std::size_t j = 0; j < used.size(); ++j) {
        const Index other = start + fibre.step[j];
        if (used[j] || !same_number(in[0][at], in[0][other]) || !same_number(got[at], right[other])) continue;
        used[j] = 1, out[static_cast<std::size_t>(at)] = Tri::yes;
        break;
      }
    }
  }
  return out;
}

}  // namespace plumbline::spec

#include "spec/ops/shape/sort_by.h"
