// y[i_π(0), i_π(1), …] = x[i_0, i_1, …]: axis k of y is axis axes[k] of x
#pragma once

#include "spec/ops/apply.h"

namespace plumbline::spec {

struct Permute {
  Axes axes = {};  // axis k of the result is axis axes[k] of x; empty: reversed

  static constexpr std::string_view name = "permute", summary = "axis k of y is axis axes[k] of x";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Permute&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto order = permutation(in[0].rank());
    if (!order) return refuse(*this, 1, order.error().what());
    Shape out;
    for (Index a : *order) out.push_back(in[0][a]);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Axes order = *permutation(in[0].shape().rank());
    const auto strides = in[0].shape().strides();
    const Shape to = *shape({in[0].shape()});
    const auto to_strides = to.strides();
    return Tensor<N>::generate(to, [&](Index i) {
      Index from = 0;
      for (std::size_t k = 0; k < order.size(); ++k) {
        from += i / to_strides[k] * strides[static_cast<std::size_t>(order[k])];
        i %= to_strides[k];
      }
      return in[0][from];
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Axes order = *permutation(in[0].shape().rank());
    Axes inverse(order.size());
    for (std::size_t k = 0; k < order.size(); ++k) inverse[static_cast<std::size_t>(order[k])] = static_cast<Index>(k);
    return {call(Permute{inverse}, ct)};
  }
  static Sample<Permute> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, choices.coin() ? 3 : 0, 4);  // of 3 axes on a permutation may be no inverse
    Axes left, order;
    for (Index a = 0; a < shape.rank(); ++a) left.push_back(a);
    while (!left.empty()) {
      const Index k = choices.pick(0, static_cast<Index>(left.size()) - 1);
      order.push_back(left[static_cast<std::size_t>(k)]);
      left.erase(left.begin() + k);
    }
    return {{order}, {shape}, {}};
  }

 private:
  Result<Axes> permutation(Index rank) const {
    Axes order;
    for (Index a : axes) {
      const auto n = normal_axis(a, rank);
      if (!n) return tl::unexpected(n.error());
      if (std::find(order.begin(), order.end(), *n) != order.end()) return fail("axis ", a, " is repeated");
      order.push_back(*n);
    }
    for (Index a = rank; axes.empty() && a-- > 0;) order.push_back(a);
    if (static_cast<Index>(order.size()) != rank) return fail("axes differ from rank: ", axes.size(), " vs ", rank);
    return order;
  }
};
BOOST_DESCRIBE_STRUCT(Permute, (), (axes))

template <TensorLike T>
T permute(const T& x, const Axes& axes) {
  return call(Permute{axes}, x);
}

// x with its last two axes exchanged.
template <TensorLike T>
T transpose_last(const T& x) {
  Axes axes = {};
  for (Index a = 0; a < x.shape().rank(); ++a) axes.push_back(a);
  std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
  return permute(x, axes);
}

}  // namespace plumbline::spec
