// y_i = x_i / (1 − p) where the mask of (seed, path, step) keeps i, else 0.
#include "runtime/core/attribute.h"
#include "runtime/core/kernel.h"
#include "spec/lang/random.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 16384;

BoundKernel bind(const spec::Op& op, const Shapes& in, const Shape&) {
  const auto p = attribute<double>(op, "p");
  const auto key = spec::mask_key(attribute<std::uint64_t>(op, "seed"), attribute<std::string>(op, "path"),
                                  attribute<std::uint64_t>(op, "step"));
  BoundKernel bound;
  if (!attribute<bool>(op, "training") || p == 0) {
    bound.alias = true;
    return bound;
  }
  const float scale = 1.0f / (1.0f - static_cast<float>(p));
  bound.run = [=, n = in[0].size()](const KernelArgs& args) {
    parallel_for(args.workers, n, elements_per_part, [&](Index begin, Index end, int) {
      for (Index i = begin; i < end; ++i)
        args.out.f32()[i] = spec::kept(key, static_cast<std::uint64_t>(i), p) ? args.in[0].f32()[i] * scale : 0.0f;
    });
  };
  return bound;
}

}  // namespace

void register_dropout(KernelTable& table) {
  table.add({"dropout", "dropout.keyed", Device::cpu, DType::f32, claims(), false, {}, bind});
}

}  // namespace plumbline::runtime
