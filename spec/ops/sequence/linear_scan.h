// h_t = a_t h_{t−1} + b_t along the first axis, or backwards: h_t = a_t h_{t+1} + b_t
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/linalg/contraction.h"
#include "spec/ops/shape/concat.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct LinearScan {
  bool reverse = false;

  static constexpr std::string_view
      name = "linear_scan", summary = "h_t = a_t h_{t-1} + b_t along the first axis; inputs a, b[, the state before]";
  static constexpr int arity = 2, most_inputs = 3;
  bool operator==(const LinearScan&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (in[0].rank() == 0) return refuse(*this, 1, "a needs an axis: ", in[0]);
    if (in[0] != in[1]) return refuse(*this, 2, "a and b differ: ", in[0], " vs ", in[1]);
    const Shape state({in[0].dims().begin() + 1, in[0].dims().end()});
    if (in.size() > 2 && in[2] != state) return refuse(*this, 3, "the state differs: ", in[2], " vs ", state);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Index steps = in[0].shape()[0], width = steps == 0 ? 0 : in[0].size() / steps;
    Tensor<N> h = in[1];
    const auto out = h.mutable_elements();
    for (Index t = 0; t < steps; ++t)
      for (Index k = 0; k < width; ++k) {
        const Index at = (reverse ? steps - 1 - t : t) * width + k, before = reverse ? at + width : at - width;
        N& y = out[static_cast<std::size_t>(at)];
        if (t > 0) y = in[0][at] * out[static_cast<std::size_t>(before)] + y;
        else if (in.size() > 2) y = in[0][at] * in[2][k] + y;
      }
    return h;
  }
  // λ_t = ct_t + a_{t+1} λ_{t+1} is a scan the other way: da_t = λ_t h_{t−1}, db = λ, dh0 = a_0 λ_0
  // [linear_scan B1].
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const T before = shifted_by_one(y, in.size() > 2 ? &in[2] : nullptr, !reverse);
    const T lambda = call(LinearScan{!reverse}, shifted_by_one(in[0], static_cast<const T*>(nullptr), reverse), ct);
    std::vector<T> out{mul(lambda, before), lambda};
    const Index steps = y.shape()[0], first = reverse ? std::max<Index>(0, steps - 1) : 0;
    if (in.size() > 2)
      out.push_back(call(Sum{{0}, false}, slice(mul(in[0], lambda), 0, first, first + 1)));
    return out;
  }
  static Sample<LinearScan> sample(Choices& choices) {
    const Shape state = pick_shape(choices, 0, 2, 65);
    std::vector<Index> dims{choices.pick(0, 15) == 15 ? 0 : pick_extent(choices, 17)};
    dims.insert(dims.end(), state.dims().begin(), state.dims().end());
    const Shape all(dims);
    Shapes in{all, all};
    if (choices.coin()) in.push_back(state);
    return {{choices.coin()}, in, {Domain::near({0, 1, -1}), {}, {}}};
  }

 private:
  // x_{t−1}, with the edge, or zeros, at t = 0; else x_{t+1}, with zeros at the end.
  template <TensorLike T>
  static T shifted_by_one(const T& x, const T* edge, bool earlier) {
    Shape one = x.shape();
    const Index steps = one[0];
    one[0] = 1;
    const T rim = edge != nullptr ? reshape(*edge, one) : full_like(x, one, 0);
    return earlier ? slice(call(Concat{0}, rim, x), 0, 0, steps) : slice(call(Concat{0}, x, rim), 0, 1, steps + 1);
  }
};
BOOST_DESCRIBE_STRUCT(LinearScan, (), (reverse))

}  // namespace plumbline::spec
