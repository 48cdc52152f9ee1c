// y = (x − μ) / √(σ² + eps) · w + b by channel: μ and σ² of the batch in training, the running ones else
#pragma once

#include "spec/ops/norm/batch_norm_grad.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

// Inputs in training: x[, w[, b]]. Else, in PyTorch's order: x, running_mean, running_var[, w[, b]]. The running
// statistics are updated by batch_norm_running_mean and batch_norm_running_var, from the same x.
struct BatchNorm {
  bool training = true;
  double eps = 1e-5;

  static constexpr std::string_view
      name = "batch_norm",
      summary = "y = (x - mean) / sqrt(var + eps) * w + b by channel; inputs x[, running_mean, running_var][, w[, b]]";
  static constexpr int arity = 1, most_inputs = 5;
  static constexpr std::array methods = norm_methods;
  static constexpr std::array methods_by_claim = moment_method;
  bool operator==(const BatchNorm&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    // [batch_norm C1..C2]
    if (const auto ok = check_channels(*this, in[0]); !ok) return tl::unexpected(ok.error());
    const std::size_t least = training ? 1 : 3;
    if (in.size() < least || in.size() > least + 2)
      return refuse(*this, 3, "training=", training ? "true" : "false", " takes ", least, " to ", least + 2,
                    " inputs, got ", in.size());
    // [batch_norm C4]
    if (const auto ok = check_parameters(*this, 4, in, 1); !ok) return tl::unexpected(ok.error());
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return read(in, Way{});
  }
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return read(in, Way::of(method));
  }
  // By the running statistics y is affine in x: dx = ct w / σ, dμ = −Σ dx, dσ² = −½ Σ dx (x − μ) / σ².
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape &x = in[0].shape(), by_channel = channel_shape(x);
    if (training) return normalised_vjp(BatchNormGrad{eps}, *this, in, ct, by_channel);
    const auto seen = [&](std::size_t i) { return reshape(in[i], by_channel); };
    const auto total = [&](const T& a) { return reshape(sum_to(a, by_channel), {x[1]}); };
    const T variance = add(seen(2), literal(ct, eps)), centred = sub(in[0], seen(1));
    const T deviation = call(Sqrt{}, variance), dx = div(in.size() > 3 ? mul(ct, seen(3)) : ct, deviation);
    std::vector<T> out{dx, neg(total(dx)), total(mul(literal(ct, -0.5), div(mul(dx, centred), variance)))};
    if (in.size() > 3) out.push_back(total(mul(ct, div(centred, deviation))));
    if (in.size() > 4) out.push_back(total(ct));
    return out;
  }
  static Sample<BatchNorm> sample(Choices& choices) {
    const bool training = !choices.coin();
    Shapes shapes{pick_channels(choices)};
    const Shape vector{shapes[0][1]};
    std::vector<Domain> domains;
    if (!training) {
      shapes.insert(shapes.end(), 2, vector);
      domains = {Domain::any(), Domain::any(), Domain::within(0, std::numeric_limits<double>::infinity(), {0})};
    }
    for (Index i = choices.pick(0, 2); i > 0; --i) shapes.push_back(vector);
    return {{training, pick_eps(choices)}, shapes, domains};
  }

 private:
  template <Number N>
  Tensor<N> read(const Tensors<N>& in, const Way& way) const {
    const Slicing s = batch_slicing(in[0].shape());
    if (training) return normalised(in, s, eps, way);
    return Tensor<N>::generate(in[0].shape(), [&](Index i) {
      const Index c = s.parameter(i);
      const N *w = in.size() > 3 ? &in[3][c] : nullptr, *b = in.size() > 4 ? &in[4][c] : nullptr;
      return way.scaled(in[0][i], in[1][c], N(sqrt(in[2][c] + real(in[2][c], eps))), w, b);
    });
  }
};
BOOST_DESCRIBE_STRUCT(BatchNorm, (), (training, eps))

}  // namespace plumbline::spec
