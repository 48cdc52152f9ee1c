// x·(1/max(‖x‖, eps)) along one axis.
#include <cmath>

#include "runtime/core/attribute.h"
#include "runtime/cpu/along.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/wide.h"

namespace plumbline::runtime {
namespace {

// x·(1/max(‖x‖, eps)); a NaN is no short row.
template <class T>
struct L2Normalize {
  T eps;
  void again(const T* x, T* y, Index n) const {
    const Wide<T> energy = wide_sum_of<T>(n, [=](Index i) { return Wide<T>(x[i]) * x[i]; }), e = eps;
    const Wide<T> scale = 1 / (energy < e * e ? e : std::sqrt(energy));
    for (Index i = 0; i < n; ++i) y[i] = static_cast<T>(x[i] * scale);
  }
  void operator()(const std::array<const T*, 1>& in, T* y, Index n) const {
    const T* x = in[0];
    const T energy = sum_terms<T>(n, [=](auto at) { return at(x) * at(x); });
    if (!sound_squares(energy)) return again(x, y, n);
    const T scale = 1 / (energy < eps * eps ? eps : std::sqrt(energy));
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) y[i] = x[i] * scale;
  }
};

template <class T>
BoundKernel bind_l2_normalize(const spec::Op& op, const Shapes& in, const Shape&) {
  return along<T, 1>(in[0], *spec::normal_axis(attribute<Index>(op, "axis"), in[0].rank()),
                     L2Normalize<T>{static_cast<T>(attribute<double>(op, "eps"))});
}

}  // namespace

void register_l2_normalize(KernelTable& table) {
  table.add("l2_normalize", "l2_normalize.lanes", in_wide_range(claims(spec::Order::lanes, lanes)),
            bind_l2_normalize<float>, bind_l2_normalize<double>);
}

}  // namespace plumbline::runtime
