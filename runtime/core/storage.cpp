// Blocks through the stack, piece by piece; whole operands through scratch, in parallel.
#include "runtime/core/storage.h"

#include "runtime/core/buffer.h"
#include "runtime/core/fused.h"
#include "spec/lang/check.h"

namespace plumbline::runtime {
namespace {

constexpr Index piece = 256;                // elements of a block that are widened at a time
constexpr Index elements_per_part = 32768;  // of a whole operand

template <class T>
Block stored(Block block, std::size_t arity) {
  check(arity <= Fused::most_inputs, "an elementwise op has few inputs");
  return [block = std::move(block), arity](const void* const* in, void* out, Index n) {
    alignas(alignment) float x[Fused::most_inputs][piece], y[piece];
    const void* wide[Fused::most_inputs];
    for (Index begin = 0; begin < n; begin += piece) {
      const Index count = std::min(piece, n - begin);
      for (std::size_t i = 0; i < arity; ++i) {
        widen(static_cast<const T*>(in[i]) + begin, x[i], count);
        wide[i] = x[i];
      }
      block(wide, y, count);
      narrow(y, static_cast<T*>(out) + begin, count);
    }
  };
}

std::size_t float_bytes(const Shape& shape) { return aligned(static_cast<std::size_t>(shape.size()) * sizeof(float)); }

// The float32 operands and result of a kernel's run, made once and pointed to scratch at each run.
struct Wide {
  std::vector<View> in;
  View out;
};

template <class T>
std::function<void(const KernelArgs&)> stored_run(const BoundKernel& inner, const spec::Op& op, const Shapes& in,
                                                  const Shape& out) {
  Wide wide;
  for (std::size_t i = 0; i < in.size(); ++i)
    wide.in.push_back({nullptr, in[i], op->index_extent(i, in) >= 0 ? DType::i64 : DType::f32});
  wide.out = {nullptr, out, DType::f32};
  return [run = inner.run, wide, own = aligned(inner.scratch)](const KernelArgs& args) mutable {
    std::byte* at = args.scratch + own;
    for (std::size_t i = 0; i < wide.in.size(); ++i) {
      View& x = wide.in[i];
      x.data = args.in[i].data;
      if (x.dtype == DType::i64) continue;
      const T* from = args.in[i].as<T>();
      auto* to = reinterpret_cast<float*>(at);
      parallel_for(args.workers, x.size(), elements_per_part,
                   [&](Index begin, Index end, int) { widen(from + begin, to + begin, end - begin); });
      x.data = to, x.transposed = args.in[i].transposed;
      at += float_bytes(x.shape);
    }
    auto* y = reinterpret_cast<float*>(at);
    wide.out.data = y;
    run({wide.in, wide.out, args.scratch, args.workers, args.local_scratch, args.local_bytes,
         args.trace, args.traced});
    T* to = args.out.as<T>();
    parallel_for(args.workers, wide.out.size(), elements_per_part,
                 [&](Index begin, Index end, int) { narrow(y + begin, to + begin, end - begin); });
  };
}

template <class T>
BoundKernel stored(BoundKernel bound, const spec::Op& op, const Shapes& in, const Shape& out) {
  if (bound.alias) return bound;
  if (bound.block) {
    bound.block = stored<T>(std::move(bound.block), in.size());
    return bound;
  }
  bound.run = stored_run<T>(bound, op, in, out);
  bound.scratch = aligned(bound.scratch) + float_bytes(out);
  for (std::size_t i = 0; i < in.size(); ++i)
    if (op->index_extent(i, in) < 0) bound.scratch += float_bytes(in[i]);
  return bound;
}

}  // namespace

Kernel stored_in(DType dtype, const Kernel& kernel) {
  check(kernel.dtype == DType::f32 && size_of(dtype) == sizeof(Half), "16 bits are stored and float32 is computed");
  Kernel k = kernel;
  k.dtype = dtype;
  k.claims.output = format_of(dtype);
  if (k.claims.intermediate.precision > spec::binary32.precision)  // the result is a float on its way
    k.claims.intermediate = spec::binary32;
  k.bind = [bind = kernel.bind, dtype](const spec::Op& op, const Shapes& in, const Shape& out) {
    BoundKernel bound = bind(op, in, out);
    return dtype == DType::f16 ? stored<Half>(std::move(bound), op, in, out)
                               : stored<BFloat16>(std::move(bound), op, in, out);
  };
  return k;
}

}  // namespace plumbline::runtime
