// y = (Σ x^p)^(1/p) over each window, or (Σ |x|^p)^(1/p); a window that stands out sums what it has
#pragma once

#include "spec/ops/arithmetic/abs.h"
#include "spec/ops/arithmetic/pow_scalar.h"
#include "spec/ops/arithmetic/sign.h"
#include "spec/ops/compare/equal.h"
#include "spec/ops/compare/where.h"
#include "spec/ops/pool/avg_pool2d.h"

namespace plumbline::spec {

// [lp_pool2d C1..C3] [lp_pool2d C6]; no padding. Where the sum is 0 dy is 0, as PyTorch, but of sums of p = 1.
struct LpPool2d {
  double norm_type = 2;  // p
  Axes kernel{2}, stride{};
  bool ceil_mode = false;
  bool absolute = false;  // of |x|, as ONNX; else of x, as PyTorch: no real number where Σ x^p < 0
  static constexpr int axes = 2;

  static constexpr std::string_view name = "lp_pool2d", summary = "the p-norm of each window of [N,C,H,W]";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 1> methods{"scaled"};
  bool operator==(const LpPool2d&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!(norm_type > 0) || !std::isfinite(norm_type))
      return refuse(*this, 6, "norm_type is not positive and finite: ", norm_type);
    return pooled(*this, in[0]);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return pool(*this, in[0],
                [&](const Reads& window, auto&& x) { return root_of_sum<N>(window, x, real(x(0), norm_type)); });
  }
  // scaled: m (Σ (x/m)^p)^(1/p) with m = max |x|, which never overflows before the result does.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return pool(*this, in[0], [&](const Reads& window, auto&& x) {
      const N m = max_of<N>(static_cast<Index>(window.taps.size()), [&](Index k) { return N(abs(x(k))); });
      const Truth plain = is_infinite(m) | equal(m, N(Index{0}));
      const N unit = select(plain, N(Index{1}), m);
      const N root = root_of_sum<N>(
          window, [&](Index k) { return N(x(k) / unit); }, real(m, norm_type));
      return N(select(plain, root, m * root));
    });
  }
  // dx = x^(p−1) Σ ct y^(1−p) over the windows that read x, times the sign of x where `absolute`
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    AvgPool2dGrad to_windows;
    to_windows.size = spatial(in[0].shape(), axes), to_windows.kernel = kernel, to_windows.stride = stride;
    to_windows.ceil_mode = ceil_mode, to_windows.divisor_override = 1;
    if (norm_type == 1) {
      const T sums = call(to_windows, ct);
      return {absolute ? mul(sums, call(Sign{}, in[0])) : sums};
    }
    const T none = call(Equal{}, y, literal(y, 0));
    const T scale = call(PowScalar{1 - norm_type}, where(none, literal(y, 1), y));
    const T shares = call(to_windows, where(none, literal(y, 0), mul(ct, scale)));
    const T slope = call(PowScalar{norm_type - 1}, absolute ? call(Abs{}, in[0]) : in[0]);
    return {mul(shares, absolute ? mul(slope, call(Sign{}, in[0])) : slope)};
  }
  static Sample<LpPool2d> sample(Choices& choices) {
    LpPool2d op;
    const Shape x = sample_pool(choices, op);
    op.norm_type = choices.one_of(std::vector<double>{2, 1, 3, 1.5, 4});
    op.absolute = choices.coin();
    const bool signs = op.absolute || op.norm_type == 2 || op.norm_type == 4;
    return {op, {x}, {signs ? Domain::near({0}) : Domain::within(0, 0x1p20, {0, 1})}};
  }

 private:
  template <Number N, class X>
  N root_of_sum(const Reads& window, X&& x, const N& p) const {
    const auto term = [&](Index k) { return N(pow(absolute ? N(abs(x(k))) : N(x(k)), p)); };
    return pow(sum<N>(static_cast<Index>(window.taps.size()), term), N(Index{1}) / p);
  }
};
BOOST_DESCRIBE_STRUCT(LpPool2d, (), (norm_type, kernel, stride, ceil_mode, absolute))

}  // namespace plumbline::spec
