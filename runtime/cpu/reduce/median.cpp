// The lower of the two middle elements of each fibre.
#include <algorithm>

#include "runtime/cpu/fibres.h"

namespace plumbline::runtime {
namespace {

// Selects in a copy; a NaN is the answer where there is one.
template <class T>
BoundKernel bind_median(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_fibres<T, /*writes=*/true>(op, "axes", in[0], out, [](T* x, Index n) {
    const T* nan = std::find_if(x, x + n, [](T v) { return v != v; });
    if (nan != x + n) return *nan;
    std::nth_element(x, x + (n - 1) / 2, x + n);
    return x[(n - 1) / 2];
  });
}

}  // namespace

void register_median(KernelTable& table) {
  table.add("median", "median.select", claims(), bind_median<float>, bind_median<double>);
}

}  // namespace plumbline::runtime
