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
  const auto key = spec::mask_key(attribute<std::uint64_t>(op, "seed"), attribute<std::string>(op, "path"),
                                  attribute<std::uint64_t>(op, "step"));
  BoundKernel bound;
  if (!attribute<bool>(op, "training") || p == 0) {
    bound.alias = true;
    return bound;
  }
  const T scale = T(1) / (T(1) - static_cast<T>(p));
  bound.run = [=, n = in[0].size()](const KernelArgs& args) {
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
