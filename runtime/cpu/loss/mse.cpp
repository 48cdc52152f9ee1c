// mse in float32; in float64 it is one of the losses of l1.cpp.
#include "runtime/cpu/loss/lanes_loss.h"

namespace plumbline::runtime {
namespace {

// Σ (x − t)², where that has left the range of float.
double wide_squares(const KernelArgs& args, Index n) {
  const float *x = args.in[0].f32(), *t = args.in[1].f32();
  return wide_sum_of<float>(n, [=](Index i) {
    const double d = static_cast<double>(x[i]) - t[i];
    return d * d;
  });
}

BoundKernel bind_mse(const spec::Op& op, const Shapes& in, const Shape&) {
  const LossReduction reduction = loss_reduction(op);
  const Index n = in[0].size();
  const Block term = block_of<2>([](float x, float t) { return (x - t) * (x - t); });
  BoundKernel bound;
  if (reduction == LossReduction::none) {
    bound.block = term;
    return bound;
  }
  bound.scratch = total_scratch(n);
  bound.run = [=](const KernelArgs& args) {
    const Terms into = terms_in(args, n);
    float *const terms = into.terms, *const parts = into.parts;  // clang 14 captures no structured binding
    parallel_for(args.workers, n, chunk, [&](Index begin, Index end, int) {
      const void* x[] = {args.in[0].f32() + begin, args.in[1].f32() + begin};
      term(x, terms + begin, end - begin);
    });
    const float divisor = reduction == LossReduction::mean ? static_cast<float>(n) : 1.0f;
    const float total = total_of(args.workers, terms, parts, n);
    args.out.f32()[0] = in_range(total) ? total / divisor : static_cast<float>(wide_squares(args, n) / divisor);
  };
  return bound;
}

}  // namespace

void register_mse(KernelTable& table) {
  table.add({"mse", "mse.lanes", Device::cpu, DType::f32, without_overflow(lanes_loss_claims()), false, {}, bind_mse});
}

}  // namespace plumbline::runtime
