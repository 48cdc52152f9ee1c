// C = A B with batch prefixes that broadcast, and y = x Wᵀ + b, on fixed tiles.
#include <vector>

#include "runtime/cpu/linalg/gemm.h"
#include "runtime/cpu/linalg/gemm_float32.h"
#include "runtime/cpu/linalg/gemm_float64.h"
#include "spec/lang/check.h"

namespace plumbline::runtime {

namespace {

constexpr double least_work = 1 << 23;  // flops of a tile, below which its start costs more than it saves
constexpr Index most_tiles = 16;        // of one product, so that operands are not packed too often

struct Product {
  Index m, n, k;
  std::vector<Index> a_at, b_at;  // offsets for each matrix of the batch
  Tiles tiles;
};

Shape prefix(const Shape& s) { return Shape({s.dims().begin(), s.dims().end() - 2}); }

Product product_of(const Shape& x, const Shape& y) {
  const Shape a = x.rank() == 1 ? Shape{1, x[0]} : x, b = y.rank() == 1 ? Shape{y[0], 1} : y;
  Product p{a.back(1), b.back(0), a.back(0), {0}, {0}, {}};
  if (b.rank() == 2) {
    p.m = a.back(0) == 0 ? prefix(a).size() * a.back(1) : a.size() / a.back(0);  // the batch is one long matrix
  } else {
    const Shape batch = *spec::broadcast(prefix(a), prefix(b));
    p.a_at = spec::broadcast_offsets(prefix(a), batch), p.b_at = spec::broadcast_offsets(prefix(b), batch);
    for (Index& at : p.a_at) at *= p.m * p.k;
    for (Index& at : p.b_at) at *= p.k * p.n;
  }
  p.tiles = tiles_of(p.m, p.n, p.k);
  return p;
}

template <class T>
BoundKernel bind_matmul(const spec::Op&, const Shapes& in, const Shape& out) {
  BoundKernel bound;
  if (out.size() == 0 || in[0].size() == 0) {
    bound.run = [n = out.size()](const KernelArgs& args) { std::fill_n(args.out.as<T>(), n, T(0)); };
    return bound;
  }
  const Product p = product_of(in[0], in[1]);
  const auto batch = static_cast<Index>(p.a_at.size());
  const Index together =
      std::max<Index>(1, static_cast<Index>(least_work / (2.0 * static_cast<double>(p.m * p.n * p.k))));
  bound.run = [p, batch, together](const KernelArgs& args) {
    const Index each = p.tiles.count();
    parallel_for(args.workers, batch * each, together, [&](Index begin, Index end, int) {
      for (Index t = begin; t < end; ++t) {
        const auto s = static_cast<std::size_t>(t / each);
        const View &a = args.in[0], &b = args.in[1];
        gemm_tile(p.tiles, t % each, {a.as<T>() + p.a_at[s], a.transposed ? p.m : p.k, a.transposed},
                  {b.as<T>() + p.b_at[s], b.transposed ? p.k : p.n, b.transposed},
                  args.out.as<T>() + static_cast<Index>(s) * p.m * p.n, p.n);
      }
    });
  };
  return bound;
}

template <class T>
BoundKernel bind_linear(const spec::Op&, const Shapes& in, const Shape& out) {
  const Index n = in[1][0], k = in[1][1], m = n == 0 ? 0 : out.size() / n;
  const bool biased = in.size() > 2;
  const Tiles tiles = tiles_of(m, n, k);
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    args.workers.run(tiles.count(), [&](Index t, int) {
      if (k > 0)
        gemm_tile(tiles, t, {args.in[0].as<T>(), k}, {args.in[1].as<T>(), k, /*transposed=*/true}, args.out.as<T>(), n);
      const Index i = t / tiles.across() * tiles.rows, j = t % tiles.across() * tiles.columns;
      const Index width = std::min(tiles.columns, n - j);
      for (Index r = i; r < std::min(i + tiles.rows, m); ++r) {
        T* y = args.out.as<T>() + r * n + j;
        if (k == 0) std::fill_n(y, width, T(0));
        if (!biased) continue;
        const T* b = args.in[2].as<T>() + j;
#pragma GCC ivdep
        for (Index c = 0; c < width; ++c) y[c] += b[c];
      }
    });
  };
  return bound;
}

}  // namespace

Tiles tiles_of(Index m, Index n, Index k) {
  const auto work = [&](Index rows, Index columns) {
    return 2.0 * static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(k);
  };
  const double limit = std::max(least_work, work(m, n) / most_tiles);
  Tiles t{m, n, k, std::max<Index>(1, m), std::max<Index>(1, n)};
  while (work(t.rows, t.columns) > limit) {
    if (t.columns >= t.rows && t.columns > 32) t.columns = (t.columns / 2 + 15) / 16 * 16;
    else if (t.rows > 16) t.rows = (t.rows / 2 + 7) / 8 * 8;
    else break;
  }
  return t;
}

void gemm(Index m, Index n, Index k, Operand<float> a, Operand<float> b, float* c, Index c_stride, bool add) {
  float32::gemm(m, n, k, a, b, c, c_stride, add);
}

void gemm(Index m, Index n, Index k, Operand<double> a, Operand<double> b, double* c, Index c_stride, bool add) {
  float64::gemm(m, n, k, a, b, c, c_stride, add);
}

spec::Claims gemm_claims() {
  spec::Claims c = claims(spec::Order::any);
  c.fma = true;
  return c;
}

void register_matmul(KernelTable& table) {
  const spec::Claims c = gemm_claims();
  table.add({"matmul", "matmul.gemm", Device::cpu, DType::f64, in_float64(c), false, {}, bind_matmul<double>, true});
  table.add({"matmul", "matmul.gemm", Device::cpu, DType::f32, c, false, {}, bind_matmul<float>, true});
  table.add("linear", "linear.gemm", gemm_claims(), bind_linear<float>, bind_linear<double>);
}

}  // namespace plumbline::runtime
