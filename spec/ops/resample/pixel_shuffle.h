// y[…, c, h·r + i, w·r + j] = x[…, (c·r + i)·r + j, h, w]
#pragma once

#include "spec/ops/shape/permute.h"
#include "spec/ops/shape/reshape.h"

namespace plumbline::spec {

struct PixelShuffle {
  Index upscale_factor = 2;  // r

  static constexpr std::string_view name = "pixel_shuffle",
                                    summary = "[...,C r^2,H,W] to [...,C,H r,W r]: channels become blocks of r x r";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const PixelShuffle&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const Shape& x = in[0];
    const Index r = upscale_factor, rank = x.rank();
    if (rank < 3) return refuse(*this, 1, "input is not [..., channels, height, width]: ", x);
    if (r < 1 || r > (Index{1} << 20)) return refuse(*this, 2, "upscale_factor is out of range: ", r);
    if (x.back(2) % (r * r) != 0)
      return refuse(*this, 3, "channels are no multiple of upscale_factor squared: ", x.back(2), " vs ", r * r);
    Shape y = x;
    y[rank - 3] /= r * r;
    for (Index a : {rank - 2, rank - 1}) {
      if (y[a] > max_elements / r) return refuse(*this, 4, "extent is too large: ", y[a], " times ", r);
      y[a] *= r;
    }
    if (!y.valid()) return refuse(*this, 4, "shape ", y, " is too large");
    return y;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape y = *shape({in[0].shape()});
    const Index r = upscale_factor, height = y.back(1), width = y.back(0);
    return Tensor<N>::generate(y, [&](Index at) {
      const Index column = at % width, row = at / width % height, map = at / width / height;
      const Index channel = (map * r + row % r) * r + column % r;
      return in[0][(channel * (height / r) + row / r) * (width / r) + column / r];
    });
  }
  // The way back: […, C, H, r, W, r] to […, C, r, r, H, W].
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape& x = in[0].shape();
    const Index r = upscale_factor, lead = x.rank() - 3;
    Shape split(Axes(x.dims().begin(), x.dims().begin() + lead));
    for (Index e : {x.back(2) / (r * r), x.back(1), r, x.back(0), r}) split.push_back(e);
    Axes order;
    for (Index a = 0; a <= lead; ++a) order.push_back(a);
    for (Index a : {2, 4, 1, 3}) order.push_back(lead + a);
    return {reshape(permute(reshape(ct, split), order), x)};
  }
  static Sample<PixelShuffle> sample(Choices& choices) {
    const PixelShuffle op{choices.pick(1, 3)};
    Shape x;
    for (Index i = choices.pick(0, 2); i > 0; --i) x.push_back(choices.pick(0, 15) == 15 ? 0 : choices.pick(1, 2));
    x.push_back(choices.pick(0, 3) * op.upscale_factor * op.upscale_factor);
    for (int a = 0; a < 2; ++a) x.push_back(choices.pick(1, 7));
    return {op, {x}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(PixelShuffle, (), (upscale_factor))

}  // namespace plumbline::spec
