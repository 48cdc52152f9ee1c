// y_k = Π_{j ≤ k} x_j along an axis
#pragma once

#include "spec/ops/reduce/scan.h"
#include "spec/ops/sequence/linear_scan.h"
#include "spec/ops/shape/transpose.h"

namespace plumbline::spec {

struct Cumprod {
  Index axis = 0;
  bool exclusive = false;  // Π_{j < k}
  bool reverse = false;    // from the end

  static constexpr std::string_view name = "cumprod", summary = "y_k = product of x_j over j <= k along an axis";
  static constexpr int arity = 1;
  bool operator==(const Cumprod&) const = default;

  Result<Shape> shape(const Shapes& in) const { return scan_shape(*this, in[0]); }  // [cumprod C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return scanned(*this, in[0], [&](Index n, auto&& x, auto&& y) {
      if (n == 0) return;
      N total = exclusive ? N(Index{1}) : x(Index{0});
      y(Index{0}) = total;
      for (Index k = 1; k < n; ++k) {
        const N& factor = x(exclusive ? k - 1 : k);
        total = exclusive && k == 1 ? factor : N(total * factor);
        y(k) = total;
      }
    });
  }
  // dx_i = e_i s_i, e the exclusive product before i, s_i = Σ_{k ≥ i} ct_k Π_{i < j ≤ k} x_j: no division by x.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T before = call(Cumprod{axis, /*exclusive=*/true, reverse}, in[0]);
    const T after = exclusive ? delayed(scan(in[0], ct), axis, !reverse, 0)
                              : scan(delayed(in[0], axis, !reverse, 0), ct);
    return {mul(before, after)};
  }
  static Sample<Cumprod> sample(Choices& choices) {
    auto sample = sample_scan<Cumprod>(choices);
    sample.op.exclusive = choices.coin();
    sample.domains = {factors(choices)};
    return sample;
  }
  // Factors whose products stay in range, with zeros among them; or any.
  static Domain factors(Choices& choices) {
    return choices.pick(0, 3) == 3 ? Domain::near({0}) : Domain::within(-1.5, 1.5, {0, 1, -1});
  }

 private:
  // h_k = a_k h_{k+1} + b_k along the axis, against the direction of the product.
  template <TensorLike T>
  T scan(const T& a, const T& b) const {
    const Index at = *normal_axis(axis, a.shape().rank());
    const LinearScan back{!reverse};
    if (at == 0) return call(back, a, b);
    const Transpose front{0, at};
    return call(front, call(back, call(front, a), call(front, b)));
  }
};
BOOST_DESCRIBE_STRUCT(Cumprod, (), (axis, exclusive, reverse))

}  // namespace plumbline::spec
