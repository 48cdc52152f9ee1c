// Convolution and its two gradients: the slopes of one trilinear form Σ x[i] w[t] y[p] over i = p·stride − before + t·d
#pragma once

#include "spec/ops/conv/window.h"

namespace plumbline::spec {

struct ConvAttributes {
  Axes stride{1}, padding{0}, dilation{1};  // one number, or one for each axis; padding also before and after for each
  Index groups = 1;
  bool operator==(const ConvAttributes&) const = default;
};

enum class Operand : std::uint8_t { x, w, y };

// x is [batch, groups·depth, …], y [batch, groups·breadth, …], both also without the batch; w [groups·breadth, depth,
// …].
struct Convolution {
  bool batched;
  Index batch, groups, depth, breadth;
  Windows window;

  static Index extent(const Window& w, Operand r) {
    return r == Operand::x ? w.in : r == Operand::w ? w.kernel : w.out;
  }
  Index plane(Operand r) const {
    Index n = 1;
    for (const Window& w : window) n *= extent(w, r);
    return n;
  }
  Shape shape(Operand r) const {
    Shape out;
    if (r == Operand::w || batched) out.push_back(r == Operand::w ? groups * breadth : batch);
    out.push_back(r == Operand::w ? depth : groups * (r == Operand::x ? depth : breadth));
    for (const Window& w : window) out.push_back(extent(w, r));
    return out;
  }
};

// Constraints [op C1..C5] of x and w.
template <class O>
Result<Convolution> convolution(const O& op, const Shape& x, const Shape& w) {
  constexpr int axes = O::axes;
  const Index lead = x.rank() - axes;  // axes before the spatial ones
  if (lead != 1 && lead != 2)
    return refuse(op, 1, "input is not [batch, channels, ", axes, " axes] or without batch: ", x);
  if (w.rank() != axes + 2) return refuse(op, 2, "weight is not [out, in / groups, ", axes, " axes]: ", w);
  const Index channels = x[lead - 1];
  if (op.groups < 1 || channels % op.groups != 0 || w[0] % op.groups != 0)
    return refuse(op, 3, "groups do not divide the channels: ", op.groups, " vs ", channels, " in and ", w[0], " out");
  if (w[1] != channels / op.groups)
    return refuse(op, 4, "channels of a group differ: ", channels / op.groups, " vs ", w[1]);
  const auto window = windows(spatial(x, axes), spatial(w, axes), {op.stride, op.padding, op.dilation});
  if (!window) return refuse(op, 5, window.error().what());
  Convolution conv{lead == 2, lead == 2 ? x[0] : 1, op.groups, w[1], w[0] / op.groups, *window};
  if (const Shape y = conv.shape(Operand::y); !y.valid()) return refuse(op, 5, "output ", y, " is too large");
  return conv;
}

// One product of a sum: the offsets of its factors, relative to where the sum's batch and group begin.
struct Tap {
  Index a, b;
};

// Along one axis the pairs of factors of element i of `slope`: (x, w) for y, (y, w) for x, (x, y) for w.
inline std::vector<Tap> axis_taps(const Window& w, Operand slope, Index i) {
  std::vector<Tap> taps;
  if (slope == Operand::y)
    for (Index k = w.first(i); k < w.last(i); ++k) taps.push_back({w.at(i, k), k});
  if (slope == Operand::x)
    for (Index p = 0; p < w.out && w.start(p) <= i; ++p)
      if (const Index far = i - w.start(p); far % w.dilation == 0 && far / w.dilation < w.kernel)
        taps.push_back({p, far / w.dilation});
  if (slope == Operand::w)
    for (Index p = 0; p < w.out; ++p)
      if (const Index at = w.at(p, i); at >= 0) taps.push_back({at, p});
  return taps;
}

// The pairs of a whole plane, row-major: offsets in the planes of both factors.
inline std::vector<Tap> plane_taps(const Convolution& c, Operand slope, Index place) {
  const Operand a = slope == Operand::x ? Operand::y : Operand::x, b = slope == Operand::w ? Operand::y : Operand::w;
  std::vector<Tap> taps{{0, 0}};
  Index plane = c.plane(slope);
  for (const Window& w : c.window) {
    plane /= Convolution::extent(w, slope);
    std::vector<Tap> next;
    for (const Tap& outer : taps)
      for (const Tap& t : axis_taps(w, slope, place / plane % Convolution::extent(w, slope)))
        next.push_back({outer.a * Convolution::extent(w, a) + t.a, outer.b * Convolution::extent(w, b) + t.b});
    taps = std::move(next);
  }
  return taps;
}

// A plane of an operand, by batch, group, channel of x and channel of y in the group; what the operand lacks is 0.
struct Plane {
  Index batch, group, depth, breadth;
};
template <class F>
void for_each_plane(const Convolution& c, Operand r, F&& f) {
  for (Index n = 0; n < (r == Operand::w ? 1 : c.batch); ++n)
    for (Index g = 0; g < c.groups; ++g)
      for (Index o = 0; o < (r == Operand::x ? 1 : c.breadth); ++o)
        for (Index d = 0; d < (r == Operand::y ? 1 : c.depth); ++d) f(Plane{n, g, d, o});
}
inline Index offset_of(const Convolution& c, Operand r, const Plane& p) {
  const Index plane = c.plane(r);
  if (r == Operand::x) return ((p.batch * c.groups + p.group) * c.depth + p.depth) * plane;
  if (r == Operand::y) return ((p.batch * c.groups + p.group) * c.breadth + p.breadth) * plane;
  return ((p.group * c.breadth + p.breadth) * c.depth + p.depth) * plane;
}

enum class Bias : std::uint8_t { term, after };  // a term of the sum, or added to the finished one

// The slope of Σ x w y along one operand, from the other two in the order x or y, then w or y; and a bias for each of
// the result's channels. Only taps that exist are terms: padding is absent, not multiplied. They run over channels or
// batch, then row-major over the spatial axes.
template <Number N>
Tensor<N> slope_of(const Convolution& c, Operand slope, const Tensors<N>& in, Bias way = Bias::term) {
  auto out = Tensor<N>::full(c.shape(slope), N(Index{0}));
  if (out.size() == 0) return out;
  const auto to = out.mutable_elements();
  const Operand a = slope == Operand::x ? Operand::y : Operand::x, b = slope == Operand::w ? Operand::y : Operand::w;
  const Plane next{slope == Operand::w, 0, slope == Operand::y, slope == Operand::x};  // along what is summed
  const Index summed = slope == Operand::w ? c.batch : slope == Operand::y ? c.depth : c.breadth;
  const Index step_a = offset_of(c, a, next), step_b = offset_of(c, b, next);
  for (Index place = 0; place < c.plane(slope); ++place) {
    const std::vector<Tap> plane = plane_taps(c, slope, place);
    std::vector<Tap> taps;
    for (Index s = 0; s < summed; ++s)
      for (const Tap& t : plane) taps.push_back({s * step_a + t.a, s * step_b + t.b});
    const auto n = static_cast<Index>(taps.size());
    for_each_plane(c, slope, [&, tap = taps.data()](const Plane& p) {
      const N *x = in[0].elements().data() + offset_of(c, a, p), *w = in[1].elements().data() + offset_of(c, b, p);
      const auto product = [=](Index k) { return x[tap[k].a] * w[tap[k].b]; };
      N& y = to[static_cast<std::size_t>(offset_of(c, slope, p) + place)];
      if (in.size() < 3) return void(y = sum<N>(n, product));
      const N& bias = in[2][slope == Operand::y ? p.group * c.breadth + p.breadth : p.group * c.depth + p.depth];
      y = way == Bias::after ? N(sum<N>(n, product) + bias)
                             : sum<N>(n + 1, [&](Index k) -> N { return k < n ? N(product(k)) : bias; });
    });
  }
  return out;
}

}  // namespace plumbline::spec
