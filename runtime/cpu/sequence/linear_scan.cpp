// h_t = a_t h_{t−1} + b_t
#include "runtime/core/attribute.h"
#include "runtime/core/kernel.h"

namespace plumbline::runtime {
namespace {

constexpr Index columns_per_part = 256;

// h_t = a_t h_{t−1} + b_t for each column of [T, columns].
template <class T>
BoundKernel bind_linear_scan(const spec::Op& op, const Shapes& in, const Shape& out) {
  const bool reverse = attribute<bool>(op, "reverse"), given = in.size() > 2;
  const Index steps = out[0], columns = steps == 0 ? 0 : out.size() / steps;
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    const T *a = args.in[0].as<T>(), *b = args.in[1].as<T>();
    T* h = args.out.as<T>();
    parallel_for(args.workers, columns, columns_per_part, [&](Index begin, Index end, int) {
      const T* before = given ? args.in[2].as<T>() : nullptr;
      for (Index s = 0; s < steps; ++s) {
        const Index at = (reverse ? steps - 1 - s : s) * columns;
        if (before == nullptr) std::copy(b + at + begin, b + at + end, h + at + begin);
        else
#pragma GCC ivdep
          for (Index k = begin; k < end; ++k) h[at + k] = a[at + k] * before[k] + b[at + k];
        before = h + at;
      }
    });
  };
  return bound;
}

}  // namespace

void register_linear_scan(KernelTable& table) {
  table.add("linear_scan", "linear_scan.columns", claims(), bind_linear_scan<float>, bind_linear_scan<double>);
}

}  // namespace plumbline::runtime
