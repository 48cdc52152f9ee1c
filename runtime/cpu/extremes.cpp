// min argmax argmin median any all over any set of axes.
#include <algorithm>
#include <cmath>

#include "runtime/cpu/fibres.h"
#include "runtime/cpu/lanes.h"

namespace plumbline::runtime {
namespace {

// The NaN if one is, else the smaller.
struct Smaller {
  template <class P>
  P operator()(const P& m, const P& x) const {
    return (x < m) | (x != x) ? x : m;
  }
};

template <class T>
T smallest(const T* x, Index n) {
  return fold_lanes(x, n, std::numeric_limits<T>::infinity(), Smaller{});
}

template <class T>
BoundKernel bind_min(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_fibres<T>(op, "axes", in[0], out, [](const T* x, Index n) { return smallest(x, n); });
}

// The first place that holds the extreme, or a NaN where that is one.
template <class T>
T place_of(const T* x, Index n, T extreme) {
  Index at = 0;
  if (extreme != extreme)
    while (at < n && x[at] == x[at]) ++at;
  else
    while (at < n && x[at] != extreme) ++at;
  return static_cast<T>(at);
}

template <class T>
BoundKernel bind_argmax(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_fibres<T>(op, "axis", in[0], out,
                        [](const T* x, Index n) { return place_of(x, n, n == 0 ? T(0) : max_lanes(x, n)); });
}
template <class T>
BoundKernel bind_argmin(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_fibres<T>(op, "axis", in[0], out, [](const T* x, Index n) { return place_of(x, n, smallest(x, n)); });
}

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

template <class T>
BoundKernel bind_any(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_fibres<T>(op, "axes", in[0], out, [](const T* x, Index n) {
    return static_cast<T>(std::any_of(x, x + n, [](T v) { return v != 0; }));
  });
}
template <class T>
BoundKernel bind_all(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_fibres<T>(op, "axes", in[0], out, [](const T* x, Index n) {
    return static_cast<T>(std::all_of(x, x + n, [](T v) { return v != 0; }));
  });
}

}  // namespace

void register_extremes(KernelTable& table) {
  table.add("min", "min.lanes", claims(), bind_min<float>, bind_min<double>);
  table.add("argmax", "argmax.first", claims(), bind_argmax<float>, bind_argmax<double>);
  table.add("argmin", "argmin.first", claims(), bind_argmin<float>, bind_argmin<double>);
  table.add("median", "median.select", claims(), bind_median<float>, bind_median<double>);
  table.add("any", "any.fibres", claims(), bind_any<float>, bind_any<double>);
  table.add("all", "all.fibres", claims(), bind_all<float>, bind_all<double>);
}

}  // namespace plumbline::runtime
