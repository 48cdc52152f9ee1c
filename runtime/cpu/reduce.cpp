// sum mean max logsumexp over any set of axes.
#include <vector>

#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/math.h"

namespace plumbline::runtime {
namespace {

constexpr Index work_per_part = 32768;
constexpr Index columns = 64;         // that are folded together where the innermost axis is kept

// Element (j, i) of fibre (k, c) lies at kept[k] + folded[j] + i, i < run, where the innermost axis is reduced; and at
// kept[k] + c + folded[j], c < width, where it is kept.
struct Walk {
  std::vector<Index> kept{0}, folded{0};
  Index run = 1, width = 1;
  bool innermost_reduced = true;

  Index length() const { return static_cast<Index>(folded.size()) * run; }
  Index fibres() const { return static_cast<Index>(kept.size()) * width; }
};

Walk walk_of(const Shape& shape, const spec::Axes& axes) {
  struct Dim {
    Index extent, stride;
    bool reduced;
  };
  std::vector<Dim> dims;
  const auto strides = shape.strides();
  for (Index a = 0; a < shape.rank(); ++a) {
    const bool reduced = std::binary_search(axes.begin(), axes.end(), a);
    if (shape[a] == 1) continue;
    if (!dims.empty() && dims.back().reduced == reduced) {
      dims.back().extent *= shape[a];
      dims.back().stride = strides[static_cast<std::size_t>(a)];
    } else {
      dims.push_back({shape[a], strides[static_cast<std::size_t>(a)], reduced});
    }
  }
  Walk walk;
  if (!dims.empty()) {
    walk.innermost_reduced = dims.back().reduced;
    (walk.innermost_reduced ? walk.run : walk.width) = dims.back().extent;
    dims.pop_back();
  }
  for (const Dim& d : dims) {
    auto& list = d.reduced ? walk.folded : walk.kept;
    std::vector<Index> next;
    next.reserve(list.size() * static_cast<std::size_t>(d.extent));
    for (Index base : list)
      for (Index i = 0; i < d.extent; ++i) next.push_back(base + i * d.stride);
    list = std::move(next);
  }
  return walk;
}

// A reduction that folds elements with `Combine` from a neutral start and finishes with `last(fold, n)`.
template <class Combine, class Last>
struct Fold {
  float start;
  Combine combine;
  Last last;

  float row(const float* x, Index n) const { return fold_lanes(x, n, start, combine); }

