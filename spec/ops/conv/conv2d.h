// y[n, o, p, q] = Σ_{c, k, l} x[n, c, p·s − before + k·d, q·s − before + l·d] w[o, c, k, l] + b[o]; NCHW, OIHW
#pragma once

#include "spec/ops/conv/conv2d_input_grad.h"
#include "spec/ops/conv/conv2d_weight_grad.h"
#include "spec/ops/reduce/sum.h"

namespace plumbline::spec {

struct Conv2d {
  Axes stride{1}, padding{0}, dilation{1};  // 1 or 2 numbers; padding 1, 2 or 4: before and after for each axis
  Index groups = 1;

  static constexpr std::string_view name = "conv2d",
                                    summary =
                                        "cross-correlation of x [N,C,H,W] with w [O,C/groups,h,w]; inputs x, w[, b]";
  static constexpr int arity = 2, most_inputs = 3;
  bool operator==(const Conv2d&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto conv = convolution(*this, in[0], in[1]);  // [conv2d C1..C5]
    if (!conv) return tl::unexpected(conv.error());
    if (in.size() > 2 && in[2] != Shape{in[1][0]})
      return refuse(*this, 6, "bias differs from the output channels: ", in[2], " vs ", in[1][0]);
    return conv->y_shape();
  }
  // Only taps that exist are terms: padding is absent, not multiplied. The bias is a term too.
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Convolution c = *convolution(*this, in[0].shape(), in[1].shape());
    const bool biased = in.size() > 2;
    auto y = Tensor<N>::full(c.y_shape(), N(Index{0}));
    const auto out = y.mutable_elements();
    const N *xs = in[0].elements().data(), *ws = in[1].elements().data();
    for (Index place = 0; place < c.y_plane(); ++place) {
      const std::vector<Tap> taps = taps_of(c, place);
      const auto n = static_cast<Index>(taps.size());
      for (Index map = 0; map < c.batch * c.groups * c.breadth; ++map) {
        const Index o = map % (c.groups * c.breadth), batch = map / (c.groups * c.breadth);
        const N* x = xs + (batch * c.groups + o / c.breadth) * c.depth * c.x_plane();
        const N* w = ws + o * c.depth * c.w_plane();
        const Tap* tap = taps.data();
        const auto product = [=](Index k) { return x[tap[k].a] * w[tap[k].b]; };
        out[static_cast<std::size_t>(map * c.y_plane() + place)] =
            biased ? sum<N>(n + 1, [&](Index k) -> N { return k < n ? N(product(k)) : in[2][o]; }) : sum<N>(n, product);
      }
    }
    return y;
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape &x = in[0].shape(), &w = in[1].shape();
    std::vector<T> out{call(Conv2dInputGrad{{x[2], x[3]}, stride, padding, dilation, groups}, ct, in[1]),
                       call(Conv2dWeightGrad{{w[2], w[3]}, stride, padding, dilation, groups}, in[0], ct)};
    if (in.size() > 2) out.push_back(call(Sum{{0, 2, 3}, false}, ct));
    return out;
  }
  static Sample<Conv2d> sample(Choices& choices) {
    const auto drawn = sample_convolution<Conv2d>(choices);
    Shapes in{drawn.x, drawn.w};
    if (choices.coin()) in.push_back({drawn.w[0]});
    return {drawn.op, in, {}};
  }

 private:
  // The products of output (p, q), in the order channel, row, column.
  static std::vector<Tap> taps_of(const Convolution& c, Index place) {
    const auto& [rows, columns] = c.window;
    const Index p = place / columns.out, q = place % columns.out;
    std::vector<Tap> taps;
    for (Index channel = 0; channel < c.depth; ++channel)
      for (Index k = rows.first(p); k < rows.last(p); ++k)
        for (Index l = columns.first(q); l < columns.last(q); ++l)
          taps.push_back({channel * c.x_plane() + rows.at(p, k) * columns.in + columns.at(q, l),
                          channel * c.w_plane() + k * columns.kernel + l});
    return taps;
  }
};
BOOST_DESCRIBE_STRUCT(Conv2d, (), (stride, padding, dilation, groups))

template <TensorLike T>
std::vector<T> Conv2dInputGrad::vjp(const std::vector<T>& in, const T&, const T& v) const {
  const Shape& w = in[1].shape();
  return {call(Conv2d{stride, padding, dilation, groups}, v, in[1]),
          call(Conv2dWeightGrad{{w[2], w[3]}, stride, padding, dilation, groups}, v, in[0])};
}

template <TensorLike T>
std::vector<T> Conv2dWeightGrad::vjp(const std::vector<T>& in, const T&, const T& v) const {
  const Shape& x = in[0].shape();
  return {call(Conv2dInputGrad{{x[2], x[3]}, stride, padding, dilation, groups}, in[1], v),
          call(Conv2d{stride, padding, dilation, groups}, in[0], v)};
}

}  // namespace plumbline::spec
