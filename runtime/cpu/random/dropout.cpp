// y_i = x_i / (1 − p) where the mask of (seed, path, step) keeps i, else 0.
#include "runtime/core/attribute.h"
#include "runtime/core/kernel.h"
#include "spec/lang/random.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 16384;

template <class T>
BoundKernel bind(const spec::Op& op, const Shapes& in, const Shape&) {
  const auto p = attribute<double>(op, "p");
  const auto seed = attribute<std::uint64_t>(op, "seed"), step = attribute<std::uint64_t>(op, "step");
  const auto path = attribute<std::string>(op, "path");
  const bool counted = in.size() > 1;  // the step comes as data
  BoundKernel bound;
  if (!attribute<bool>(op, "training") || p == 0) {
    bound.alias = true;
    return bound;
  }
  const T scale = T(1) / (T(1) - static_cast<T>(p));
  bound.run = [=, n = in[0].size()](const KernelArgs& args) {
    const auto key =
        spec::mask_key(seed, path, step + (counted ? static_cast<std::uint64_t>(args.in[1].i64()[0]) : 0));
    parallel_for(args.workers, n, elements_per_part, [&](Index begin, Index end, int) {
      for (Index i = begin; i < end; ++i)
        args.out.as<T>()[i] = spec::kept(key, static_cast<std::uint64_t>(i), p) ? args.in[0].as<T>()[i] * scale : T(0);
    });
  };
  return bound;
}

}  // namespace

void register_dropout(KernelTable& table) {
  table.add("dropout", "dropout.keyed", claims(), bind<float>, bind<double>);
}

}  // namespace plumbline::runtime
