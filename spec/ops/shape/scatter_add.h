// y = x, plus at each element the sum of the source elements whose index names it; the adjoint of gather
#pragma once

#include "spec/ops/shape/full.h"
#include "spec/ops/shape/indexed.h"

namespace plumbline::spec {

struct ScatterAdd {
  Index axis = 0;

  static constexpr std::string_view name = "scatter_add",
                                    summary = "y = x plus source added where index names; inputs x, index, source";
  static constexpr int arity = 3, index_label = 5;
  bool operator==(const ScatterAdd&) const = default;

  bool differentiable(std::size_t input) const { return input != 1; }
  Index index_axis(const Shapes& in) const { return *normal_axis(axis, in[0].rank()); }
  Index index_extent(std::size_t input, const Shapes& in) const { return input == 1 ? in[0][index_axis(in)] : -1; }
  Result<Shape> shape(const Shapes& in) const {  // [scatter_add C1..C3]
    const auto fits = indexed_shape(*this, in[0], in[1]);
    if (!fits) return tl::unexpected(fits.error());
    if (in[1] != in[2]) return refuse(*this, 4, "index and source differ: ", in[1], " vs ", in[2]);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const auto to = indexed_offsets(*this, in[0].shape(), in[1]);  // [scatter_add C5]
    std::vector<std::vector<Index>> sources(static_cast<std::size_t>(in[0].size()));
    for (std::size_t i = 0; i < to.size(); ++i)
      sources[static_cast<std::size_t>(to[i])].push_back(static_cast<Index>(i));
    return Tensor<N>::generate(in[0].shape(), [&](Index i) {
      const auto& from = sources[static_cast<std::size_t>(i)];
      const auto n = static_cast<Index>(from.size());
      return sum<N>(
          1 + n, [&](Index k) -> const N& { return k == 0 ? in[0][i] : in[2][from[static_cast<std::size_t>(k - 1)]]; });
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const;  // gather.h

  static Sample<ScatterAdd> sample(Choices& choices) {
    const auto pick = sample_indexed(choices);
    return {{pick.axis}, {pick.x, pick.index, pick.index}, {Domain::any(), Domain::index(pick.extent)}};
  }
};
BOOST_DESCRIBE_STRUCT(ScatterAdd, (), (axis))

}  // namespace plumbline::spec

#include "spec/ops/shape/gather.h"
