// dx[i] = Σ over the windows that read x[i] of what each gives to it
#pragma once

#include "spec/ops/pool/pooling.h"

namespace plumbline::spec {

// give(window, where its plane of x begins, its output's place, k ↦ share of tap k) fills the shares.
template <Number N, class O, class Give>
Tensor<N> unpool(const O& op, const Shape& x, Give&& give) {
  const Index outputs = pooled(op, x)->size();
  if (outputs == 0 || x.size() == 0) return Tensor<N>::full(x, N(Index{0}));
  const std::vector<Reads> windows = reads_of(grid_of(op, x));
  const Index area = Shape(spatial(x, O::axes)).size();
  std::vector<std::vector<N>> parts(static_cast<std::size_t>(x.size()));
  std::vector<N> shares;
  for (Index at = 0; at < outputs; ++at) {
    const Reads& window = windows[static_cast<std::size_t>(at) % windows.size()];
    const Index plane = at / static_cast<Index>(windows.size()) * area;
    shares.assign(window.taps.size(), N(Index{0}));
    give(window, plane, at, shares);
    for (std::size_t k = 0; k < shares.size(); ++k)
      parts[static_cast<std::size_t>(plane + window.taps[k])].push_back(std::move(shares[k]));
  }
  return Tensor<N>::generate(x, [&](Index i) {
    const auto& mine = parts[static_cast<std::size_t>(i)];
    return sum<N>(static_cast<Index>(mine.size()),
                  [&](Index k) -> const N& { return mine[static_cast<std::size_t>(k)]; });
  });
}

// Draws attributes and an x that fit.
template <class O>
Shape sample_pool(Choices& choices, O& op) {
  constexpr int axes = O::axes;
  Shape x;
  if (choices.pick(0, 3) != 3) x.push_back(choices.pick(0, 15) == 15 ? 0 : choices.pick(1, 2));
  x.push_back(choices.pick(0, 7) == 7 ? 17 : choices.pick(1, 3));
  for (int a = 0; a < axes; ++a) x.push_back(choices.pick(1, axes == 1 ? 17 : 9));
  const auto list = [&](Index most) {
    Axes out;
    for (Index i = choices.coin() ? 1 : axes; i > 0; --i) out.push_back(choices.pick(1, most));
    return out;
  };
  if constexpr (requires { op.output_size; }) {
    op.output_size = list(choices.pick(0, 7) == 7 ? 11 : 4);
  } else {
    const WindowSpec spec = pick_window(
        choices, axes, requires { op.dilation; });
    op.kernel = list(4);
    op.stride = choices.pick(0, 3) == 3 ? Axes{} : spec.stride;
    if constexpr (requires { op.padding; }) op.padding = spec.padding;
    op.ceil_mode = choices.coin();
    if constexpr (requires { op.dilation; }) op.dilation = spec.dilation;
    for (Index tries = 0; !pooled(op, x); ++tries) {
      if constexpr (requires { op.padding; })
        if (tries == 4) op.padding = {0};
      for (Index a = x.rank() - axes; a < x.rank(); ++a) ++x[a];
    }
  }
  return x;
}

}  // namespace plumbline::spec
