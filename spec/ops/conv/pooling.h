// What the pools and their gradients share: attributes, extents, the taps of a window and which of them wins.
#pragma once

#include "spec/ops/conv/window.h"

namespace plumbline::spec {

// O has attributes kernel, stride (empty: the kernel) and padding, and may have dilation. [op C1..C4].
template <class O>
Result<Windows> pool_windows(const O& op, const Shape& x) {
  if (x.rank() != 4) return refuse(op, 1, "input is not [batch, channels, height, width]: ", x);
  if (op.kernel.size() != 1 && op.kernel.size() != 2)
    return refuse(op, 2, "kernel has ", op.kernel.size(), " entries, expected 1 or 2");
  WindowSpec spec{op.stride.empty() ? op.kernel : op.stride, op.padding, {1}};
  if constexpr (requires { op.dilation; }) spec.dilation = op.dilation;
  const auto out = windows(spatial(x), pair_of(op.kernel), spec);
  if (!out) return refuse(op, 3, out.error().what());
  if (const auto [h, w] = pair_of(op.kernel); h > max_elements / w)
    return refuse(op, 3, "kernel is too large: ", h, " by ", w);
  for (const Window& w : *out)
    if (w.misses())
      return refuse(op, 4, "a window may hold only padding: kernel ", w.kernel, ", dilation ", w.dilation, ", padding ",
                    w.before, " and ", w.after, " over ", w.in);
  return out;
}

inline Shape pooled_shape(const Shape& x, const Windows& w) { return {x[0], x[1], w[0].out, w[1].out}; }

// The offsets in a plane of x that output (place) reads, in row-major order.
inline std::vector<Index> taps_of(const Windows& w, Index place) {
  const Index p = place / w[1].out, q = place % w[1].out;
  std::vector<Index> taps;
  for (Index k = w[0].first(p); k < w[0].last(p); ++k)
    for (Index l = w[1].first(q); l < w[1].last(q); ++l) taps.push_back(w[0].at(p, k) * w[1].in + w[1].at(q, l));
  return taps;
}

// Whether a later tap takes the window from an earlier one: it is larger, or the first NaN.
template <Number N>
Truth takes_over(const N& later, const N& earlier) {
  return less(earlier, later) | (is_nan(later) & !is_nan(earlier));
}

// y[map, place] = f(taps, k ↦ x[map, tap k]) for each window.
template <Number N, class F>
Tensor<N> pool(const Tensor<N>& x, const Windows& w, F&& f) {
  auto y = Tensor<N>::full(pooled_shape(x.shape(), w), N(Index{0}));
  const auto out = y.mutable_elements();
  const Index plane = w[0].out * w[1].out, maps = x.shape()[0] * x.shape()[1];
  for (Index place = 0; place < plane; ++place) {
    const std::vector<Index> taps = taps_of(w, place);
    for (Index map = 0; map < maps; ++map) {
      const N* from = x.elements().data() + map * w[0].in * w[1].in;
      out[static_cast<std::size_t>(map * plane + place)] = f(static_cast<Index>(taps.size()), [&](Index k) -> const N& {
        return from[taps[static_cast<std::size_t>(k)]];
      });
    }
  }
  return y;
}

// The way back: dx[map, i] is the sum of share(map, place, tap k) over the windows whose tap k is i.
template <Number N, class Share>
Tensor<N> unpool(const Shape& shape, const Windows& w, Share&& share) {
  struct Reader {
    Index place, tap;
  };
  const Index plane = w[0].out * w[1].out, area = w[0].in * w[1].in;
  std::vector<std::vector<Reader>> readers(static_cast<std::size_t>(area));
  for (Index place = 0; place < plane; ++place) {
    const std::vector<Index> taps = taps_of(w, place);
    for (std::size_t k = 0; k < taps.size(); ++k)
      readers[static_cast<std::size_t>(taps[k])].push_back({place, static_cast<Index>(k)});
  }
  return Tensor<N>::generate(shape, [&](Index i) {
    const auto& mine = readers[static_cast<std::size_t>(i % area)];
    return sum<N>(static_cast<Index>(mine.size()), [&](Index k) {
      const Reader& r = mine[static_cast<std::size_t>(k)];
      return share(i / area * plane + r.place, r.place, r.tap, i / area * area);
    });
  });
}

template <class O>
Shape sample_pool(Choices& choices, O& op) {
  const WindowSpec spec = pick_window(
      choices, requires { op.dilation; });
  op.kernel = choices.coin() ? Axes{choices.pick(1, 4)} : Axes{choices.pick(1, 4), choices.pick(1, 4)};
  op.stride = choices.pick(0, 3) == 3 ? Axes{} : spec.stride;
  op.padding = spec.padding;
  if constexpr (requires { op.dilation; }) op.dilation = spec.dilation;
  Shape x{choices.pick(0, 15) == 15 ? 0 : choices.pick(1, 2), choices.pick(0, 7) == 7 ? 17 : choices.pick(1, 3),
          choices.pick(1, 9), choices.pick(1, 9)};
  for (Index tries = 0; !pool_windows(op, x); ++tries) {
    if (tries == 4) op.padding = {0};
    ++x[2], ++x[3];
  }
  return x;
}

}  // namespace plumbline::spec
