// dw[o, c, k, l] = Σ over the batch and the outputs (p, q) of x[n, c, i(p, k), j(q, l)] ct[n, o, p, q]
#pragma once

#include "spec/ops/conv/convolution.h"

namespace plumbline::spec {

struct Conv2dWeightGrad {
  Axes kernel{1};  // height and width of w
  Axes stride{1}, padding{0}, dilation{1};
  Index groups = 1;

  static constexpr std::string_view name = "conv2d_weight_grad", summary = "the cotangent of conv2d's w; inputs x, ct";
  static constexpr int arity = 2;
  bool operator==(const Conv2dWeightGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto conv = geometry(in[0], in[1]);
    if (!conv) return tl::unexpected(conv.error());
    return conv->w_shape();
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Convolution c = *geometry(in[0].shape(), in[1].shape());
    auto dw = Tensor<N>::full(c.w_shape(), N(Index{0}));
    const auto out = dw.mutable_elements();
    const N *xs = in[0].elements().data(), *cts = in[1].elements().data();
    for (Index place = 0; place < c.w_plane(); ++place) {
      const std::vector<Tap> taps = taps_of(c, place);
      for (Index map = 0; map < c.groups * c.breadth * c.depth; ++map) {
        const Index o = map / c.depth, channel = o / c.breadth * c.depth + map % c.depth;
        const N *x = xs + channel * c.x_plane(), *ct = cts + o * c.y_plane();
        const Tap* tap = taps.data();
        out[static_cast<std::size_t>(map * c.w_plane() + place)] =
            sum<N>(static_cast<Index>(taps.size()), [=](Index k) { return x[tap[k].a] * ct[tap[k].b]; });
      }
    }
    return dw;
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const;  // conv2d.h

  static Sample<Conv2dWeightGrad> sample(Choices& choices) {
    auto drawn = sample_convolution<Conv2dWeightGrad>(choices);
    drawn.op.kernel = {drawn.w[2], drawn.w[3]};
    return {drawn.op, {drawn.x, drawn.y}, {}};
  }

 private:
  // [conv2d_weight_grad C1..C5] as conv2d for the w that `kernel` and ct describe.
  Result<Convolution> geometry(const Shape& x, const Shape& ct) const {
    if (kernel.size() != 1 && kernel.size() != 2)
      return refuse(*this, 6, "kernel has ", kernel.size(), " entries, expected 1 or 2");
    const auto [h, l] = pair_of(kernel);
    const Shape w{ct.rank() == 4 ? ct[1] : 0, x.rank() == 4 && groups > 0 ? x[1] / groups : 0, h, l};
    if (!w.valid()) return refuse(*this, 7, "weight ", w, " is not valid");
    const auto conv = convolution(*this, x, w);
    if (conv && conv->y_shape() != ct)
      return refuse(*this, 8, "ct differs from the output: ", ct, " vs ", conv->y_shape());
    return conv;
  }
  // Over the whole batch: the products of tap (k, l).
  static std::vector<Tap> taps_of(const Convolution& c, Index place) {
    const auto& [rows, columns] = c.window;
    std::vector<Tap> taps;
    for (Index n = 0; n < c.batch; ++n)
      for (Index p = 0; p < rows.out; ++p)
        for (Index q = 0; q < columns.out; ++q) {
          const Index i = rows.at(p, place / columns.kernel), j = columns.at(q, place % columns.kernel);
          if (i >= 0 && j >= 0)
            taps.push_back({n * c.groups * c.depth * c.x_plane() + i * columns.in + j,
                            n * c.groups * c.breadth * c.y_plane() + p * columns.out + q});
        }
    return taps;
  }
};
BOOST_DESCRIBE_STRUCT(Conv2dWeightGrad, (), (kernel, stride, padding, dilation, groups))

}  // namespace plumbline::spec

#include "spec/ops/conv/conv2d.h"
