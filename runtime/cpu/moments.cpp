// var std norm over any set of axes.
#include <algorithm>
#include <cmath>

#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/fibres.h"
#include "runtime/cpu/lanes.h"

namespace plumbline::runtime {
namespace {

// two_pass: Σ (x − μ)² / max(0, n − correction). One number is its own mean, infinite or not.
template <class T>
T variance(const T* x, Index n, Index correction) {
  const T divisor = static_cast<T>(std::max<Index>(0, n - correction));
  if (n == 0) return std::numeric_limits<T>::quiet_NaN();
  if (n == 1) return (x[0] == x[0] ? T(0) : x[0]) / divisor;
  const T mean = sum_lanes(x, n) / static_cast<T>(n);
  const T squares = sum_terms<T>(n, [=](auto at) {
    const auto centred = at(x) - mean;
    return centred * centred;
  });
  return squares / divisor;
}

template <class T, bool root>
BoundKernel bind_variance(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_fibres<T>(op, "axes", in[0], out,
                        [correction = attribute<Index>(op, "correction")](const T* x, Index n) {
                          const T v = variance(x, n, correction);
                          return root ? std::sqrt(v) : v;
                        });
}

struct Magnitude {
  template <class P>
  P operator()(const P& x) const {
    return x < 0 ? -x : x;
  }
};

// Σ (|x|/scale)^p in 64 lanes, then a tree over the lanes.
template <class T>
T sum_of_powers(const T* x, Index n, T scale, T p) {
  T lane[lanes] = {};
  for (Index k = 0; k < n; ++k) {
    const T size = std::abs(x[k]) / scale;
    lane[k % lanes] += size == 0 ? T(0) : std::pow(size, p);
  }
  for (Index half = lanes / 2; half > 0; half /= 2)
    for (Index i = 0; i < half; ++i) lane[i] += lane[i + half];
  return lane[0];
}

// scaled: m (Σ (|x|/m)^p)^(1/p) with m = max |x|
template <class T>
T norm(const T* x, Index n, double p) {
  const auto size = [=](auto at) { return Magnitude{}(at(x)); };
  if (p == 1) return sum_terms<T>(n, size);
  const T top = n == 0 ? T(0) : fold_terms(n, T(0), Larger{}, size);
  if (std::isinf(p) || top == 0 || !(top < std::numeric_limits<T>::infinity())) return top;
  if (p == 2) {
    const T squares = sum_terms<T>(n, [=](auto at) {
      const auto part = Magnitude{}(at(x)) / top;
      return part * part;
    });
    return top * std::sqrt(squares);
  }
  const T power = static_cast<T>(p);
  return top * std::pow(sum_of_powers(x, n, top, power), 1 / power);
}

template <class T>
BoundKernel bind_norm(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_fibres<T>(op, "axes", in[0], out,
                        [p = attribute<double>(op, "p")](const T* x, Index n) { return norm(x, n, p); });
}

}  // namespace

void register_moments(KernelTable& table) {
  const spec::Claims c = function_claims({{spec::Function::pow, 1}}, claims(spec::Order::lanes, lanes));
  table.add("var", "var.two_pass", c, bind_variance<float, false>, bind_variance<double, false>);
  table.add("std", "std.two_pass", c, bind_variance<float, true>, bind_variance<double, true>);
  table.add("norm", "norm.scaled", c, bind_norm<float>, bind_norm<double>);
}

}  // namespace plumbline::runtime
