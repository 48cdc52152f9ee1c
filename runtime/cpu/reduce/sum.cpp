// sum and mean over any set of axes.
#include "runtime/cpu/reduce/fold.h"

namespace plumbline::runtime {
namespace {

template <class T>
Bind sum_kernel() {
  const auto as_is = [](auto fold, Index) { return fold; };
  return reduction(Fold<T, Plus, decltype(as_is)>{T(0), {}, as_is});
}
template <class T>
Bind mean_kernel() {
  const auto over_n = [](auto fold, Index n) { return fold / static_cast<decltype(fold)>(n); };
  return reduction(Fold<T, Plus, decltype(over_n)>{T(0), {}, over_n});
}

}  // namespace

void register_sum(KernelTable& table) {
  const spec::Claims c = in_wide_range(fold_claims());
  table.add("sum", "sum.lanes", c, sum_kernel<float>(), sum_kernel<double>());
  table.add("mean", "mean.lanes", c, mean_kernel<float>(), mean_kernel<double>());
}

}  // namespace plumbline::runtime