  // acc: 64 lanes of `columns` each
  void block(const Walk& walk, const float* x, Index width, float* acc, float* y) const {
    std::fill_n(acc, lanes * columns, start);
    const Index n = static_cast<Index>(walk.folded.size());
    for (Index j = 0; j < n; ++j) {
      const float* row = x + walk.folded[static_cast<std::size_t>(j)];
      float* lane = acc + j % lanes * columns;
#pragma GCC ivdep
      for (Index c = 0; c < width; ++c) lane[c] = combine(lane[c], row[c]);
    }
    for (Index half = lanes / 2; half > 0; half /= 2)
      for (Index l = 0; l < half && l + half < n; ++l)
        for (Index c = 0; c < columns; ++c)
          acc[l * columns + c] = combine(acc[l * columns + c], acc[(l + half) * columns + c]);
    for (Index c = 0; c < width; ++c) y[c] = last(acc[c], n);
  }
};

// One long row in chunks: 64 lanes in each, then 64 lanes over the chunks.
template <class F>
void run_chunks(const F& fold, const Walk& walk, const KernelArgs& args) {
  const Index n = walk.run, chunks = (n + chunk - 1) / chunk, rows = static_cast<Index>(walk.kept.size());
  auto* parts = reinterpret_cast<float*>(args.scratch);
  args.workers.run(rows * chunks, [&](Index p, int) {
    const Index begin = p % chunks * chunk;
    const float* x = args.in[0].f32() + walk.kept[static_cast<std::size_t>(p / chunks)];
    parts[p] = fold.row(x + begin, std::min(chunk, n - begin));
  });
  for (Index r = 0; r < rows; ++r) args.out.f32()[r] = fold.last(fold.row(parts + r * chunks, chunks), n);
}

template <class F>
void run_rows(const F& fold, const Walk& walk, const KernelArgs& args) {
  const Index n = walk.length(), runs = static_cast<Index>(walk.folded.size());
  const Index grain = std::max<Index>(1, work_per_part / std::max<Index>(1, n));
  parallel_for(args.workers, static_cast<Index>(walk.kept.size()), grain, [&](Index begin, Index end, int worker) {
    for (Index k = begin; k < end; ++k) {
      const float* x = args.in[0].f32() + walk.kept[static_cast<std::size_t>(k)];
      if (runs > 1) {
        float* together = args.local(worker);
        for (Index j = 0; j < runs; ++j)
          std::copy_n(x + walk.folded[static_cast<std::size_t>(j)], walk.run, together + j * walk.run);
        x = together;
      }
      args.out.f32()[k] = fold.last(fold.row(x, n), n);
    }
  });
}

template <class F>
void run_columns(const F& fold, const Walk& walk, const KernelArgs& args) {
  const Index blocks = (walk.width + columns - 1) / columns, n = walk.length();
  const Index grain = std::max<Index>(1, work_per_part / std::max<Index>(1, n * columns));
  parallel_for(
      args.workers, static_cast<Index>(walk.kept.size()) * blocks, grain, [&](Index begin, Index end, int worker) {
        for (Index p = begin; p < end; ++p) {
          const Index k = p / blocks, c = p % blocks * columns;
          fold.block(walk, args.in[0].f32() + walk.kept[static_cast<std::size_t>(k)] + c,
                     std::min(columns, walk.width - c), args.local(worker), args.out.f32() + k * walk.width + c);
        }
      });
}

template <class F>
Kernel reduction(std::string op, F fold, spec::Claims claims) {
  Kernel k{op, op + ".lanes", Device::cpu, DType::f32, std::move(claims), false, {}, {}};
  k.bind = [fold](const spec::Op& bound_op, const Shapes& in, const Shape& out) {
    BoundKernel bound;
    if (in[0].size() == 0) {
      bound.run = [fold, n = out.size()](const KernelArgs& args) {
        std::fill_n(args.out.f32(), n, fold.last(fold.start, 0));
      };
      return bound;
    }
    Walk walk = walk_of(in[0], *spec::normal_axes(attribute<spec::Axes>(bound_op, "axes"), in[0].rank()));
    const Index rows = static_cast<Index>(walk.kept.size()), runs = static_cast<Index>(walk.folded.size());
    if (!walk.innermost_reduced) {
      bound.local_scratch = sizeof(float) * static_cast<std::size_t>(lanes * columns);
      bound.run = [fold, walk](const KernelArgs& args) { run_columns(fold, walk, args); };
    } else if (runs == 1 && walk.run >= 4 * chunk && rows < 16) {
      bound.scratch = sizeof(float) * static_cast<std::size_t>(rows * ((walk.run + chunk - 1) / chunk));
      bound.run = [fold, walk](const KernelArgs& args) { run_chunks(fold, walk, args); };
    } else {
      bound.local_scratch = runs > 1 ? aligned(sizeof(float) * static_cast<std::size_t>(walk.length())) : 0;
      bound.run = [fold, walk](const KernelArgs& args) { run_rows(fold, walk, args); };
    }
    return bound;
  };
  return k;
}

// shifted: m + ln Σ exp(x − m), m = max x
void log_sum_exp(const Walk& walk, const KernelArgs& args) {
  const Index n = walk.length(), inner = walk.width;
  const Index grain = std::max<Index>(1, work_per_part / std::max<Index>(1, n));
  parallel_for(args.workers, walk.fibres(), grain, [&](Index begin, Index end, int worker) {
    float* e = args.local(worker);
    for (Index f = begin; f < end; ++f) {
      const float* x = args.in[0].f32() + walk.kept[static_cast<std::size_t>(f / inner)] + f % inner;
      for (std::size_t j = 0; j < walk.folded.size(); ++j)
        std::copy_n(x + walk.folded[j], walk.run, e + static_cast<Index>(j) * walk.run);
      const float top = max_lanes(e, n);
      // An infinite maximum is the answer: +inf, or -inf where all are; nothing is subtracted from it.
      const float shift = math::abs(top) == math::infinity ? 0.0f : top;
      for (Index i = 0; i < n; ++i) e[i] = math::exp(e[i] - shift);
      args.out.f32()[f] = shift + math::log(sum_lanes(e, n));
    }
  });
}

Kernel log_sum_exp_kernel() {
  spec::Claims c = function_claims({{spec::Function::exp, math::exp_ulps}, {spec::Function::log, math::log_ulps}},
                                   claims(spec::Order::lanes, lanes));
  Kernel k{"logsumexp", "logsumexp.lanes", Device::cpu, DType::f32, c, false, {}, {}};
  k.bind = [](const spec::Op& op, const Shapes& in, const Shape& out) {
    BoundKernel bound;
    if (in[0].size() == 0) {
      bound.run = [n = out.size()](const KernelArgs& args) { std::fill_n(args.out.f32(), n, -math::infinity); };
      return bound;
    }
    const Walk walk = walk_of(in[0], *spec::normal_axes(attribute<spec::Axes>(op, "axes"), in[0].rank()));
    bound.local_scratch = aligned(sizeof(float) * static_cast<std::size_t>(walk.length()));
    bound.run = [walk](const KernelArgs& args) { log_sum_exp(walk, args); };
    return bound;
  };
  return k;
}

// Each element that nothing exceeds takes ct over the number of them; where some are NaN, they are the ones.
void share_among_winners(const Walk& walk, const KernelArgs& args) {
  const Index n = walk.length(), inner = walk.width;
  parallel_for(args.workers, walk.fibres(), std::max<Index>(1, work_per_part / std::max<Index>(1, n)),
               [&](Index begin, Index end, int worker) {
                 float* row = args.local(worker);
                 for (Index f = begin; f < end; ++f) {
                   const Index start = walk.kept[static_cast<std::size_t>(f / inner)] + f % inner;
                   for (std::size_t j = 0; j < walk.folded.size(); ++j)
                     std::copy_n(args.in[0].f32() + start + walk.folded[j], walk.run,
                                 row + static_cast<Index>(j) * walk.run);
                   const float top = max_lanes(row, n);
                   const auto wins = [=](float x) { return top == top ? !(x < top) : x != x; };
                   Index winners = 0;
                   for (Index i = 0; i < n; ++i) winners += wins(row[i]);
                   const float share = args.in[1].f32()[f] / static_cast<float>(winners);
                   for (std::size_t j = 0; j < walk.folded.size(); ++j)
                     for (Index i = 0; i < walk.run; ++i)
                       args.out.f32()[start + walk.folded[j] + i] =
                           wins(row[static_cast<Index>(j) * walk.run + i]) ? share : 0.0f;
                 }
               });
}

Kernel max_grad_kernel() {
  Kernel k{"max_grad", "max_grad.fibres", Device::cpu, DType::f32, claims(spec::Order::lanes, lanes), false, {}, {}};
  k.bind = [](const spec::Op& op, const Shapes& in, const Shape&) {
    BoundKernel bound;
    bound.run = [](const KernelArgs&) {};
    if (in[0].size() == 0) return bound;
    const Walk walk = walk_of(in[0], *spec::normal_axes(attribute<spec::Axes>(op, "axes"), in[0].rank()));
    bound.local_scratch = aligned(sizeof(float) * static_cast<std::size_t>(walk.length()));
    bound.run = [walk](const KernelArgs& args) { share_among_winners(walk, args); };
    return bound;
  };
  return k;
}

}  // namespace

void register_reduce(KernelTable& table) {
  spec::Claims c = claims(spec::Order::lanes, lanes);
  c.block = chunk;
  const auto as_is = [](float fold, Index) { return fold; };
  const auto over_n = [](float fold, Index n) { return fold / static_cast<float>(n); };
  table.add(reduction("sum", Fold<Plus, decltype(as_is)>{0.0f, {}, as_is}, c));
  table.add(reduction("mean", Fold<Plus, decltype(over_n)>{0.0f, {}, over_n}, c));
  table.add(reduction("max", Fold<Larger, decltype(as_is)>{-math::infinity, {}, as_is}, c));
  table.add(log_sum_exp_kernel());
  table.add(max_grad_kernel());
}

}  // namespace plumbline::runtime
