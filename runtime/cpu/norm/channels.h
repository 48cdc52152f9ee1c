// Channels of x [batch, channels, space]: slices that are scattered over the batch.
#pragma once

#include <array>

#include "runtime/cpu/norm/slices.h"

namespace plumbline::runtime {

inline constexpr Index together = 16;  // channels that are gathered at a time where space is short

// x is [batch, channels, space].
struct Channels {
  Index batch, channels, space, width;

  Index length() const { return batch * space; }
  Index parts() const { return (channels + width - 1) / width; }
  Index grain() const { return std::max<Index>(1, slice_work / std::max<Index>(1, length() * width)); }
};

inline Channels channels_of(const Shape& x) {
  Index space = 1;
  for (Index a = 2; a < x.rank(); ++a) space *= x[a];
  return {x[0], x[1], space, space < together ? std::min(together, std::max<Index>(1, x[1])) : 1};
}

// Channels first … first + width − 1 of x, one after another, and back.
template <class T>
void gather(const Channels& s, const T* x, Index first, Index width, T* rows) {
  for (Index b = 0; b < s.batch; ++b)
    for (Index c = 0; c < width; ++c)
      std::copy_n(x + (b * s.channels + first + c) * s.space, s.space, rows + c * s.length() + b * s.space);
}
template <class T>
void scatter(const Channels& s, const T* rows, Index first, Index width, T* x) {
  for (Index b = 0; b < s.batch; ++b)
    for (Index c = 0; c < width; ++c)
      std::copy_n(rows + c * s.length() + b * s.space, s.space, x + (b * s.channels + first + c) * s.space);
}

// Whether runs of a channel are worth reading where they lie.
inline bool spacious(const Shape& x) { return x.size() > 0 && channels_of(x).space >= 4; }

// Σ of each of `count` terms over the elements of a channel, in the lanes and with the tree of sum_terms over the
// gathered channel: term(at) is an array with at(x) = x_k.
template <std::size_t count, class T, class Term>
std::array<T, count> sums_of_channel(const Channels& s, Index c, Term term) {
  constexpr Index width = pack_of<T>;
  alignas(64) T lane[count][lanes] = {};
  Index next = 0;  // the lane of the next element
  const auto one_by_one = [&](Index from, Index n) {
    for (Index i = 0; i < n; ++i) {
      const std::array<T, count> terms = term([=](const T* x) { return x[from + i]; });
      for (std::size_t t = 0; t < count; ++t) lane[t][next + i] += terms[t];
    }
    next = (next + n) % lanes;
  };
  for (Index b = 0; b < s.batch; ++b) {
    Index from = (b * s.channels + c) * s.space;
    const Index end = from + s.space, head = std::min(s.space, (lanes - next) % lanes);
    one_by_one(from, head);
    from += head;
    if (from + lanes <= end) {
      typename PackOf<T>::type sum[count][lanes / width];
      for (std::size_t t = 0; t < count; ++t)
        for (Index j = 0; j < lanes / width; ++j) sum[t][j] = load(lane[t] + j * width);
      for (; from + lanes <= end; from += lanes)
#pragma GCC unroll 8
        for (Index j = 0; j < lanes / width; ++j) {
          const auto terms = term([=](const T* x) { return load(x + from + j * width); });
          for (std::size_t t = 0; t < count; ++t) sum[t][j] += terms[t];
        }
      for (std::size_t t = 0; t < count; ++t)
        for (Index j = 0; j < lanes / width; ++j) store(lane[t] + j * width, sum[t][j]);
    }
    one_by_one(from, end - from);
  }
  std::array<T, count> out;
  for (std::size_t t = 0; t < count; ++t) {
    for (Index half = lanes / 2; half > 0; half /= 2)
      for (Index i = 0; i < half; ++i) lane[t][i] += lane[t][i + half];
    out[t] = lane[t][0];
  }
  return out;
}

// Mean and Σ (x − mean)² of a channel.
template <class T>
struct ChannelMoments {
  T mean, squares;

  SliceScale<T> scale(Index n, double eps) const {
    const T spread = squares / static_cast<T>(n) + static_cast<T>(eps);
    return {1 / std::sqrt(spread), sound_squares(spread)};
  }
};

template <class T>
ChannelMoments<T> moments_of_channel(const Channels& s, Index c, const T* x) {
  const T sum = sums_of_channel<1, T>(s, c, [=](auto at) { return std::array{at(x)}; })[0];
  const T mean = sum / static_cast<T>(s.length());
  const T squares = sums_of_channel<1, T>(s, c, [=](auto at) {
    const auto d = at(x) - mean;
    return std::array{d * d};
  })[0];
  return {mean, squares};
}

// dx = (g − mean g − x̂ mean(g·x̂))·scale of a channel; whether nothing left the range of T.
template <class T>
bool gradient_of_channel(const Channels& s, Index c, const T* x, const T* g, T mean, T scale, T* dx) {
  const auto sums = sums_of_channel<2, T>(
      s, c, [=](auto at) { return std::array{at(g), at(g) * ((at(x) - mean) * scale)}; });
  const T n = static_cast<T>(s.length()), mean_g = sums[0] / n, inner = sums[1] / n;
  int beyond = 0;
  for (Index b = 0; b < s.batch; ++b) {
    const Index from = (b * s.channels + c) * s.space;
#pragma GCC ivdep
    for (Index i = from; i < from + s.space; ++i) {
      const T d = (g[i] - mean_g - (x[i] - mean) * scale * inner) * scale;
      beyond |= !in_range(d);
      dx[i] = d;
    }
  }
  return beyond == 0;
}

}  // namespace plumbline::runtime
