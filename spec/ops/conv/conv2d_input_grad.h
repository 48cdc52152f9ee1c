// dx[n, c, i, j] = Σ over the outputs (o, p, q) and taps (k, l) that read it of ct[n, o, p, q] w[o, c, k, l]
#pragma once

#include "spec/ops/conv/convolution.h"

namespace plumbline::spec {

struct Conv2dInputGrad {
  Axes size{1};  // height and width of x
  Axes stride{1}, padding{0}, dilation{1};
  Index groups = 1;

  static constexpr std::string_view name = "conv2d_input_grad", summary = "the cotangent of conv2d's x; inputs ct, w";
  static constexpr int arity = 2;
  bool operator==(const Conv2dInputGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto conv = geometry(in[0], in[1]);
    if (!conv) return tl::unexpected(conv.error());
    return conv->x_shape();
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Convolution c = *geometry(in[0].shape(), in[1].shape());
    auto dx = Tensor<N>::full(c.x_shape(), N(Index{0}));
    const auto out = dx.mutable_elements();
    const N *cts = in[0].elements().data(), *ws = in[1].elements().data();
    for (Index place = 0; place < c.x_plane(); ++place) {
      const std::vector<Tap> taps = taps_of(c, place);
      for (Index map = 0; map < c.batch * c.groups * c.depth; ++map) {
        const Index channel = map % c.depth, group = map / c.depth % c.groups;
        const N* ct = cts + map / c.depth * c.breadth * c.y_plane();
        const N* w = ws + (group * c.breadth * c.depth + channel) * c.w_plane();
        const Tap* tap = taps.data();
        out[static_cast<std::size_t>(map * c.x_plane() + place)] =
            sum<N>(static_cast<Index>(taps.size()), [=](Index k) { return ct[tap[k].a] * w[tap[k].b]; });
      }
    }
    return dx;
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const;  // conv2d.h

  static Sample<Conv2dInputGrad> sample(Choices& choices) {
    auto drawn = sample_convolution<Conv2dInputGrad>(choices);
    drawn.op.size = {drawn.x[2], drawn.x[3]};
    return {drawn.op, {drawn.y, drawn.w}, {}};
  }

 private:
  // [conv2d_input_grad C1..C5] as conv2d for the x that `size` describes.
  Result<Convolution> geometry(const Shape& ct, const Shape& w) const {
    if (size.size() != 1 && size.size() != 2)
      return refuse(*this, 6, "size has ", size.size(), " entries, expected 1 or 2");
    const auto [h, l] = pair_of(size);
    const Index channels =
        w.rank() == 4 && groups > 0 && groups <= max_elements && !(w[1] > max_elements / groups) ? w[1] * groups : 0;
    const Shape x{ct.rank() == 4 ? ct[0] : 0, channels, h, l};
    if (!x.valid()) return refuse(*this, 7, "input ", x, " is not valid");
    const auto conv = convolution(*this, x, w);
    if (conv && conv->y_shape() != ct)
      return refuse(*this, 8, "ct differs from the output: ", ct, " vs ", conv->y_shape());
    return conv;
  }
  static std::vector<Tap> taps_of(const Convolution& c, Index place) {
    const auto& [rows, columns] = c.window;
    std::vector<std::array<Index, 2>> reads;  // offsets in a plane of ct and of w
    for (Index p = 0; p < rows.out; ++p)
      for (Index k = 0; k < rows.kernel; ++k)
        for (Index q = 0; q < columns.out && rows.at(p, k) == place / columns.in; ++q)
          for (Index l = 0; l < columns.kernel; ++l)
            if (columns.at(q, l) == place % columns.in) reads.push_back({p * columns.out + q, k * columns.kernel + l});
    std::vector<Tap> taps;
    for (Index o = 0; o < c.breadth; ++o)
      for (const auto& [ct, w] : reads) taps.push_back({o * c.y_plane() + ct, o * c.depth * c.w_plane() + w});
    return taps;
  }
};
BOOST_DESCRIBE_STRUCT(Conv2dInputGrad, (), (size, stride, padding, dilation, groups))

}  // namespace plumbline::spec

#include "spec/ops/conv/conv2d.h"
