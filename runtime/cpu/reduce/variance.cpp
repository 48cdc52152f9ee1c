// var and std over any set of axes, in two passes.
#include <algorithm>
#include <cmath>

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

}  // namespace

void register_variance(KernelTable& table) {
  const spec::Claims c = claims(spec::Order::lanes, lanes);
  table.add("var", "var.two_pass", c, bind_variance<float, false>, bind_variance<double, false>);
  table.add("std", "std.two_pass", c, bind_variance<float, true>, bind_variance<double, true>);
}

}  // namespace plumbline::runtime
