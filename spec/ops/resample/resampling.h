// y = A x Bᵀ over the two spatial axes, the rows of A and B the weights of an interpolation; and the way back, Aᵀ ct B
#pragma once

#include "spec/ops/conv/window.h"

namespace plumbline::spec {

enum class Interpolation : std::uint8_t { nearest, half_pixel, align_corners };

// A weight p/q of one input.
struct Share {
  Index input, p, q;
};

// The common denominator of the weights along an axis.
inline Index denominator_of(Interpolation how, Index out) {
  return how == Interpolation::nearest         ? 1
         : how == Interpolation::align_corners ? std::max<Index>(1, out - 1)
                                               : 2 * out;
}

// What output o of `out` reads of `in` inputs: source coordinate o·in/out (nearest: its floor), (o + ½)·in/out − ½ from
// 0 on, or o·(in − 1)/(out − 1). Between two inputs i and i + 1 they share by distance. Weights of 0 are absent; beyond
// the last input there is one share of 1, or `clamped` two shares of it.
inline std::vector<Share> shares_of(Interpolation how, Index in, Index out, Index o, bool clamped = false) {
  if (how == Interpolation::nearest) return {{o * in / out, 1, 1}};
  const bool ends = how == Interpolation::align_corners;
  const Index q = denominator_of(how, out);
  const Index source = ends ? (out > 1 ? o * (in - 1) : 0) : std::max<Index>(0, (2 * o + 1) * in - out);
  const Index i = source / q, far = source % q;
  if (far == 0 || (i + 1 >= in && !clamped)) return {{std::min(i, in - 1), 1, 1}};
  return {{i, q - far, q}, {std::min(i + 1, in - 1), far, q}};
}

// The weight as kernels have it that compute the coordinate in their own numbers: coordinate − i, or 1 − that.
template <Number N>
N coordinate_weight(const N& x, Interpolation how, Index in, Index out, Index o, const Share& share) {
  if (share.q == 1) return N(Index{1});
  const Share first = shares_of(how, in, out, o, /*clamped=*/true).front();
  const N half = ratio(x, 1, 2);
  const N at = how == Interpolation::align_corners ? N(N(o) * ratio(x, in - 1, out - 1))
                                                   : N((N(o) + half) * ratio(x, in, out) - half);
  const N far = at - N(first.input);
  return share.p == first.p ? N(N(Index{1}) - far) : far;
}

// [op C1] of x or ct, [op C2] of the list, [op C3..C4] of the extents: the shape with its last two extents replaced.
template <class O>
Result<Shape> resampled(const O& op, const Shape& x, const Axes& list, const char* what) {
  if (x.rank() != 3 && x.rank() != 4)
    return refuse(op, 1, "input is not [batch, channels, height, width] or without batch: ", x);
  const Axes size = spread(list, 2);
  if (size.empty()) return refuse(op, 2, what, " has ", list.size(), " entries, expected 1 or 2");
  Shape y = x;
  for (Index a = 0; a < 2; ++a) {
    const Index in = x.back(1 - a), out = size[static_cast<std::size_t>(a)];
    if (out < 1 || out > max_elements) return refuse(op, 3, what, " is out of range: ", out);
    if (in < 1 || in > max_elements / out) return refuse(op, 4, "extent is 0, or too large: ", in, " to ", out);
    y[x.rank() - 2 + a] = out;
  }
  if (!y.valid()) return refuse(op, 4, "shape ", y, " is too large");
  return y;
}

// O has attributes size and scale_factor, one of which is given.
template <class O>
Result<Shape> upsampled(const O& op, const Shape& x) {
  if (op.size.empty() == op.scale_factor.empty())
    return refuse(op, 5, "one of size and scale_factor must be given, got ", op.size.size(), " and ",
                  op.scale_factor.size(), " entries");
  if (op.scale_factor.empty()) return resampled(op, x, op.size, "size");
  Axes size = spread(op.scale_factor, 2);
  for (std::size_t a = 0; a < size.size(); ++a) {
    const Index in = x.rank() >= 2 ? x.back(1 - static_cast<Index>(a)) : 0;
    if (size[a] < 1 || in > max_elements / size[a]) return refuse(op, 3, "scale_factor is out of range: ", size[a]);
    size[a] *= in;
  }
  return resampled(op, x, size.empty() ? op.scale_factor : size, "scale_factor");
}

// One term of a sum along an axis: output o of the interpolation takes this share of its input.
struct Contribution {
  Index o;
  Share share;
};
// The terms of each output, or (`back`) of each input: the outputs that read it.
inline std::vector<std::vector<Contribution>> terms_of(Interpolation how, Index in, Index out, bool back,
                                                       bool clamped) {
  std::vector<std::vector<Contribution>> terms(static_cast<std::size_t>(back ? in : out));
  for (Index o = 0; o < out; ++o)
    for (const Share& s : shares_of(how, in, out, o, clamped))
      terms[static_cast<std::size_t>(back ? s.input : o)].push_back({o, s});
  return terms;
}

// How the weights p/q enter: as numerators, with one division at the end (the textbook, exact where the result is);
// as fractions, each rounded once, beyond the last input one or (clamped) two; or computed from the coordinate.
enum class Weights : std::uint8_t { numerators, fractions, clamped, coordinates };
inline Weights weights_named(std::string_view method) {
  return method == "coordinates" ? Weights::coordinates
         : method == "clamped"   ? Weights::clamped
                                 : Weights::fractions;
}

// y = Σ w_row w_column x, by numerators in one sum and else row by row; or (`back`) with inputs and outputs exchanged.
template <Number N>
Tensor<N> resample(const Tensor<N>& x, const Shape& to, Interpolation how, bool back, Weights weights) {
  if (to.size() == 0) return Tensor<N>::full(to, N(Index{0}));
  const Shape &in = back ? to : x.shape(), &out = back ? x.shape() : to;
  const bool clamped = weights == Weights::clamped || weights == Weights::coordinates;
  const auto rows = terms_of(how, in.back(1), out.back(1), back, clamped),
             columns = terms_of(how, in.back(0), out.back(0), back, clamped);
  const std::array<Index, 2> whole{denominator_of(how, out.back(0)), denominator_of(how, out.back(1))};
  const auto weighted = [&](const Contribution& t, Index axis, const N& value) {
    const Index all = whole[static_cast<std::size_t>(axis)];
    if (weights == Weights::numerators) return all == 1 ? value : N(N(t.share.q == 1 ? all : t.share.p) * value);
    if (t.share.q == 1) return value;
    if (weights != Weights::coordinates) return N(ratio(value, t.share.p, t.share.q) * value);
    return N(coordinate_weight(value, how, in.back(axis), out.back(axis), t.o, t.share) * value);
  };
  const Index height = to.back(1), width = to.back(0), h = x.shape().back(1), w = x.shape().back(0);
  return Tensor<N>::generate(to, [&](Index at) {
    const auto &down = rows[static_cast<std::size_t>(at / width % height)],
               &along = columns[static_cast<std::size_t>(at % width)];
    const N* from = x.elements().data() + at / width / height * h * w;
    const auto read = [&](const Contribution& row, const Contribution& column) {
      return weighted(column, 0, from[(back ? row.o : row.share.input) * w + (back ? column.o : column.share.input)]);
    };
    const auto n = static_cast<Index>(down.size()), m = static_cast<Index>(along.size());
    if (weights == Weights::numerators) {
      const N y = sum<N>(n * m, [&](Index k) {
        const Contribution& row = down[static_cast<std::size_t>(k / m)];
        return weighted(row, 1, read(row, along[static_cast<std::size_t>(k % m)]));
      });
      return whole[0] * whole[1] > 1 ? N(y / N(whole[0] * whole[1])) : y;
    }
    return sum<N>(n, [&](Index k) {
      const Contribution& row = down[static_cast<std::size_t>(k)];
      return weighted(row, 1, sum<N>(m, [&](Index l) { return read(row, along[static_cast<std::size_t>(l)]); }));
    });
  });
}

}  // namespace plumbline::spec
