// y[i, …, :] = weight[index[i, …], :]
#pragma once

#include "spec/ops/shape/embedding_grad.h"

namespace plumbline::spec {

struct Embedding {
  static constexpr std::string_view name = "embedding",
                                    summary = "the rows of weight that index names; inputs index, weight";
  static constexpr int arity = 2, index_label = 3;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Embedding&) const = default;

  bool differentiable(std::size_t input) const { return input == 1; }
  Index index_axis(const Shapes&) const { return 0; }
  Index index_extent(std::size_t input, const Shapes& in) const { return input == 0 ? in[1][0] : -1; }
  Result<Shape> shape(const Shapes& in) const {
    if (in[1].rank() != 2) return refuse(*this, 1, "weight is not a matrix: ", in[1]);
    if (in[0].size() > 0 && in[1][0] == 0) return refuse(*this, 2, "weight has no rows: ", in[1]);
    Shape out = in[0];
    out.push_back(in[1][1]);
    if (!out.valid()) return refuse(*this, 2, "shape ", out, " is too large");
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Index rows = in[1].shape()[0], width = in[1].shape()[1];
    std::vector<Index> at;
    for (const N& i : in[0].elements()) at.push_back(index_at(*this, i, 0, rows) * width);  // [embedding C3]
    return Tensor<N>::generate(*shape({in[0].shape(), in[1].shape()}),
                               [&](Index i) { return in[1][at[static_cast<std::size_t>(i / width)] + i % width]; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(EmbeddingGrad{in[1].shape()[0]}, in[0], ct)};
  }
  static Sample<Embedding> sample(Choices& choices) {
    const Shape index = pick_shape(choices, 0, 3, 64);
    const Index rows = pick_extent(choices, 17), width = pick_extent(choices, 33);
    return {{}, {index, Shape{rows, width}}, {Domain::index(rows)}};
  }
};
BOOST_DESCRIBE_STRUCT(Embedding, (), ())

template <TensorLike T>
std::vector<T> EmbeddingGrad::vjp(const std::vector<T>& in, const T&, const T& v) const {
  return {call(Embedding{}, in[0], v)};
}

}  // namespace plumbline::spec
