// any and all over any set of axes.
#include <algorithm>

#include "runtime/cpu/fibres.h"

namespace plumbline::runtime {
namespace {

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

void register_any(KernelTable& table) {
  table.add("any", "any.fibres", claims(), bind_any<float>, bind_any<double>);
  table.add("all", "all.fibres", claims(), bind_all<float>, bind_all<double>);
}

}  // namespace plumbline::runtime
