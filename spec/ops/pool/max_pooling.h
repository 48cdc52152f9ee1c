// y = the first largest x of each window, the way back to it, and v where it stands
#pragma once

#include "spec/ops/pool/unpooling.h"

namespace plumbline::spec {

// The three ops with attributes A: Pool, Grad, Pick.
template <class A>
struct MaxFamily;

// Whether a later tap takes the window from an earlier one: it is larger, or the first NaN.
template <Number N>
Truth takes_over(const N& later, const N& earlier) {
  return less(earlier, later) | (is_nan(later) & !is_nan(earlier));
}

// y = max x of each window; padding is ignored, NaN wins, the first winner takes the derivative
template <class O, class A>
struct MaxPool : A {
  static constexpr int arity = 1;
  bool operator==(const MaxPool&) const = default;

  Result<Shape> shape(const Shapes& in) const { return pooled(static_cast<const O&>(*this), in[0]); }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return pool(static_cast<const O&>(*this), in[0], [](const Reads& window, auto&& x) {
      N best = x(0);
      for (Index k = 1; k < static_cast<Index>(window.taps.size()); ++k)
        best = select(takes_over(x(k), best), x(k), best);
      return best;
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(with_attributes<typename MaxFamily<A>::Grad, A>(*this), in[0], ct)};
  }
  static Sample<O> sample(Choices& choices) {
    O op;
    const Shape x = sample_pool(choices, op);
    return {op, {x}, {}};
  }
};

// dx = Σ over the windows that x wins, first in row-major order, of ct; inputs x, ct
template <class O, class A>
struct MaxPoolGrad : A {
  static constexpr int arity = 2;
  bool operator==(const MaxPoolGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const O& self = static_cast<const O&>(*this);
    const auto out = pooled(self, in[0]);
    if (!out) return tl::unexpected(out.error());
    if (in[1] != *out) return refuse(self, 6, "ct differs from the output: ", in[1], " vs ", *out);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const auto give = [&](const Reads& window, Index plane, Index at, std::vector<N>& shares) {
      const N* x = in[0].elements().data() + plane;
      const Axes& taps = window.taps;
      for (std::size_t mine = 0; mine < taps.size(); ++mine) {
        Truth wins = Tri::yes;
        for (std::size_t k = 0; k < taps.size(); ++k) {
          if (k < mine) wins = wins & takes_over(x[taps[mine]], x[taps[k]]);
          if (k > mine) wins = wins & !takes_over(x[taps[k]], x[taps[mine]]);
        }
        shares[mine] = select(wins, in[1][at], N(Index{0}));
      }
    };
    return unpool<N>(static_cast<const O&>(*this), in[0].shape(), give);
  }
  // In a window that shares no place with another, any one of equal winners may take ct.
  std::vector<Tri> among_ties(const Tensors<double>& in, const Tensor<double>& got) const {
    const O& self = static_cast<const O&>(*this);
    const Shape& shape = in[0].shape();
    const auto readers = unpool<double>(
        self, shape, [](const Reads&, Index, Index, std::vector<double>& one) { one.assign(one.size(), 1); });
    const auto right = unpool<double>(self, shape, [&](const Reads& window, Index plane, Index at, auto& shares) {
      Index takers = 0, others = 0, shared = 0;
      for (Index mine : window.taps) {
        bool wins = true;
        for (Index other : window.taps) wins &= takes_over(in[0][plane + other], in[0][plane + mine]).exact != Tri::yes;
        const bool takes = takers == 0 && wins && got[plane + mine] == in[1][at];
        takers += takes, others += !takes && got[plane + mine] != 0, shared += readers[plane + mine] != 1;
      }
      if (takers == 1 && others + shared == 0) shares.assign(shares.size(), 1);
    });
    std::vector<Tri> out;
    for (double r : right.elements()) out.push_back(tri(r == 1));
    return out;
  }
  bool differentiable(std::size_t input) const { return input == 1; }
  // Linear in ct: the cotangent of ct is v at the first winner of each window.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const {
    return {call(with_attributes<typename MaxFamily<A>::Pick, A>(*this), in[0], v)};
  }
  static Sample<O> sample(Choices& choices) {
    O op;
    const Shape x = sample_pool(choices, op);
    return {op, {x, *pooled(op, x)}, {}};
  }
};

// y = v at the place where x first wins each window; inputs x, v
template <class O, class A>
struct MaxPoolPick : A {
  static constexpr int arity = 2;
  bool operator==(const MaxPoolPick&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const O& self = static_cast<const O&>(*this);
    auto out = pooled(self, in[0]);
    if (out && in[1] != in[0]) return refuse(self, 6, "shapes differ: ", in[0], " vs ", in[1]);
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Tensor<N>&xs = in[0], &vs = in[1];
    return pool(static_cast<const O&>(*this), xs, [&](const Reads& window, auto&& x) {
      const auto v = [&](Index k) -> const N& { return vs[&x(k) - xs.elements().data()]; };
      N best = x(0), picked = v(0);
      for (Index k = 1; k < static_cast<Index>(window.taps.size()); ++k) {
        const Truth taken = takes_over(x(k), best);
        best = select(taken, x(k), best);
        picked = select(taken, v(k), picked);
      }
      return picked;
    });
  }
  bool differentiable(std::size_t input) const { return input == 1; }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(with_attributes<typename MaxFamily<A>::Grad, A>(*this), in[0], ct)};
  }
  static Sample<O> sample(Choices& choices) {
    O op;
    const Shape x = sample_pool(choices, op);
    return {op, {x, x}, {}};
  }
};

}  // namespace plumbline::spec
