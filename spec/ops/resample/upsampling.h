// What nearest and bilinear upsampling share: extents, samples, and their gradients
#pragma once

#include "spec/ops/resample/resampling.h"

namespace plumbline::spec {

// y[o] by interpolation of x; O has attributes size and scale_factor (one of them given) and `how()`, Grad the same
// how.
template <class O, class Grad>
struct Upsample {
  static constexpr int arity = 1;
  bool operator==(const Upsample&) const = default;

  Result<Shape> shape(const Shapes& in) const { return upsampled(static_cast<const O&>(*this), in[0]); }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return interpolated(in[0], Weights::numerators);
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    Grad grad;
    grad.size = spatial(in[0].shape(), 2);
    if constexpr (requires { grad.align_corners; }) grad.align_corners = static_cast<const O&>(*this).align_corners;
    return {call(grad, ct)};
  }
  static Sample<O> sample(Choices& choices) {
    O op;
    const auto list = [&](Index most) {
      Axes out;
      for (Index i = choices.coin() ? 1 : 2; i > 0; --i) out.push_back(choices.pick(1, most));
      return out;
    };
    (choices.coin() ? op.scale_factor : op.size) = list(choices.coin() ? 11 : 29);
    if (!op.scale_factor.empty()) op.scale_factor = list(3);
    if constexpr (requires { op.align_corners; }) op.align_corners = choices.coin();
    return {op, {sample_image(choices)}, {}};
  }
  static Shape sample_image(Choices& choices) {
    Shape x;
    if (choices.pick(0, 3) != 3) x.push_back(choices.pick(0, 15) == 15 ? 0 : choices.pick(1, 2));
    for (Index most : {Index{3}, Index{7}, Index{7}}) x.push_back(choices.pick(1, most));
    return x;
  }

 protected:
  template <Number N>
  Tensor<N> interpolated(const Tensor<N>& x, Weights weights) const {
    const O& self = static_cast<const O&>(*this);
    return resample(x, *upsampled(self, x.shape()), self.how(), /*back=*/false, weights);
  }
};

// dx = Σ over the outputs that read x of their share of ct; O has attributes size, of x, and `how()`.
template <class O, class Pool>
struct UpsampleGrad {
  static constexpr int arity = 1;
  bool operator==(const UpsampleGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const O& self = static_cast<const O&>(*this);
    return resampled(self, in[0], self.size, "size");
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return spread_back(in[0], Weights::numerators);
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const {
    Pool forward;
    forward.size = spatial(in[0].shape(), 2);
    if constexpr (requires { forward.align_corners; })
      forward.align_corners = static_cast<const O&>(*this).align_corners;
    return {call(forward, v)};
  }
  static Sample<O> sample(Choices& choices) {
    O op;
    op.size = choices.coin() ? Axes{choices.pick(1, 7)} : Axes{choices.pick(1, 7), choices.pick(1, 7)};
    if constexpr (requires { op.align_corners; }) op.align_corners = choices.coin();
    Shape ct = Pool::sample_image(choices);
    for (Index a = 1; a <= 2; ++a) ct[ct.rank() - a] += choices.pick(0, 4);
    return {op, {ct}, {}};
  }

 protected:
  template <Number N>
  Tensor<N> spread_back(const Tensor<N>& ct, Weights weights) const {
    const O& self = static_cast<const O&>(*this);
    return resample(ct, *resampled(self, ct.shape(), self.size, "size"), self.how(), /*back=*/true, weights);
  }
};

}  // namespace plumbline::spec
