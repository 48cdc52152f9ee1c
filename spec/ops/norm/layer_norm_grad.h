// dx = (g − mean g − x̂ · mean(g·x̂)) / σ over the last axes, x̂ = (x − μ) / σ, σ = √(variance + eps)
#pragma once

#include "spec/ops/elementwise/add.h"
#include "spec/ops/elementwise/div.h"
#include "spec/ops/elementwise/sqrt.h"
#include "spec/ops/elementwise/sub.h"
#include "spec/ops/norm/layer.h"
#include "spec/ops/reduce/mean.h"

namespace plumbline::spec {

struct LayerNormGrad {
  Axes normalized_shape;  // the extents of the last axes, as PyTorch; empty: the last axis
  double eps = 1e-5;

  static constexpr std::string_view name = "layer_norm_grad",
                                    summary = "the cotangent of layer_norm's x; inputs x, ct times weight";
  static constexpr int arity = 2;
  static constexpr std::array<std::string_view, 2> methods{"two_pass", "scaled"};
  bool operator==(const LayerNormGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto slice = normalised_shape(*this, in[0]);  // [layer_norm_grad C1..C3]
    if (!slice) return tl::unexpected(slice.error());
    if (in[0] != in[1]) return refuse(*this, 4, "shapes differ: ", in[0], " vs ", in[1]);
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return by_slices(in, /*scaled=*/false, [](const N& a, const N& deviation) { return a / deviation; });
  }
  // two_pass: the same with one reciprocal for each slice. scaled: and with averages Σ · (1/n), as of running means.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return by_slices(in, /*scaled=*/method == "scaled",
                     [](const N& a, const N& deviation) { return a * (N(Index{1}) / deviation); });
  }
  // y = J(x) g with J symmetric: dg = J v, and dx = −(⟨v, y⟩ x̂ + ⟨g, x̂⟩ J v + ⟨v, x̂⟩ y) / (n σ).
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& v) const {
    const Axes axes = last_axes(in[0].shape(), *normalised_shape(*this, in[0].shape()));
    const auto mean = [&](const T& a) { return call(Mean{axes, true}, a); };
    const T centred = sub(in[0], mean(in[0])), dg = call(*this, in[0], v);
    const T deviation = call(Sqrt{}, add(mean(mul(centred, centred)), literal(v, eps)));
    const T unit = div(centred, deviation);
    const T dx = add(mul(mean(mul(v, y)), unit), add(mul(mean(mul(in[1], unit)), dg), mul(mean(mul(v, unit)), y)));
    return {neg(div(dx, deviation)), dg};
  }
  static Sample<LayerNormGrad> sample(Choices& choices) {
    auto sample = sample_layer_norm<LayerNormGrad>(choices);
    sample.shapes[1] = sample.shapes[0];
    return sample;
  }

 private:
  template <Number N, class F>
  Tensor<N> by_slices(const Tensors<N>& in, bool scaled, F&& over) const {
    const Index n = normalised_shape(*this, in[0].shape())->size();
    Tensor<N> dx = in[0];
    const auto out = dx.mutable_elements();
    for (Index start = 0; n > 0 && start < dx.size(); start += n) {
      const N *x = in[0].elements().data() + start, *g = in[1].elements().data() + start;
      const auto [mean, deviation] = statistics(x, n, eps, scaled);
      std::vector<N> unit;
      for (Index p = 0; p < n; ++p) unit.push_back(over(N(x[p] - mean), deviation));
      const N mean_g = average<N>(n, [=](Index p) -> const N& { return g[p]; }, n, scaled);
      const N mean_gx =
          average<N>(n, [&](Index p) { return N(g[p] * unit[static_cast<std::size_t>(p)]); }, n, scaled);
      for (Index p = 0; p < n; ++p)
        out[static_cast<std::size_t>(start + p)] =
            over(N(g[p] - mean_g - unit[static_cast<std::size_t>(p)] * mean_gx), deviation);
    }
    return dx;
  }
};
BOOST_DESCRIBE_STRUCT(LayerNormGrad, (), (normalized_shape, eps))

}  // namespace plumbline::spec
