// new = (1 − m) · old + m · Σ(x − μ)² / (n − 1), the unbiased variance of the batch by channel
#pragma once

#include "spec/ops/norm/running.h"

namespace plumbline::spec {

struct BatchNormRunningVar {
  double momentum = 0.1;

  static constexpr std::string_view
      name = "batch_norm_running_var",
      summary = "(1 - m) * old + m * unbiased variance of x by channel; inputs x, running_var[, num_batches_tracked]";
  static constexpr int arity = 2, most_inputs = 3;
  static constexpr Index correction = 1;
  static constexpr std::array methods = variance_methods;
  static constexpr std::array methods_by_claim = moment_method;
  bool operator==(const BatchNormRunningVar&) const = default;

  bool differentiable(std::size_t input) const { return input < 2; }
  Result<Shape> shape(const Shapes& in) const { return running_shape(*this, in); }  // [batch_norm_running_var C1..C5]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return method("", in);
  }
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return running_update(*this, in, [&](Index n, auto&& x) {
      return variance_of<N>(n, x, n - correction, variance_named(method)).squares;
    });
  }
  // dx = 2 m ct (x − μ) / (n − 1)
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape& x = in[0].shape();
    const auto rest = static_cast<double>(x[0] * space_of(x) - correction);
    const T m = momentum_of(*this, in), share = div(mul(literal(ct, 2), mul(m, ct)), literal(ct, rest));
    const T centred = sub(in[0], call(Mean{all_but_channels(x), true}, in[0]));
    return {mul(reshape(share, channel_shape(x)), centred), mul(sub(literal(ct, 1), m), ct)};
  }
  static Sample<BatchNormRunningVar> sample(Choices& choices) { return sample_running<BatchNormRunningVar>(choices); }
};
BOOST_DESCRIBE_STRUCT(BatchNormRunningVar, (), (momentum))

}  // namespace plumbline::spec
