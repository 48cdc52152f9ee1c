// norm over any set of axes: m (Σ (|x|/m)^p)^(1/p), m = max |x|; for p = −inf min |x|, for 0 how many are not 0
#include <cmath>

#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/fibres.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/reduce/smallest.h"

namespace plumbline::runtime {
namespace {

struct Magnitude {
  template <class P>
  P operator()(const P& x) const {
    return x < 0 ? -x : x;
  }
};

struct IsNonzero {
  template <class P>
  P operator()(const P& x) const {
    return x != 0 ? P{} + 1 : P{};
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
  if (p == 0) return sum_terms<T>(n, [=](auto at) { return IsNonzero{}(at(x)); });
  if (p == 1) return sum_terms<T>(n, size);
  if (p < 0) return fold_terms(n, std::numeric_limits<T>::infinity(), Smaller{}, size);
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

void register_norm(KernelTable& table) {
  const spec::Claims c = function_claims({{spec::Function::pow, 1}}, claims(spec::Order::lanes, lanes));
  table.add("norm", "norm.scaled", c, bind_norm<float>, bind_norm<double>);
}

}  // namespace plumbline::runtime
