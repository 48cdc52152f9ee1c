// dweight[c, :] = Σ over the places where index is c of ct[place, :]
#pragma once

#include "spec/ops/index_data.h"

namespace plumbline::spec {

struct EmbeddingGrad {
  Index classes = 1;  // rows of the weight

  static constexpr Aliases<1> aliases{{{"classes", "num_embeddings"}}};
  static constexpr std::string_view name = "embedding_grad",
                                    summary = "the rows of ct summed by class; inputs index, ct";
  static constexpr int arity = 2, index_label = 3;
  bool operator==(const EmbeddingGrad&) const = default;

  bool differentiable(std::size_t input) const { return input == 1; }
  Index index_axis(const Shapes&) const { return 0; }
  Index index_extent(std::size_t input, const Shapes&) const { return input == 0 ? classes : -1; }
  Result<Shape> shape(const Shapes& in) const {
    const bool prefixed =
        in[1].rank() == in[0].rank() + 1 && std::equal(in[0].dims().begin(), in[0].dims().end(), in[1].dims().begin());
    if (!prefixed) return refuse(*this, 1, "ct is not index with one more axis: ", in[1], " vs ", in[0]);
    const Shape out{classes, in[1].back(0)};
    if (!out.valid()) return refuse(*this, 2, "shape ", out, " is not valid");
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Index width = in[1].shape().back(0);
    std::vector<std::vector<Index>> places(static_cast<std::size_t>(classes));
    for (Index i = 0; i < in[0].size(); ++i)
      places[static_cast<std::size_t>(index_at(*this, in[0][i], 0, classes))].push_back(i);  // [embedding_grad C3]
    return Tensor<N>::generate({classes, width}, [&](Index i) {
      const auto& mine = places[static_cast<std::size_t>(i / width)];
      return sum<N>(static_cast<Index>(mine.size()),
                    [&](Index k) -> const N& { return in[1][mine[static_cast<std::size_t>(k)] * width + i % width]; });
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const;  // embedding.h

  static Sample<EmbeddingGrad> sample(Choices& choices) {
    const Shape index = pick_shape(choices, 0, 3, 64);
    Shape ct = index;
    const Index rows = pick_extent(choices, 17);
    ct.push_back(pick_extent(choices, 33));
    return {{rows}, {index, ct}, {Domain::index(rows)}};
  }
};
BOOST_DESCRIBE_STRUCT(EmbeddingGrad, (), (classes))

}  // namespace plumbline::spec

#include "spec/ops/shape/embedding.h"
