// max and its gradient, and min, over any set of axes.
#include "runtime/cpu/fibres.h"
#include "runtime/cpu/reduce/fold.h"
#include "runtime/cpu/reduce/smallest.h"

namespace plumbline::runtime {
namespace {

constexpr Index work_per_part = 32768;

// Each element that nothing exceeds takes ct over the number of them; where some are NaN, they are the ones.
template <class T>
void share_among_winners(const FibreWalk& walk, const KernelArgs& args) {
  const Index n = walk.length(), inner = walk.width;
  parallel_for(args.workers, walk.fibres(), std::max<Index>(1, work_per_part / std::max<Index>(1, n)),
               [&](Index begin, Index end, int worker) {
                 T* row = args.local<T>(worker);
                 for (Index f = begin; f < end; ++f) {
                   const Index start = walk.kept[static_cast<std::size_t>(f / inner)] + f % inner;
                   for (std::size_t j = 0; j < walk.folded.size(); ++j)
                     std::copy_n(args.in[0].as<T>() + start + walk.folded[j], walk.run,
                                 row + static_cast<Index>(j) * walk.run);
                   const T top = max_lanes(row, n);
                   const auto wins = [=](T x) { return top == top ? !(x < top) : x != x; };
                   Index winners = 0;
                   for (Index i = 0; i < n; ++i) winners += wins(row[i]);
                   const T share = args.in[1].as<T>()[f] / static_cast<T>(winners);
                   for (std::size_t j = 0; j < walk.folded.size(); ++j)
                     for (Index i = 0; i < walk.run; ++i)
                       args.out.as<T>()[start + walk.folded[j] + i] =
                           wins(row[static_cast<Index>(j) * walk.run + i]) ? share : T(0);
                 }
               });
}

template <class T>
BoundKernel bind_max_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  BoundKernel bound;
  bound.run = [](const KernelArgs&) {};
  if (in[0].size() == 0) return bound;
  const FibreWalk walk = walk_of(in[0], *spec::normal_axes(attribute<spec::Axes>(op, "axes"), in[0].rank()));
  bound.local_scratch = aligned(sizeof(T) * static_cast<std::size_t>(walk.length()));
  bound.run = [walk](const KernelArgs& args) { share_among_winners<T>(walk, args); };
  return bound;
}

template <class T>
Bind max_kernel() {
  const auto as_is = [](T fold, Index) { return fold; };
  return reduction(Fold<T, Larger, decltype(as_is)>{-std::numeric_limits<T>::infinity(), {}, as_is});
}

template <class T>
BoundKernel bind_min(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_fibres<T>(op, "axes", in[0], out, [](const T* x, Index n) { return smallest(x, n); });
}

}  // namespace

void register_max(KernelTable& table) {
  table.add("max", "max.lanes", fold_claims(), max_kernel<float>(), max_kernel<double>());
  table.add("max_grad", "max_grad.fibres", claims(spec::Order::lanes, lanes), bind_max_grad<float>,
            bind_max_grad<double>);
  table.add("min", "min.lanes", claims(), bind_min<float>, bind_min<double>);
}

}  // namespace plumbline::runtime
