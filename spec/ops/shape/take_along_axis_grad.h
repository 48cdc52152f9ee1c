// dx = ct summed at the places along an axis that a broadcast index names: the adjoint of take_along_axis
#pragma once

#include "spec/ops/index_data.h"
#include "spec/ops/reduce/sum_to.h"

namespace plumbline::spec {

struct TakeAlongAxisGrad {
  Index axis = -1;
  Index extent = 1;  // of x along the axis

  static constexpr std::string_view name = "take_along_axis_grad",
                                    summary = "ct summed at the places along axis that index names; inputs index, ct";
  static constexpr int arity = 2, index_label = 4;
  bool operator==(const TakeAlongAxisGrad&) const = default;

  bool differentiable(std::size_t input) const { return input == 1; }
  Index index_axis(const Shapes& in) const { return *normal_axis(axis, in[1].rank()); }
  Index index_extent(std::size_t input, const Shapes&) const { return input == 0 ? extent : -1; }
  Result<Shape> shape(const Shapes& in) const {
    const auto a = normal_axis(axis, in[1].rank());
    if (!a) return refuse(*this, 1, a.error().what());
    const auto fits = broadcast(in[0], in[1]);
    if (in[0].rank() != in[1].rank() || !fits || *fits != in[1] || in[0][*a] != in[1][*a])
      return refuse(*this, 2, "index does not fit ct: ", in[0], " vs ", in[1]);
    Shape out = in[1];
    out[*a] = extent;
    if (!out.valid() || (extent == 0 && in[0].size() > 0)) return refuse(*this, 3, "extent ", extent, " gives ", out);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape &from = in[1].shape(), to = *shape({in[0].shape(), from});
    const Index a = *normal_axis(axis, to.rank());
    const auto entry = broadcast_offsets(in[0].shape(), from), strides = to.strides(), steps = from.strides();
    std::vector<std::vector<Index>> sources(static_cast<std::size_t>(to.size()));
    for (Index i = 0; i < in[1].size(); ++i) {
      Index at = 0, rest = i;
      for (Index d = 0; d < to.rank(); ++d) {
        const auto k = static_cast<std::size_t>(d);
        const Index place = d != a ? rest / steps[k]  // [take_along_axis_grad C4]
                                   : index_at(*this, in[0][entry[static_cast<std::size_t>(i)]], a, extent);
        at += place * strides[k], rest %= steps[k];
      }
      sources[static_cast<std::size_t>(at)].push_back(i);
    }
    return Tensor<N>::generate(to, [&](Index i) {
      const auto& places = sources[static_cast<std::size_t>(i)];
      return sum<N>(static_cast<Index>(places.size()),
                    [&](Index k) -> const N& { return in[1][places[static_cast<std::size_t>(k)]]; });
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const;

  static Sample<TakeAlongAxisGrad> sample(Choices& choices);
};
BOOST_DESCRIBE_STRUCT(TakeAlongAxisGrad, (), (axis, extent))

}  // namespace plumbline::spec

#include "spec/ops/shape/take_along_axis.h"
