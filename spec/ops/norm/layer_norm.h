// y = (x − μ) / √(σ² + eps) · w + b over the last axes, σ² the population variance
#pragma once

#include "spec/ops/elementwise/mul.h"
#include "spec/ops/norm/layer_norm_grad.h"

namespace plumbline::spec {

struct LayerNorm {
  Axes normalized_shape;  // the extents of the last axes, as PyTorch; empty: the last axis
  double eps = 1e-5;

  static constexpr std::string_view
      name = "layer_norm",
      summary = "y = (x - mean) / sqrt(var + eps) * w + b over the last axes; inputs x[, w[, b]]";
  static constexpr int arity = 1, most_inputs = 3;
  static constexpr std::array<std::string_view, 2> methods{"two_pass", "scaled"};
  bool operator==(const LayerNorm&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto slice = normalised_shape(*this, in[0]);  // [layer_norm C1..C3]
    if (!slice) return tl::unexpected(slice.error());
    for (std::size_t i = 1; i < in.size(); ++i)
      if (in[i] != *slice)
        return refuse(*this, 4, i == 1 ? "weight" : "bias", " differs from the normalised axes: ", in[i], " vs ",
                      *slice);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return normalise(in, /*scaled=*/false, [](const N& centred, const N& deviation) { return centred / deviation; });
  }
  // two_pass: the same with one reciprocal for each slice. scaled: and with averages Σ · (1/n), as of running means.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return normalise(in, /*scaled=*/method == "scaled",
                     [](const N& centred, const N& deviation) { return centred * (N(Index{1}) / deviation); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const LayerNormGrad grad{normalized_shape, eps};
    std::vector<T> out{call(grad, in[0], in.size() > 1 ? mul(ct, in[1]) : ct)};
    if (in.size() > 1) out.push_back(sum_to(mul(ct, call(*this, in[0])), in[1].shape()));
    if (in.size() > 2) out.push_back(sum_to(ct, in[2].shape()));
    return out;
  }
  static Sample<LayerNorm> sample(Choices& choices) {
    auto sample = sample_layer_norm<LayerNorm>(choices);
    const Shape slice = sample.shapes[1];
    sample.shapes.resize(1);
    for (Index i = choices.pick(0, 2); i > 0; --i) sample.shapes.push_back(slice);
    return sample;
  }

 private:
  // f(x − μ, σ) · w + b
  template <Number N, class F>
  Tensor<N> normalise(const Tensors<N>& in, bool scaled, F&& f) const {
    const Index n = normalised_shape(*this, in[0].shape())->size();
    Tensor<N> y = in[0];
    const auto out = y.mutable_elements();
    for (Index start = 0; n > 0 && start < y.size(); start += n) {
      const N* x = in[0].elements().data() + start;
      const auto [mean, deviation] = statistics(x, n, eps, scaled);
      for (Index p = 0; p < n; ++p) {
        N value = f(N(x[p] - mean), deviation);
        if (in.size() > 1) value = value * in[1][p];
        if (in.size() > 2) value = value + in[2][p];
        out[static_cast<std::size_t>(start + p)] = std::move(value);
      }
    }
    return y;
  }
};
BOOST_DESCRIBE_STRUCT(LayerNorm, (), (normalized_shape, eps))

}  // namespace plumbline::spec
