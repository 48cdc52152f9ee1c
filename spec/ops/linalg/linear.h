// y = x Wᵀ + b on the last axis
#pragma once

#include "spec/ops/linalg/matmul.h"

namespace plumbline::spec {

struct Linear {
  static constexpr std::string_view name = "linear", summary = "y = x W^T + b on the last axis; inputs x, W[, b]";
  static constexpr int arity = 2, most_inputs = 3;
  bool operator==(const Linear&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (in[0].rank() == 0) return refuse(*this, 1, "x needs an axis: ", in[0]);
    if (in[1].rank() != 2) return refuse(*this, 2, "weight is not a matrix: ", in[1]);
    if (in[0].back(0) != in[1][1]) return refuse(*this, 3, "inner dims differ: ", in[0].back(0), " vs ", in[1][1]);
    if (in.size() > 2 && in[2] != Shape{in[1][0]})
      return refuse(*this, 4, "bias differs from the rows of weight: ", in[2], " vs ", in[1]);
    Shape out = in[0];
    out[out.rank() - 1] = in[1][0];
    if (!out.valid()) return refuse(*this, 5, "shape ", out, " is too large");
    return out;
  }
  // The bias is a term of the sum, so that any order of its additions is covered.
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Index n = in[1].shape()[0], k = in[1].shape()[1];
    const N *x = in[0].elements().data(), *w = in[1].elements().data();
    Shape out = in[0].shape();
    out[out.rank() - 1] = n;
    return Tensor<N>::generate(out, [&](Index i) {
      const N *row = x + i / n * k, *column = w + i % n * k;
      if (in.size() == 2) return sum<N>(k, [&](Index p) { return row[p] * column[p]; });
      return sum<N>(k + 1, [&](Index p) -> N { return p < k ? N(row[p] * column[p]) : in[2][i % n]; });
    });
  }
  // dx = ct W, dW = ctᵀ x, db = Σ ct, the prefix taken as one axis
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Index n = in[1].shape()[0], k = in[1].shape()[1];
    Index rows = 1;
    for (Index a = 0; a + 1 < in[0].shape().rank(); ++a) rows *= in[0].shape()[a];
    const T c = reshape(ct, {rows, n}), x = reshape(in[0], {rows, k});
    std::vector<T> out{reshape(matmul(c, in[1]), in[0].shape()), matmul(transpose_last(c), x)};
    if (in.size() > 2) out.push_back(call(Sum{{0}, false}, c));
    return out;
  }
  static Sample<Linear> sample(Choices& choices) {
    const Index k = pick_extent(choices, 257), n = pick_extent(choices, 33);
    Shape x = pick_shape(choices, 0, 2, 33);
    x.push_back(k);
    Shapes in{x, Shape{n, k}};
    if (choices.coin()) in.push_back({n});
    return {{}, in, {}};
  }
};
BOOST_DESCRIBE_STRUCT(Linear, (), ())

}  // namespace plumbline::spec
