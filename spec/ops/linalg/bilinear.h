// y_o = Σ_ij x1_i W_oij x2_j + b_o on the last axes
#pragma once

#include "spec/ops/linalg/einsum.h"
#include "spec/ops/reduce/sum.h"

namespace plumbline::spec {

struct Bilinear {
  static constexpr std::string_view
      name = "bilinear", summary = "y_o = sum_ij x1_i W_oij x2_j + b_o on the last axes; inputs x1, x2, W[, b]";
  static constexpr int arity = 3, most_inputs = 4;
  static constexpr std::array<std::string_view, 1> methods{"nested"};
  bool operator==(const Bilinear&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (in[0].rank() == 0 || in[1].rank() == 0) return refuse(*this, 1, "x needs an axis: ", in[0], " vs ", in[1]);
    if (in[2].rank() != 3) return refuse(*this, 2, "weight has 3 axes, got ", in[2]);
    Shape out = in[0], other = in[1];
    out[out.rank() - 1] = other[other.rank() - 1] = in[2][0];
    if (out != other) return refuse(*this, 3, "prefixes differ: ", in[0], " vs ", in[1]);
    if (in[0].back(0) != in[2][1] || in[1].back(0) != in[2][2])
      return refuse(*this, 4, "inner dims differ: ", in[0].back(0), ", ", in[1].back(0), " vs ", in[2]);
    if (in.size() > 3 && in[3] != Shape{in[2][0]})
      return refuse(*this, 5, "bias differs from weight's first axis: ", in[3], " vs ", in[2]);
    if (!out.valid()) return refuse(*this, 6, "shape ", out, " is too large");
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Index m = in[2].shape()[1], n = in[2].shape()[2];
    return by_places(in, [&](const N* x, const N* y, const N* w, const N* b) {
      return sum<N>(m * n + (b != nullptr), [&](Index k) { return k < m * n ? N(x[k / n] * w[k] * y[k % n]) : *b; });
    });
  }
  // nested: Σ_i x1_i (Σ_j W_oij x2_j) + b_o.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    const Index m = in[2].shape()[1], n = in[2].shape()[2];
    return by_places(in, [&](const N* x, const N* y, const N* w, const N* b) {
      return sum<N>(m + (b != nullptr), [&](Index i) {
        if (i == m) return *b;
        return N(x[i] * sum<N>(n, [&](Index j) { return N(w[i * n + j] * y[j]); }));
      });
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    std::vector<T> out{einsum("...o,...j,oij->...i", ct, in[1], in[2]), einsum("...o,...i,oij->...j", ct, in[0], in[2]),
                       einsum("...o,...i,...j->oij", ct, in[0], in[1])};
    if (in.size() > 3) out.push_back(sum_to(ct, in[3].shape()));
    return out;
  }
  static Sample<Bilinear> sample(Choices& choices) {
    const Index m = pick_extent(choices, 17), n = pick_extent(choices, 17), out = pick_extent(choices, 9);
    Shape x = pick_shape(choices, 0, 2, 9), y = x;
    x.push_back(m), y.push_back(n);
    Shapes in{x, y, Shape{out, m, n}};
    if (choices.coin()) in.push_back({out});
    return {{}, in, {}};
  }

 private:
  // f(x1, x2, W_o, b_o or null) at each place.
  template <Number N, class F>
  Tensor<N> by_places(const Tensors<N>& in, F&& f) const {
    const Shape& w = in[2].shape();
    Shape out = in[0].shape();
    out[out.rank() - 1] = w[0];
    return Tensor<N>::generate(out, [&](Index i) {
      const Index row = i / w[0], o = i % w[0];
      return f(in[0].elements().data() + row * w[1], in[1].elements().data() + row * w[2],
               in[2].elements().data() + o * w[1] * w[2], in.size() > 3 ? &in[3][o] : nullptr);
    });
  }
};
BOOST_DESCRIBE_STRUCT(Bilinear, (), ())

}  // namespace plumbline::spec
