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
template <class T, class Combine, class Last>
struct Fold {
  using Element = T;
  T start;
  Combine combine;
  Last last;

  T row(const T* x, Index n) const { return fold_lanes(x, n, start, combine); }

  // acc: 64 lanes of `columns` each
  void block(const Walk& walk, const T* x, Index width, T* acc, T* y) const {
    std::fill_n(acc, lanes * columns, start);
    const Index n = static_cast<Index>(walk.folded.size());
    for (Index j = 0; j < n; ++j) {
      const T* row = x + walk.folded[static_cast<std::size_t>(j)];
      T* lane = acc + j % lanes * columns;
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
  using T = F::Element;
  const Index n = walk.run, chunks = (n + chunk - 1) / chunk, rows = static_cast<Index>(walk.kept.size());
  auto* parts = args.shared<T>();
  args.workers.run(rows * chunks, [&](Index p, int) {
    const Index begin = p % chunks * chunk;
    const T* x = args.in[0].as<T>() + walk.kept[static_cast<std::size_t>(p / chunks)];
    parts[p] = fold.row(x + begin, std::min(chunk, n - begin));
  });
  for (Index r = 0; r < rows; ++r) args.out.as<T>()[r] = fold.last(fold.row(parts + r * chunks, chunks), n);
}

template <class F>
void run_rows(const F& fold, const Walk& walk, const KernelArgs& args) {
  using T = F::Element;
  const Index n = walk.length(), runs = static_cast<Index>(walk.folded.size());
  const Index grain = std::max<Index>(1, work_per_part / std::max<Index>(1, n));
  parallel_for(args.workers, static_cast<Index>(walk.kept.size()), grain, [&](Index begin, Index end, int worker) {
    for (Index k = begin; k < end; ++k) {
      const T* x = args.in[0].as<T>() + walk.kept[static_cast<std::size_t>(k)];
      if (runs > 1) {
        T* together = args.local<T>(worker);
        for (Index j = 0; j < runs; ++j)
          std::copy_n(x + walk.folded[static_cast<std::size_t>(j)], walk.run, together + j * walk.run);
        x = together;
      }
      args.out.as<T>()[k] = fold.last(fold.row(x, n), n);
    }
  });
}

template <class F>
void run_columns(const F& fold, const Walk& walk, const KernelArgs& args) {
  using T = F::Element;
  const Index blocks = (walk.width + columns - 1) / columns, n = walk.length();
  const Index grain = std::max<Index>(1, work_per_part / std::max<Index>(1, n * columns));
  parallel_for(
      args.workers, static_cast<Index>(walk.kept.size()) * blocks, grain, [&](Index begin, Index end, int worker) {
        for (Index p = begin; p < end; ++p) {
          const Index k = p / blocks, c = p % blocks * columns;
          fold.block(walk, args.in[0].as<T>() + walk.kept[static_cast<std::size_t>(k)] + c,
                     std::min(columns, walk.width - c), args.local<T>(worker), args.out.as<T>() + k * walk.width + c);
        }
      });
}

template <class F>
Bind reduction(F fold) {
  using T = F::Element;
  return [fold](const spec::Op& bound_op, const Shapes& in, const Shape& out) {
    BoundKernel bound;
    if (in[0].size() == 0) {
      bound.run = [fold, n = out.size()](const KernelArgs& args) {
        std::fill_n(args.out.as<T>(), n, fold.last(fold.start, 0));
      };
      return bound;
    }
    Walk walk = walk_of(in[0], *spec::normal_axes(attribute<spec::Axes>(bound_op, "axes"), in[0].rank()));
    const Index rows = static_cast<Index>(walk.kept.size()), runs = static_cast<Index>(walk.folded.size());
    if (!walk.innermost_reduced) {
      bound.local_scratch = sizeof(T) * static_cast<std::size_t>(lanes * columns);
      bound.run = [fold, walk](const KernelArgs& args) { run_columns(fold, walk, args); };
    } else if (runs == 1 && walk.run >= 4 * chunk && rows < 16) {
      bound.scratch = sizeof(T) * static_cast<std::size_t>(rows * ((walk.run + chunk - 1) / chunk));
      bound.run = [fold, walk](const KernelArgs& args) { run_chunks(fold, walk, args); };
    } else {
      bound.local_scratch = runs > 1 ? aligned(sizeof(T) * static_cast<std::size_t>(walk.length())) : 0;
      bound.run = [fold, walk](const KernelArgs& args) { run_rows(fold, walk, args); };
    }
    return bound;
  };
}

// shifted: m + ln Σ exp(x − m), m = max x
template <class T>
void log_sum_exp(const Walk& walk, const KernelArgs& args) {
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
  const Walk walk = walk_of(in[0], *spec::normal_axes(attribute<spec::Axes>(op, "axes"), in[0].rank()));
  bound.local_scratch = aligned(sizeof(T) * static_cast<std::size_t>(walk.length()));
  bound.run = [walk](const KernelArgs& args) { log_sum_exp<T>(walk, args); };
  return bound;
}

// Each element that nothing exceeds takes ct over the number of them; where some are NaN, they are the ones.
template <class T>
void share_among_winners(const Walk& walk, const KernelArgs& args) {
  const Index n = walk.length(), inner = walk.width;
  parallel_for(args.workers, walk.fibres(), std::max<Index>(1, work_per_part / std::max<Index>(1, n)),
               [&](Index begin, Index end, int worker) {
                 T* row = args.local<T>(worker);
                 for (Index f = begin; f < end; ++f) {
                   const Index start = walk.kept[static_cast<std::size_t>(f / inner)] + f % inner;
                   for (std::size_t j = 0; j < walk.folded.size(); ++j)
                     std::copy_n(args.in[0].as<T>() + start + walk.folded[j], walk.run,
                                 row + static_cast<Index>(j) * walk.run);
                   const T top = max_lanes(row, n);
                   const auto wins = [=](T x) { return top == top ? !(x < top) : x != x; };
                   Index winners = 0;
                   for (Index i = 0; i < n; ++i) winners += wins(row[i]);
                   const T share = args.in[1].as<T>()[f] / static_cast<T>(winners);
                   for (std::size_t j = 0; j < walk.folded.size(); ++j)
                     for (Index i = 0; i < walk.run; ++i)
                       args.out.as<T>()[start + walk.folded[j] + i] =
                           wins(row[static_cast<Index>(j) * walk.run + i]) ? share : T(0);
                 }
               });
}

template <class T>
BoundKernel bind_max_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  BoundKernel bound;
  bound.run = [](const KernelArgs&) {};
  if (in[0].size() == 0) return bound;
  const Walk walk = walk_of(in[0], *spec::normal_axes(attribute<spec::Axes>(op, "axes"), in[0].rank()));
  bound.local_scratch = aligned(sizeof(T) * static_cast<std::size_t>(walk.length()));
  bound.run = [walk](const KernelArgs& args) { share_among_winners<T>(walk, args); };
  return bound;
}

template <class T>
Bind sum_kernel() {
  const auto as_is = [](T fold, Index) { return fold; };
  return reduction(Fold<T, Plus, decltype(as_is)>{T(0), {}, as_is});
}
template <class T>
Bind mean_kernel() {
  const auto over_n = [](T fold, Index n) { return fold / static_cast<T>(n); };
  return reduction(Fold<T, Plus, decltype(over_n)>{T(0), {}, over_n});
}
template <class T>
Bind max_kernel() {
  const auto as_is = [](T fold, Index) { return fold; };
  return reduction(Fold<T, Larger, decltype(as_is)>{-math::infinity, {}, as_is});
}

}  // namespace

void register_reduce(KernelTable& table) {
  spec::Claims c = claims(spec::Order::lanes, lanes);
  c.block = chunk;
  table.add("sum", "sum.lanes", c, sum_kernel<float>(), sum_kernel<double>());
  table.add("mean", "mean.lanes", c, mean_kernel<float>(), mean_kernel<double>());
  table.add("max", "max.lanes", c, max_kernel<float>(), max_kernel<double>());
  const spec::Claims whole = claims(spec::Order::lanes, lanes);
  const auto functions =
      function_claims({{spec::Function::exp, math::exp_ulps}, {spec::Function::log, math::log_ulps}}, whole);
  table.add("logsumexp", "logsumexp.lanes", functions, bind_log_sum_exp<float>, bind_log_sum_exp<double>);
  table.add("max_grad", "max_grad.fibres", whole, bind_max_grad<float>, bind_max_grad<double>);
}

}  // namespace plumbline::runtime
