// y = the k largest, or smallest, of x along an axis, in sorted order
#pragma once

#include "spec/ops/shape/pad.h"
#include "spec/ops/shape/sort_grad.h"
#include "spec/ops/shape/top.h"

namespace plumbline::spec {

struct Topk {
  Index k = 1, axis = -1;
  bool largest = true;
  bool sorted = true;  // false: a kernel that claims any ties may hand them out in any order

  static constexpr std::string_view name = "topk", summary = "the k largest or smallest of x along an axis";
  static constexpr int arity = 1;
  bool operator==(const Topk&) const = default;

  Result<Shape> shape(const Shapes& in) const { return top_shape(*this, in[0]); }  // [topk C1], [topk C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return ranked(in[0], axis, k, /*descending=*/largest,
                  [](const Ranking& r, Index place, auto&& x) { return r.place<N>(place, x); });
  }
  std::vector<Tri> among_ties(const Tensors<double>& in, const Tensor<double>& got) const {
    if (sorted) return {};
    const Tensor<double> right = eval<double>(in);
    std::vector<Tri> out(static_cast<std::size_t>(got.size()), Tri::no);
    const Fibres fibre = fibres(got.shape(), {*normal_axis(axis, got.shape().rank())});
    for (Index start : fibre.start) {
      std::vector<char> used(fibre.step.size(), 0);
      for (std::size_t i = 0; got.size() > 0 && i < used.size(); ++i)
        for (std::size_t j = 0; j < used.size(); ++j)
          if (!used[j] && same_number(got[start + fibre.step[i]], right[start + fibre.step[j]])) {
            used[j] = 1, out[static_cast<std::size_t>(start + fibre.step[i])] = Tri::yes;
            break;
          }
    }
    return out;
  }
  // The places beyond the k-th have no cotangent.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape& shape = in[0].shape();
    const Index a = *normal_axis(axis, shape.rank());
    Pad rest;
    rest.padding.assign(static_cast<std::size_t>(2 * shape.rank()), 0);
    rest.padding[static_cast<std::size_t>(2 * a + 1)] = shape[a] - k;
    return {call(SortGrad{a, largest, /*stable=*/false}, in[0], call(rest, ct))};
  }
  static Sample<Topk> sample(Choices& choices) { return sample_top<Topk>(choices); }
};
BOOST_DESCRIBE_STRUCT(Topk, (), (k, axis, largest, sorted))

}  // namespace plumbline::spec
