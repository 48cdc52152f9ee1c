// new = (1 − m) · old + m · μ, with μ the mean of the batch by channel
#pragma once

#include "spec/ops/norm/running.h"

namespace plumbline::spec {

struct BatchNormRunningMean {
  double momentum = 0.1;

  static constexpr std::string_view
      name = "batch_norm_running_mean",
      summary = "(1 - m) * old + m * mean of x by channel; inputs x, running_mean[, num_batches_tracked]";
  static constexpr int arity = 2, most_inputs = 3;
  static constexpr Index correction = 0;
  static constexpr std::array<std::string_view, 2> methods{"divided", "scaled"};
  bool operator==(const BatchNormRunningMean&) const = default;

  bool differentiable(std::size_t input) const { return input < 2; }
  Result<Shape> shape(const Shapes& in) const { return running_shape(*this, in); }  // [batch_norm_running_mean C1..C5]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return method("", in);
  }
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return running_update(*this, in,
                          [&](Index n, auto&& x) { return average<N>(n, x, n, /*scaled=*/method == "scaled"); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape& x = in[0].shape();
    const auto n = static_cast<double>(x[0] * space_of(x));
    const T m = momentum_of(*this, in), share = div(mul(m, ct), literal(ct, n));
    return {broadcast_to(reshape(share, channel_shape(x)), x), mul(sub(literal(ct, 1), m), ct)};
  }
  static Sample<BatchNormRunningMean> sample(Choices& choices) { return sample_running<BatchNormRunningMean>(choices); }
};
BOOST_DESCRIBE_STRUCT(BatchNormRunningMean, (), (momentum))

}  // namespace plumbline::spec
