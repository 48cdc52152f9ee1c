// dx = ct / (the number of winners) at each winner, else 0: the derivative of a maximum, shared evenly among ties
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/reduce/reduction.h"
#include "spec/ops/reduce/sum.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct MaxGrad {
  Axes axes = {};  // empty: all
  bool keepdim = false;

  static constexpr std::string_view name = "max_grad", summary = "ct shared among the winners; inputs x, ct";
  static constexpr int arity = 2;
  bool operator==(const MaxGrad&) const = default;

  bool differentiable(std::size_t input) const { return input == 1; }
  Result<Shape> shape(const Shapes& in) const {
    const auto out = reduced_shape_of_some(*this, in[0]);  // [max_grad C1], [max_grad C2]
    if (!out) return out;
    if (in[1] != *out) return refuse(*this, 3, "ct differs from the output: ", in[1], " vs ", *out);
    return in[0];
  }
  // A winner is not less than the largest of the others: that is decided even where x is not a rational number.
  // NaN wins.
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Tensor<N>& x = in[0];
    const Fibres fibre = fibres(x.shape(), *normal_axes(axes, x.shape().rank()));
    auto dx = Tensor<N>::full(x.shape(), N(Index{0}));
    const auto out = dx.mutable_elements();
    const Index n = fibre.length();
    for (Index o = 0; o < in[1].size(); ++o) {
      const auto at = [&](Index k) {
        return fibre.start[static_cast<std::size_t>(o)] + fibre.step[static_cast<std::size_t>(k)];
      };
      const std::vector<Truth> wins = winners<N>(n, [&](Index k) -> const N& { return x[at(k)]; });
      const N count = sum<N>(n, [&](Index k) { return indicator<N>(wins[static_cast<std::size_t>(k)]); });
      const N share = in[1][o] / maximum(count, N(Index{1}));
      for (Index k = 0; k < n; ++k)
        out[static_cast<std::size_t>(at(k))] = select(wins[static_cast<std::size_t>(k)], share, N(Index{0}));
    }
    return dx;
  }
  // One of the winners may take all of ct instead.
  std::vector<Tri> among_ties(const Tensors<double>& in, const Tensor<double>& got) const {
    const Fibres fibre = fibres(in[0].shape(), *normal_axes(axes, in[0].shape().rank()));
    std::vector<Tri> out(static_cast<std::size_t>(got.size()), Tri::no);
    for (Index o = 0; o < in[1].size(); ++o) {
      const auto at = [&](Index k) {
        return fibre.start[static_cast<std::size_t>(o)] + fibre.step[static_cast<std::size_t>(k)];
      };
      const auto x = [&](Index k) -> const double& { return in[0][at(k)]; };
      const std::vector<Truth> wins = winners<double>(fibre.length(), x);
      Index takers = 0, others = 0;
      for (Index k = 0; k < fibre.length(); ++k) {
        const bool takes = takers == 0 && got[at(k)] == in[1][o] && wins[static_cast<std::size_t>(k)].exact == Tri::yes;
        takers += takes, others += !takes && got[at(k)] != 0;
      }
      for (Index k = 0; k < fibre.length(); ++k)
        out[static_cast<std::size_t>(at(k))] = tri(takers == 1 && others == 0);
    }
    return out;
  }
  // Linear in ct: dct = Σ v · (the shares of a cotangent of 1).
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const {
    return {call(Sum{axes, keepdim}, mul(v, call(*this, in[0], full_like(v, in[1].shape(), 1))))};
  }
  static Sample<MaxGrad> sample(Choices& choices) {
    const auto drawn = sample_reduction<MaxGrad>(choices, /*least_extent=*/1);
    return {drawn.op, {drawn.shapes[0], *reduced_shape(drawn.op, drawn.shapes[0])}, {}};
  }

 private:
  template <Number N, class X>
  static std::vector<Truth> winners(Index n, X&& x) {
    std::vector<N> after{x(n - 1)};  // after[i] = max of the last i + 1
    for (Index k = n - 1; k-- > 0;) after.push_back(maximum(x(k), after.back()));
    const auto beaten = [&](Index k, const N& rest) { return less(x(k), rest) | (is_nan(rest) & !is_nan(x(k))); };
    std::vector<Truth> wins;
    N before = x(0);  // max of x_0 … x_{k−1}
    for (Index k = 0; k < n; ++k) {
      Truth win = Tri::yes;
      if (k > 0) win = win & !beaten(k, before);
      if (k + 1 < n) win = win & !beaten(k, after[static_cast<std::size_t>(n - 2 - k)]);
      wins.push_back(is_nan(x(k)) | win);
      before = maximum(before, x(k));
    }
    return wins;
  }
};
BOOST_DESCRIBE_STRUCT(MaxGrad, (), (axes, keepdim))

}  // namespace plumbline::spec
