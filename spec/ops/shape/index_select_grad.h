// dx[…, j, …] = Σ of ct[…, i, …] over the places i where index_i = j: the adjoint of index_select
#pragma once

#include "spec/ops/shape/full.h"
#include "spec/ops/shape/slice_grad.h"
#include "spec/ops/index_data.h"

namespace plumbline::spec {

struct IndexSelectGrad {
  Index axis = 0;
  Index extent = 1;  // of x along the axis

  static constexpr std::string_view name = "index_select_grad",
                                    summary = "ct summed at the places of x that index names; inputs index, ct";
  static constexpr int arity = 2, index_label = 4;
  bool operator==(const IndexSelectGrad&) const = default;

  bool differentiable(std::size_t input) const { return input == 1; }
  Index index_axis(const Shapes& in) const { return *normal_axis(axis, in[1].rank()); }
  Index index_extent(std::size_t input, const Shapes&) const { return input == 0 ? extent : -1; }
  Result<Shape> shape(const Shapes& in) const {
    const auto a = normal_axis(axis, in[1].rank());
    if (!a) return refuse(*this, 1, a.error().what());
    if (in[0].rank() != 1 || in[0][0] != in[1][*a])
      return refuse(*this, 2, "index does not fit ct: ", in[0], " vs ", in[1]);
    Shape out = in[1];
    out[*a] = extent;
    if (!out.valid() || (extent == 0 && in[0][0] > 0)) return refuse(*this, 3, "extent ", extent, " gives ", out);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape &from = in[1].shape(), to = *shape({in[0].shape(), from});
    const Index a = *normal_axis(axis, to.rank()), inner = inner_size(to, a), n = from[a];
    std::vector<std::vector<Index>> sources(static_cast<std::size_t>(extent));
    for (Index i = 0; i < n; ++i)  // [index_select_grad C4]
      sources[static_cast<std::size_t>(index_at(*this, in[0][i], a, extent))].push_back(i);
    return Tensor<N>::generate(to, [&](Index i) {
      const auto& places = sources[static_cast<std::size_t>(i / inner % extent)];
      const Index base = i / inner / extent * n * inner + i % inner;
      return sum<N>(static_cast<Index>(places.size()), [&](Index k) -> const N& {
        return in[1][base + places[static_cast<std::size_t>(k)] * inner];
      });
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const;

  static Sample<IndexSelectGrad> sample(Choices& choices);
};
BOOST_DESCRIBE_STRUCT(IndexSelectGrad, (), (axis, extent))

}  // namespace plumbline::spec

#include "spec/ops/shape/index_select.h"
