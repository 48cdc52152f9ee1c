// sum and mean over any set of axes.
#include "runtime/cpu/reduce/fold.h"

namespace plumbline::runtime {
namespace {

template <class T>
Bind sum_kernel() {
  const auto as_is = [](T fold, Index) { return fold; };
  return reduction(Fold<T, Plus, decltype(as_is)>{T(0), {}, as_is});
}
template <class T>
Bind mean_kernel() {
  const auto over_n = [](T fold, Index n) { return fold / static_cast<T>(n); };
  return reduction(Fold<T, Plus, decltype(over_n)>{T(0), {}, over_n});
}

}  // namespace

void register_sum(KernelTable& table) {
  table.add("sum", "sum.lanes", fold_claims(), sum_kernel<float>(), sum_kernel<double>());
  table.add("mean", "mean.lanes", fold_claims(), mean_kernel<float>(), mean_kernel<double>());
}

}  // namespace plumbline::runtime
