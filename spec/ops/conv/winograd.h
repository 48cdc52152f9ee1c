// Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A: 2 × 2 outputs of a 3 × 3 kernel by 16 products (Winograd 1980; Lavin and Gray 2016)
#pragma once

#include "spec/ops/conv/convolution.h"

namespace plumbline::spec {

// Whether F(2×2, 3×3) computes the convolution: a kernel of 3 × 3 in steps of one.
inline bool has_winograd(const Convolution& c) {
  return c.window.size() == 2 && std::all_of(c.window.begin(), c.window.end(), [](const Window& w) {
           return w.kernel == 3 && w.stride == 1 && w.dilation == 1;
         });
}

template <Number N>
using Four = std::array<N, 4>;

// Bᵀ d: (d0 − d2, d1 + d2, d2 − d1, d1 − d3)
template <Number N>
Four<N> winograd_input(const N& a, const N& b, const N& c, const N& d) {
  return {a - c, b + c, c - b, b - d};
}
// G g: (g0, (g0 + g1 + g2)/2, (g0 − g1 + g2)/2, g2)
template <Number N>
Four<N> winograd_kernel(const N& a, const N& b, const N& c) {
  const N two(Index{2}), ends = a + c;
  return {a, (ends + b) / two, (ends - b) / two, c};
}

// U = G g Gᵀ, from 3 × 3 elements.
template <Number N>
std::vector<N> winograd_kernels(const N* g) {
  std::vector<Four<N>> rows;
  for (Index r = 0; r < 3; ++r) rows.push_back(winograd_kernel(g[3 * r], g[3 * r + 1], g[3 * r + 2]));
  std::vector<N> u(16, N(Index{0}));
  for (std::size_t j = 0; j < 4; ++j) {
    const Four<N> column = winograd_kernel(rows[0][j], rows[1][j], rows[2][j]);
    for (std::size_t i = 0; i < 4; ++i) u[4 * i + j] = column[i];
  }
  return u;
}

// V = Bᵀ d B of the 4 × 4 inputs from (2p − before, 2q − before) on; what is not there is 0.
template <Number N>
std::vector<N> winograd_inputs(const Convolution& c, const N* x, Index p, Index q) {
  const Window &rows = c.window[0], &columns = c.window[1];
  const auto at = [&](Index k, Index l) {
    const Index i = 2 * p - rows.before + k, j = 2 * q - columns.before + l;
    return i < 0 || j < 0 || i >= rows.in || j >= columns.in ? N(Index{0}) : x[i * columns.in + j];
  };
  std::vector<Four<N>> half;
  for (Index k = 0; k < 4; ++k) half.push_back(winograd_input<N>(at(k, 0), at(k, 1), at(k, 2), at(k, 3)));
  std::vector<N> v(16, N(Index{0}));
  for (std::size_t j = 0; j < 4; ++j) {
    const Four<N> column = winograd_input(half[0][j], half[1][j], half[2][j], half[3][j]);
    for (std::size_t i = 0; i < 4; ++i) v[4 * i + j] = column[i];
  }
  return v;
}

// The four outputs Aᵀ m A, Aᵀ m = (m0 + m1 + m2, m1 − m2 − m3).
template <Number N>
Four<N> winograd_outputs(const std::vector<N>& m) {
  const auto upper = [&](std::size_t j) { return N(m[j] + m[4 + j] + m[8 + j]); };
  const auto lower = [&](std::size_t j) { return N(m[4 + j] - m[8 + j] - m[12 + j]); };
  return {upper(0) + upper(1) + upper(2), upper(1) - upper(2) - upper(3), lower(0) + lower(1) + lower(2),
          lower(1) - lower(2) - lower(3)};
}

// Tile by tile: the products of each place of the 4 × 4 summed over the channels, then the bias.
template <Number N>
Tensor<N> winograd(const Convolution& c, const Tensors<N>& in) {
  auto y = Tensor<N>::full(c.shape(Operand::y), N(Index{0}));
  if (y.size() == 0) return y;
  const auto out = y.mutable_elements();
  const Index height = c.window[0].out, width = c.window[1].out;
  std::vector<std::vector<N>> kernels;
  for (Index i = 0; i < in[1].size(); i += 9) kernels.push_back(winograd_kernels(in[1].elements().data() + i));
  for (Index tile = 0; tile < (height + 1) / 2 * ((width + 1) / 2); ++tile) {
    const Index p = tile / ((width + 1) / 2), q = tile % ((width + 1) / 2);
    std::vector<std::vector<N>> inputs;
    for (Index i = 0; i < in[0].size(); i += c.plane(Operand::x))
      inputs.push_back(winograd_inputs(c, in[0].elements().data() + i, p, q));
    for_each_plane(c, Operand::y, [&](const Plane& at) {
      const auto first = static_cast<std::size_t>((at.batch * c.groups + at.group) * c.depth);
      const auto map = static_cast<std::size_t>(at.group * c.breadth + at.breadth);
      std::vector<N> m;
      for (std::size_t i = 0; i < 16; ++i)
        m.push_back(sum<N>(c.depth, [&](Index d) {
          const auto channel = static_cast<std::size_t>(d);
          return inputs[first + channel][i] * kernels[map * static_cast<std::size_t>(c.depth) + channel][i];
        }));
      const Four<N> four = winograd_outputs(m);
      for (std::size_t i = 0; i < 4; ++i) {
        const Index r = 2 * p + static_cast<Index>(i / 2), s = 2 * q + static_cast<Index>(i % 2);
        if (r >= height || s >= width) continue;
        out[static_cast<std::size_t>(offset_of(c, Operand::y, at) + r * width + s)] =
            in.size() > 2 ? N(four[i] + in[2][static_cast<Index>(map)]) : four[i];
      }
    });
  }
  return y;
}

}  // namespace plumbline::spec
