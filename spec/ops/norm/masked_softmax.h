// y_i = exp(x_i) / Σ_{j allowed} exp(x_j) where the mask allows i, else 0, along an axis
#pragma once

#include "spec/ops/compare/where.h"
#include "spec/ops/norm/softmax_grad.h"

namespace plumbline::spec {

// The mask is true (not 0) where x counts, and broadcasts to x. A row that is blocked throughout is all zeros.
struct MaskedSoftmax {
  Index axis = -1;

  static constexpr std::string_view
      name = "masked_softmax",
      summary = "softmax along an axis over the entries whose mask is not 0, and 0 elsewhere; inputs x, mask";
  static constexpr int arity = 2;
  static constexpr std::array methods = softmax_methods;
  bool operator==(const MaskedSoftmax&) const = default;

  bool differentiable(std::size_t input) const { return input == 0; }
  Result<Shape> shape(const Shapes& in) const {
    const auto both = broadcast(in[0], in[1]);
    if (!both || *both != in[0]) return refuse(*this, 2, "the mask does not broadcast to x: ", in[1], " vs ", in[0]);
    return shape_along(*this, in[0]);  // [masked_softmax C1]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return rows(in, [](Index n, auto&& x, auto&& allowed, auto&& y) {
      const N none(Index{0});
      const N total = sum<N>(n, [&](Index j) { return N(select(allowed(j), exp(x(j)), none)); });
      for (Index i = 0; i < n; ++i) y(i) = select(allowed(i), N(exp(x(i)) / total), none);
    });
  }
  // As of softmax, with the maximum of what is allowed.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return rows(in, [&](Index n, auto&& x, auto&& allowed, auto&& y) {
      const N none(Index{0});
      const auto [top, total] = method == "online" ? online<N>(n, x, allowed) : shifted_rows<N>(n, x, allowed);
      for (Index i = 0; i < n; ++i) {
        const N share = unless_contested(top, total, N(exp(shifted(x(i), top)) / total));
        y(i) = select(allowed(i), share, none);
      }
    });
  }
  // Blocked cotangents do not count, whatever they are.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    return {call(SoftmaxGrad{axis}, y, where(in[1], ct, literal(ct, 0)))};
  }
  static Sample<MaskedSoftmax> sample(Choices& choices) {
    const auto drawn = sample_along<MaskedSoftmax>(choices);
    return {drawn.op,
            {drawn.shapes[0], pick_broadcastable(choices, drawn.shapes[0])},
            {Domain::near({0, -103, 88.7}), Domain::mask()}};
  }

 private:
  template <Number N, class X, class Allowed>
  static ShiftedSum<N> shifted_rows(Index n, X&& x, Allowed&& allowed) {
    N top(Index{0});
    Truth any = Tri::no;  // whether top is a maximum yet
    for (Index j = 0; j < n; ++j) {
      top = select(allowed(j), N(select(any, N(maximum(top, x(j))), x(j))), top);
      any = any | allowed(j);
    }
    return {top, sum<N>(n, [&](Index j) {
              return N(select(allowed(j), N(exp(shifted(x(j), top))), N(Index{0})));
            })};
  }
  template <Number N, class X, class Allowed>
  static ShiftedSum<N> online(Index n, X&& x, Allowed&& allowed) {
    ShiftedSum<N> seen{N(Index{0}), N(Index{0})};
    Truth any = Tri::no;
    for (Index j = 0; j < n; ++j) {
      const N top = select(any, N(maximum(seen.top, x(j))), x(j));
      const N before = select(any, N(seen.total * exp(shifted(seen.top, top))), N(Index{0}));
      seen.total = select(allowed(j), N(before + exp(shifted(x(j), top))), seen.total);
      seen.top = select(allowed(j), top, seen.top);
      any = any | allowed(j);
    }
    return seen;
  }

  template <Number N, class F>
  Tensor<N> rows(const Tensors<N>& in, F&& f) const {
    const auto at = broadcast_offsets(in[1].shape(), in[0].shape());
    std::vector<N> mask;
    for (Index i : at) mask.push_back(in[1][i]);
    return along_both(axis, in[0], Tensor<N>(in[0].shape(), std::move(mask)),
                      [&](Index n, auto&& x, auto&& m, auto&& y) {
                        f(n, x, [&](Index k) { return !equal(m(k), N(Index{0})); }, y);
                      });
  }
};
BOOST_DESCRIBE_STRUCT(MaskedSoftmax, (), (axis))

}  // namespace plumbline::spec
