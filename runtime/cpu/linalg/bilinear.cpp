// Bilinear forms x₁ᵀ W_o x₂ + b_o.
#include "runtime/core/buffer.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/linalg/gemm.h"

namespace plumbline::runtime {
namespace {

constexpr Index bilinear_block = 64;  // rows of a part

// nested: for each o the block of x2 W_oᵀ, then its inner products with x1
template <class T>
BoundKernel bind_bilinear(const spec::Op&, const Shapes& in, const Shape& out) {
  const Index outputs = in[2][0], m = in[2][1], n = in[2][2], rows = outputs == 0 ? 0 : out.size() / outputs;
  BoundKernel bound;
  bound.local_scratch = aligned(sizeof(T) * static_cast<std::size_t>(bilinear_block * m));
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, rows, bilinear_block, [&](Index begin, Index end, int worker) {
      T* g = args.local<T>(worker);
      for (Index o = 0; o < outputs; ++o) {
        std::fill_n(g, (end - begin) * m, T(0));
        if (m > 0 && n > 0)
          gemm(end - begin, m, n, Operand<T>{args.in[1].as<T>() + begin * n, n},
               Operand<T>{args.in[2].as<T>() + o * m * n, n, true}, g, m);
        for (Index r = begin; r < end; ++r) {
          const T *x = args.in[0].as<T>() + r * m, *w = g + (r - begin) * m;
          const T dot = sum_terms<T>(m, [=](auto at) { return at(x) * at(w); });
          args.out.as<T>()[r * outputs + o] = args.in.size() > 3 ? dot + args.in[3].as<T>()[o] : dot;
        }
      }
    });
  };
  return bound;
}

}  // namespace

void register_bilinear(KernelTable& table) {
  spec::Claims nested = gemm_claims();
  nested.method = "nested";
  table.add("bilinear", "bilinear.gemm", nested, bind_bilinear<float>, bind_bilinear<double>);
}

}  // namespace plumbline::runtime
