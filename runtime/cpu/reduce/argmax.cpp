// argmax and argmin: the first place that holds the extreme.
#include "runtime/cpu/fibres.h"
#include "runtime/cpu/reduce/smallest.h"

namespace plumbline::runtime {
namespace {

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

}  // namespace

void register_argmax(KernelTable& table) {
  table.add("argmax", "argmax.first", claims(), bind_argmax<float>, bind_argmax<double>);
  table.add("argmin", "argmin.first", claims(), bind_argmin<float>, bind_argmin<double>);
}

}  // namespace plumbline::runtime
