// What the normalisations share: the slices x_1 … x_n that are normalised, their μ and σ = √(variance + eps), and the
// way back.
#pragma once

#include "spec/ops/norm/moments.h"

namespace plumbline::spec {

// A slice runs along `axes` of x seen under the shape `view`; element i of x takes the weight (i / inner) mod count.
// `centred`: the mean is subtracted; else it is taken for 0.
struct Slicing {
  Shape view;
  Axes axes;
  Index inner = 1, count = 1;
  bool centred = true;

  Index parameter(Index i) const { return i / inner % count; }
};

// y · w + b; w and b may be absent.
template <Number N>
N weighted(const N& y, const N* w, const N* b) {
  const N z = w != nullptr ? N(y * *w) : y;
  return b != nullptr ? N(z + *b) : z;
}

// How an implementation goes about it: the textbook divides by σ, a method multiplies by 1/σ, once for each slice.
// affine: y = x a + (b − μ a) with a = w/σ, which cancels where |μ| is large beside σ; the variance is two_pass.
struct Way {
  VarianceBy variance = VarianceBy::two_pass;
  bool reciprocal = false, affine = false;

  static Way of(std::string_view method) { return {variance_named(method), true, method == "affine"}; }
  template <Number N>
  N over(const N& a, const N& deviation) const {
    return reciprocal ? a * (N(Index{1}) / deviation) : a / deviation;
  }
  // (x − μ)/σ · w + b; w and b may be absent.
  template <Number N>
  N scaled(const N& x, const N& mean, const N& deviation, const N* w, const N* b) const {
    if (affine) {
      const N inverse = N(Index{1}) / deviation, a = w != nullptr ? N(*w * inverse) : inverse, shift = mean * a;
      return x * a + (b != nullptr ? N(*b - shift) : -shift);
    }
    return weighted(over(N(x - mean), deviation), w, b);
  }
};

// One slice of a tensor, with its statistics.
template <Number N>
struct NormSlice {
  const Slicing& slicing;
  const Fibres& fibre;
  const Tensor<N>& x;
  Index start;
  N mean{Index{0}}, deviation{Index{1}};

  Index length() const { return fibre.length(); }
  Index at(Index k) const { return start + fibre.step[static_cast<std::size_t>(k)]; }
  N centred(Index k) const { return slicing.centred ? N(x[at(k)] - mean) : x[at(k)]; }
  N scaled(Index k, const Way& way, const N* w, const N* b) const {
    if (slicing.centred) return way.scaled(x[at(k)], mean, deviation, w, b);
    return weighted(way.over(x[at(k)], deviation), w, b);
  }
  void measure(double eps, VarianceBy how) {
    const auto element = [&](Index k) -> const N& { return x[at(k)]; };
    if (slicing.centred) {
      const Moments<N> m = variance_of<N>(length(), element, length(), how);
      mean = m.mean, deviation = sqrt(m.squares + real(mean, eps));
    } else {
      const auto squared = [&](Index k) { return square(x[at(k)]); };
      const N raw = average<N>(length(), squared, length(), how == VarianceBy::scaled);
      deviation = sqrt(raw + real(raw, eps));
    }
  }
};

// f(slice) for each slice of x, measured.
template <Number N, class F>
void for_slices(const Tensor<N>& x, const Slicing& s, double eps, const Way& way, F&& f) {
  const Fibres fibre = fibres(s.view, s.axes);
  for (std::size_t o = 0; x.size() > 0 && o < fibre.start.size(); ++o) {
    NormSlice<N> slice{s, fibre, x, fibre.start[o]};
    slice.measure(eps, way.variance), f(slice);
  }
}

// (x − μ)/σ · w + b; inputs x[, w[, b]].
template <Number N>
Tensor<N> normalised(const Tensors<N>& in, const Slicing& s, double eps, const Way& way) {
  Tensor<N> y = in[0];
  const auto out = y.mutable_elements();
  for_slices(in[0], s, eps, way, [&](const NormSlice<N>& slice) {
    for (Index k = 0; k < slice.length(); ++k) {
      const Index i = slice.at(k), p = s.parameter(i);
      const N *w = in.size() > 1 ? &in[1][p] : nullptr, *b = in.size() > 2 ? &in[2][p] : nullptr;
      out[static_cast<std::size_t>(i)] = slice.scaled(k, way, w, b);
    }
  });
  return y;
}

}  // namespace plumbline::spec
