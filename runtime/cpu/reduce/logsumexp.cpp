// logsumexp over any set of axes: m + ln Σ exp(x − m), m = max x
#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/math.h"
#include "runtime/cpu/reduce/walk.h"

namespace plumbline::runtime {
namespace {

constexpr Index work_per_part = 32768;

// shifted: m + ln Σ exp(x − m), m = max x
template <class T>
void log_sum_exp(const FibreWalk& walk, const KernelArgs& args) {
  const Index n = walk.length(), inner = walk.width;
  const Index grain = std::max<Index>(1, work_per_part / std::max<Index>(1, n));
  parallel_for(args.workers, walk.fibres(), grain, [&](Index begin, Index end, int worker) {
    T* e = args.local<T>(worker);
    for (Index f = begin; f < end; ++f) {
      const T* x = args.in[0].as<T>() + walk.kept[static_cast<std::size_t>(f / inner)] + f % inner;
      for (std::size_t j = 0; j < walk.folded.size(); ++j)
        std::copy_n(x + walk.folded[j], walk.run, e + static_cast<Index>(j) * walk.run);
      const T top = max_lanes(e, n);
      // An infinite maximum is the answer: +inf, or -inf where all are; nothing is subtracted from it.
      const T shift = math::abs(top) == math::infinity ? T(0) : top;
      for (Index i = 0; i < n; ++i) e[i] = math::exp(e[i] - shift);
      args.out.as<T>()[f] = shift + math::log(sum_lanes(e, n));
    }
  });
}

template <class T>
BoundKernel bind_log_sum_exp(const spec::Op& op, const Shapes& in, const Shape& out) {
  BoundKernel bound;
  if (in[0].size() == 0) {
    bound.run = [n = out.size()](const KernelArgs& args) { std::fill_n(args.out.as<T>(), n, -math::infinity); };
    return bound;
  }
  const FibreWalk walk = walk_of(in[0], *spec::normal_axes(attribute<spec::Axes>(op, "axes"), in[0].rank()));
  bound.local_scratch = aligned(sizeof(T) * static_cast<std::size_t>(walk.length()));
  bound.run = [walk](const KernelArgs& args) { log_sum_exp<T>(walk, args); };
  return bound;
}

}  // namespace

void register_logsumexp(KernelTable& table) {
  const auto functions = function_claims({{spec::Function::exp, math::exp_ulps}, {spec::Function::log, math::log_ulps}},
                                         claims(spec::Order::lanes, lanes));
  table.add("logsumexp", "logsumexp.lanes", functions, bind_log_sum_exp<float>, bind_log_sum_exp<double>);
}

}  // namespace plumbline::runtime
