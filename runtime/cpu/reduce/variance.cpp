// var and std over any set of axes, in two passes: Σ (x − μ)² / max(0, n − correction).
#include <algorithm>
#include <cmath>

#include "runtime/cpu/fibres.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/wide.h"

namespace plumbline::runtime {
namespace {

template <class T, bool root>
T wide_variance(const T* x, Index n, T divisor) {
  const Wide<T> mean = wide_mean_of(x, n);
  const Wide<T> squares = wide_sum_of<T>(n, [=](Index i) { return (x[i] - mean) * (x[i] - mean); });
  return static_cast<T>(root ? std::sqrt(squares / divisor) : squares / divisor);
}

// two_pass: Σ (x − μ)² / max(0, n − correction). One number is its own mean, infinite or not.
template <class T, bool root>
T variance(const T* x, Index n, Index correction) {
  const T divisor = static_cast<T>(std::max<Index>(0, n - correction));
  if (n == 0) return std::numeric_limits<T>::quiet_NaN();
  if (n == 1) return (x[0] == x[0] ? T(0) : x[0]) / divisor;
  const T mean = sum_lanes(x, n) / static_cast<T>(n);
  const T squares = sum_terms<T>(n, [=](auto at) {
    const auto centred = at(x) - mean;
    return centred * centred;
  });
  if (!sound_squares(squares)) return wide_variance<T, root>(x, n, divisor);
  return root ? std::sqrt(squares / divisor) : squares / divisor;
}

template <class T, bool root>
BoundKernel bind_variance(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_fibres<T>(op, "axes", in[0], out,
                        [correction = attribute<Index>(op, "correction")](const T* x, Index n) {
                          return variance<T, root>(x, n, correction);
                        });
}

}  // namespace

void register_variance(KernelTable& table) {
  const spec::Claims c = in_wide_range(claims(spec::Order::lanes, lanes));
  table.add("var", "var.two_pass", c, bind_variance<float, false>, bind_variance<double, false>);
  table.add("std", "std.two_pass", c, bind_variance<float, true>, bind_variance<double, true>);
}

}  // namespace plumbline::runtime
