// y_k = Σ_{j ≤ k} x_j along an axis
#pragma once

#include "spec/ops/reduce/scan.h"

namespace plumbline::spec {

struct Cumsum {
  Index axis = 0;
  bool exclusive = false;  // Σ_{j < k}
  bool reverse = false;    // from the end

  static constexpr std::string_view name = "cumsum", summary = "y_k = sum of x_j over j <= k along an axis";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 2> methods{"running", "separate"};
  bool operator==(const Cumsum&) const = default;

  Result<Shape> shape(const Shapes& in) const { return scan_shape(*this, in[0]); }  // [cumsum C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return scanned(*this, in[0], [&](Index n, auto&& x, auto&& y) {
      for (Index k = 0; k < n; ++k) y(k) = spec::sum<N>(k + (exclusive ? 0 : 1), x);
    });
  }
  // running: y_k = y_{k−1} + x_k. separate: the textbook, each sum in an order of its own.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    if (method == "separate") return eval(in);
    return scanned(*this, in[0], [&](Index n, auto&& x, auto&& y) {
      if (n == 0) return;
      N total = exclusive ? N(Index{0}) : x(Index{0});
      y(Index{0}) = total;
      for (Index k = 1; k < n; ++k) {
        const N& term = x(exclusive ? k - 1 : k);
        total = exclusive && k == 1 ? term : N(total + term);
        y(k) = total;
      }
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& ct) const {
    return {call(Cumsum{axis, exclusive, !reverse}, ct)};
  }
  static Sample<Cumsum> sample(Choices& choices) {
    auto sample = sample_scan<Cumsum>(choices);
    sample.op.exclusive = choices.coin();
    return sample;
  }
};
BOOST_DESCRIBE_STRUCT(Cumsum, (), (axis, exclusive, reverse))

}  // namespace plumbline::spec
