// Convolutional layers: y = Σ over taps of W_tap x_shifted + b, and what stands behind it in a block.
#pragma once

#include "spec/layers/norm.h"
#include "spec/ops/activation/relu.h"
#include "spec/ops/pool/max_pool2d.h"
#include "spec/ops/shape/pad.h"

namespace plumbline::spec {

inline Index along_axis(const Axes& list, std::size_t a) { return list.size() == 1 ? list[0] : list[a]; }

// x with zeros around its space: one number, one for each axis, or before and after for each.
template <TensorLike T>
T padded(const T& x, const Axes& padding) {
  const auto axes = static_cast<std::size_t>(x.shape().rank() - 2);
  Axes around(4, 0);
  for (std::size_t a = 0; a < axes; ++a) {
    const bool both = padding.size() == 2 * axes && axes > 1;
    around.push_back(both ? padding[2 * a] : along_axis(padding, a));
    around.push_back(both ? padding[2 * a + 1] : along_axis(padding, a));
  }
  return call(Pad{around, 0, "constant"}, x);
}

// What a tap sees: every stride-th element from dilation · tap on, in each axis of space.
template <TensorLike T>
T seen_by_tap(T x, const Axes& tap, const Shape& out, const Axes& stride, const Axes& dilation) {
  for (std::size_t a = 0; a < tap.size(); ++a) {
    const Index start = tap[a] * along_axis(dilation, a), step = along_axis(stride, a);
    x = slice(x, static_cast<Index>(a) + 2, start, start + (out[static_cast<Index>(a) + 2] - 1) * step + 1, step);
  }
  return x;
}

struct Convolution {
  Axes stride{1}, padding{0}, dilation{1};
  Index groups = 1;

  // x [N, C, …], w [O, C / groups, …], b [O]: W_tap x as a product of matrices, tap by tap and group by group.
  template <TensorLike T>
  T operator()(const T& x, const Weights<T>& weights) const {
    const T& w = weights("weight");
    const T around = padded(x, padding);
    Shape out{x.shape()[0], w.shape()[0]};
    Index taps = 1, places = 1;
    for (Index a = 2; a < x.shape().rank(); ++a) {
      const auto s = static_cast<std::size_t>(a - 2);
      const Index reach = (w.shape()[a] - 1) * along_axis(dilation, s) + 1;
      out.push_back((around.shape()[a] - reach) / along_axis(stride, s) + 1);
      taps *= w.shape()[a], places *= out[a];
    }
    const Index in = w.shape()[1], each = w.shape()[0] / groups;
    const T flat = reshape(w, {w.shape()[0], in, taps});
    std::vector<T> parts;
    for (Index g = 0; g < groups; ++g) {
      const T mine = slice(around, 1, g * in, (g + 1) * in), rows = slice(flat, 0, g * each, (g + 1) * each);
      parts.push_back(sum_of_taps(mine, rows, w.shape(), out, places));
    }
    const T y = reshape(parts.size() == 1 ? parts[0] : call(Concat{1}, parts), out);
    return weights.has("bias") ? add(y, by_channel(weights("bias"), out)) : y;
  }

 private:
  template <TensorLike T>
  T sum_of_taps(const T& x, const T& w, const Shape& kernel, const Shape& out, Index places) const {
    std::vector<T> terms;
    for (Index tap = 0; tap < w.shape()[2]; ++tap) {
      Axes at(static_cast<std::size_t>(kernel.rank() - 2));
      Index rest = tap;
      for (std::size_t a = at.size(); a-- > 0;) {
        at[a] = rest % kernel[static_cast<Index>(a) + 2];
        rest /= kernel[static_cast<Index>(a) + 2];
      }
      const T seen = reshape(seen_by_tap(x, at, out, stride, dilation), {out[0], x.shape()[1], places});
      terms.push_back(matmul(reshape(slice(w, 2, tap, tap + 1), {w.shape()[0], w.shape()[1]}), seen));
    }
    T total = terms.front();
    for (std::size_t i = 1; i < terms.size(); ++i) total = add(total, terms[i]);
    return total;
  }
};

// The mean of what the taps of a window see.
template <TensorLike T>
T average_pool(const T& x, Index kernel, Index stride) {
  Shape out = x.shape();
  for (Index a = 2; a < out.rank(); ++a) out[a] = (out[a] - kernel) / stride + 1;
  T total = literal(x, 0);
  for (Index i = 0; i < kernel; ++i)
    for (Index j = 0; j < kernel; ++j) total = add(total, seen_by_tap(x, {i, j}, out, {stride}, {1}));
  return div(total, literal(x, static_cast<double>(kernel * kernel)));
}

// 3×3 or 1×1 without bias, and batch norm.
template <TensorLike T>
T conv_norm(const T& x, const Weights<T>& conv, const Weights<T>& norm, Index stride, bool training) {
  const Index kernel = conv("weight").shape()[2];
  return batch_norm(Convolution{{stride}, {(kernel - 1) / 2}, {1}, 1}(x, conv), norm, training);
}

// relu(norm(conv(relu(norm(conv x)))) + x), where the shape changes with norm(conv x) for x: He et al. 2015.
template <TensorLike T>
T basic_block(const T& x, const Weights<T>& w, Index stride, bool training) {
  const T h = call(Relu{}, conv_norm(x, w / "conv1", w / "bn1", stride, training));
  const T y = conv_norm(h, w / "conv2", w / "bn2", 1, training);
  const Weights<T> down = w / "downsample";
  const bool same = stride == 1 && x.shape()[1] == y.shape()[1];
  const T shortcut = same ? x : conv_norm(x, down / 0, down / 1, stride, training);
  return call(Relu{}, add(y, shortcut));
}

template <TensorLike T>
T resnet(const T& x, const Weights<T>& w, Index groups, Index blocks, bool training) {
  T y = call(Relu{}, conv_norm(x, w / "conv1", w / "bn1", 1, training));
  for (Index g = 1; g <= groups; ++g)
    for (Index b = 0; b < blocks; ++b)
      y = basic_block(y, w / concat("layer", g) / b, g > 1 && b == 0 ? 2 : 1, training);
  return affine(call(Mean{{2, 3}, false}, y), w / "fc");
}

}  // namespace plumbline::spec
