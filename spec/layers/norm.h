// Normalising layers: (x − μ) / √(σ² + eps) · weight + bias, from means and squares.
#pragma once

#include "spec/layers/weights.h"
#include "spec/ops/reduce/mean.h"
#include "spec/ops/reduce/sum.h"

namespace plumbline::spec {

// (x − μ) / √(σ² + eps) over a set of axes, σ² the population variance.
template <TensorLike T>
T standardised(const T& x, const Axes& axes, double eps) {
  const T centred = sub(x, call(Mean{axes, true}, x)), variance = call(Mean{axes, true}, call(Square{}, centred));
  return div(centred, call(Sqrt{}, add(variance, literal(x, eps))));
}

inline Axes last_axes(const Shape& shape, Index count) {
  Axes axes;
  for (Index a = shape.rank() - count; a < shape.rank(); ++a) axes.push_back(a);
  return axes;
}
// All but the first `from`.
inline Axes axes_from(const Shape& shape, Index from) { return last_axes(shape, shape.rank() - from); }
// [C] as it broadcasts to [N, C, …].
template <TensorLike T>
T by_channel(const T& v, const Shape& x) {
  Shape wide{v.shape()[0]};
  for (Index a = 2; a < x.rank(); ++a) wide.push_back(1);
  return reshape(v, wide);
}
template <TensorLike T>
T scaled_by_channel(const T& y, const Weights<T>& w) {
  if (!w.has("weight")) return y;
  return add(mul(y, by_channel(w("weight"), y.shape())), by_channel(w("bias"), y.shape()));
}

// Over the last `axes` axes.
template <TensorLike T>
T layer_norm(const T& x, const Weights<T>& w, Index axes = 1, double eps = 1e-5) {
  const T y = standardised(x, last_axes(x.shape(), axes), eps);
  return w.has("weight") ? add(mul(y, w("weight")), w("bias")) : y;
}

template <TensorLike T>
T rms_norm(const T& x, const Weights<T>& w, Index axes = 1, double eps = 1e-5) {
  const T mean_square = call(Mean{last_axes(x.shape(), axes), true}, call(Square{}, x));
  return mul(div(x, call(Sqrt{}, add(mean_square, literal(x, eps)))), w("weight"));
}

// The batch and the space of each channel.
inline Axes batch_axes(const Shape& x) {
  Axes axes{0};
  for (Index a = 2; a < x.rank(); ++a) axes.push_back(a);
  return axes;
}

template <TensorLike T>
T batch_norm(const T& x, const Weights<T>& w, bool training, double eps = 1e-5) {
  if (training) return scaled_by_channel(standardised(x, batch_axes(x.shape()), eps), w);
  const T mean = by_channel(w("running_mean"), x.shape()), var = by_channel(w("running_var"), x.shape());
  return scaled_by_channel(div(sub(x, mean), call(Sqrt{}, add(var, literal(x, eps)))), w);
}

// (1 − m) old + m · mean of the batch, and the same of its unbiased variance.
template <TensorLike T>
T running_mean(const T& x, const Weights<T>& w, double m = 0.1) {
  const T weight = literal(x, m), mean = call(Mean{batch_axes(x.shape()), false}, x);
  return add(mul(sub(literal(x, 1), weight), w("running_mean")), mul(weight, mean));
}
template <TensorLike T>
T running_var(const T& x, const Weights<T>& w, double m = 0.1) {
  const Axes axes = batch_axes(x.shape());
  const double n = static_cast<double>(x.shape().size() / x.shape()[1]);
  const T squares = call(Sum{axes, false}, call(Square{}, sub(x, call(Mean{axes, true}, x))));
  const T weight = literal(x, m), variance = div(squares, literal(x, n - 1));
  return add(mul(sub(literal(x, 1), weight), w("running_var")), mul(weight, variance));
}

// The channels of each image in `groups` groups.
template <TensorLike T>
T group_norm(const T& x, const Weights<T>& w, Index groups, double eps = 1e-5) {
  const Shape& s = x.shape();
  const T apart = reshape(x, {s[0], groups, s.size() / (s[0] * groups)});
  return scaled_by_channel(reshape(standardised(apart, {2}, eps), s), w);
}
template <TensorLike T>
T instance_norm(const T& x, const Weights<T>& w, double eps = 1e-5) {
  return scaled_by_channel(standardised(x, axes_from(x.shape(), 2), eps), w);
}

}  // namespace plumbline::spec
