// softmax and log_softmax along any axis.
#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/math.h"

namespace plumbline::runtime {
namespace {

constexpr Index work_per_part = 16384;
constexpr Index together = 16;  // fibres that are brought into rows at a time, where they are not rows already

// The largest number of a row; a NaN is left to the sum of exponentials.
float top_of(const float* x, Index n) { return fold_lanes(x, n, -math::infinity, LargerNumber{}); }
// The smallest number of a row, alike.
float bottom_of(const float* x, Index n) {
  return -fold_terms(n, -math::infinity, LargerNumber{}, [=](auto at) { return -at(x); });
}

// e_i = exp(x_i − top), and what x_i − top is: 0 where x_i is an infinite maximum itself.
float shifted(float x, float top) { return math::abs(top) == math::infinity && x == top ? 0.0f : x - top; }

float exponentials(const float* x, float top, float* e, Index n) {
  if (math::abs(top) == math::infinity) {
    for (Index i = 0; i < n; ++i) e[i] = math::exp(shifted(x[i], top));
  } else {
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) e[i] = math::exp(x[i] - top);
  }
  return sum_lanes(e, n);
}

// Several infinite maxima have no limit.
bool contested(float top, float total) { return math::abs(top) == math::infinity && total > 1; }

// x_i ≥ max x − moderate leaves every e_i far from the subnormals.
constexpr float moderate = 60;
constexpr Index moderate_length = Index{1} << 20;

// e / d, rounded once, with inverse = 1 / d rounded once: the first correction comes within an ulp, and from there
// the second yields the rounded quotient (Markstein 1990), as all remainders lie above 2^-149: e ≥ 2^-87, d ≤ 2^20.
float quotient(float e, float d, float inverse) {
  const float q = e * inverse, near = math::fma(math::fma(-q, d, e), inverse, q);
  return math::fma(math::fma(-near, d, e), inverse, near);
}

// The same bits for a row of moderate range, faster.
void moderate_softmax(const float* x, float top, float* y, Index n) {
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) y[i] = math::exp_moderate(x[i] - top);
  const float total = sum_lanes(y, n), inverse = 1.0f / total;
#pragma GCC ivdep
  for (Index i = 0; i < n; ++i) y[i] = quotient(y[i], total, inverse);
}

// shifted: exp(x_i − max x) / Σ_j exp(x_j − max x)
struct Softmax {
  void operator()(const float* x, float* y, Index n) const {
    const float top = top_of(x, n);
    if (top - bottom_of(x, n) <= moderate && n <= moderate_length) return moderate_softmax(x, top, y, n);
    const float total = exponentials(x, top, y, n);
    if (contested(top, total)) return std::fill_n(y, n, top - top), void();
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) y[i] = y[i] / total;
  }
};

// shifted: (x_i − max x) − ln Σ_j exp(x_j − max x)
struct LogSoftmax {
  void operator()(const float* x, float* y, Index n) const {
    const float top = top_of(x, n), total = exponentials(x, top, y, n), rest = math::log(total);
    if (contested(top, total)) return std::fill_n(y, n, top - top), void();
    if (math::abs(top) == math::infinity) {
      for (Index i = 0; i < n; ++i) y[i] = shifted(x[i], top) - rest;
      return;
    }
#pragma GCC ivdep
    for (Index i = 0; i < n; ++i) y[i] = (x[i] - top) - rest;
  }
};

// f(row of x, row of y, n) for each fibre of [outer, n, inner] along the middle axis.
template <class F>
BoundKernel along(const Shape& shape, Index axis, F f) {
  Index outer = 1, inner = 1;
  const Index n = shape[axis];
  for (Index a = 0; a < axis; ++a) outer *= shape[a];
  for (Index a = axis + 1; a < shape.rank(); ++a) inner *= shape[a];
  BoundKernel bound;
  if (shape.size() == 0) {
    bound.run = [](const KernelArgs&) {};
    return bound;
  }
  if (inner == 1) {
    bound.run = [=](const KernelArgs& args) {
      parallel_for(args.workers, outer, std::max<Index>(1, work_per_part / n), [&](Index begin, Index end, int) {
        for (Index r = begin; r < end; ++r) f(args.in[0].f32() + r * n, args.out.f32() + r * n, n);
      });
    };
    return bound;
  }
  const Index blocks = (inner + together - 1) / together;
  bound.local_scratch = aligned(sizeof(float) * static_cast<std::size_t>(2 * together * n));
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, outer * blocks, std::max<Index>(1, work_per_part / (n * together)),
                 [&](Index begin, Index end, int worker) {
                   float *from = args.local(worker), *to = from + together * n;
                   for (Index p = begin; p < end; ++p) {
                     const Index at = p / blocks * n * inner + p % blocks * together,
                                 width = std::min(together, inner - p % blocks * together);
                     const float* x = args.in[0].f32() + at;
                     float* y = args.out.f32() + at;
                     for (Index i = 0; i < n; ++i)
                       for (Index c = 0; c < width; ++c) from[c * n + i] = x[i * inner + c];
                     for (Index c = 0; c < width; ++c) f(from + c * n, to + c * n, n);
                     for (Index i = 0; i < n; ++i)
                       for (Index c = 0; c < width; ++c) y[i * inner + c] = to[c * n + i];
                   }
                 });
  };
  return bound;
}

template <class F>
Kernel row_kernel(std::string op, spec::Claims claims, F f) {
  Kernel k{op, op + ".simd", Device::cpu, DType::f32, std::move(claims), false, {}, {}};
  k.bind = [f](const spec::Op& bound_op, const Shapes& in, const Shape&) {
    return along(in[0], *spec::normal_axis(attribute<Index>(bound_op, "axis"), in[0].rank()), f);
  };
  return k;
}

}  // namespace

void register_rows(KernelTable& table) {
  using F = spec::Function;
  const spec::Claims c = claims(spec::Order::lanes, lanes);
  table.add(row_kernel("softmax", function_claims({{F::exp, math::exp_ulps}}, c), Softmax{}));
  table.add(row_kernel("log_softmax", function_claims({{F::exp, math::exp_ulps}, {F::log, math::log_ulps}}, c),
                       LogSoftmax{}));
}

}  // namespace plumbline::runtime
