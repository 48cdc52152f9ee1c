// cross_entropy and cross_entropy_index with its gradient, in float32, without weights and smoothing.
#include <vector>

#include "runtime/cpu/loss/lanes_loss.h"
#include "runtime/cpu/math.h"

namespace plumbline::runtime {
namespace {

constexpr Index work_per_part = 16384;

// The fibres of [outer, n, inner] along the axis of the classes: place o·inner + i.
struct Classes {
  Index n, inner, places;
  LossReduction reduction;

  Index start(Index place) const { return place / inner * n * inner + place % inner; }
  void gather(const float* x, Index place, float* row) const {
    const float* from = x + start(place);
    for (Index c = 0; c < n; ++c) row[c] = from[c * inner];
  }
};

Classes classes_of(const spec::Op& op, const Shape& x) {
  const Index axis = *spec::normal_axis(attribute<Index>(op, "axis"), x.rank());
  Classes c{x[axis], 1, x.size() / x[axis], loss_reduction(op)};
  for (Index a = axis + 1; a < x.rank(); ++a) c.inner *= x[a];
  return c;
}

// x − top, and 0 where x is an infinite maximum itself.
float shifted(float x, float top) { return math::abs(top) == math::infinity && x == top ? 0.0f : x - top; }

// row becomes exp(row − top); returns top and the sum, NaN where several infinite maxima have no limit.
struct Exponentials {
  float top, total;
  // A finite logit beside infinite ones: its share is 0, however many they are.
  bool vanishes(float shifted) const { return top == math::infinity && shifted == -math::infinity; }
};
Exponentials exponentials(float* row, Index n) {
  const float top = max_lanes(row, n);
  if (math::abs(top) == math::infinity) {
    for (Index c = 0; c < n; ++c) row[c] = math::exp(shifted(row[c], top));
  } else {
#pragma GCC ivdep
    for (Index c = 0; c < n; ++c) row[c] = math::exp(row[c] - top);
  }
  const float total = sum_lanes(row, n);
  return {top, math::abs(top) == math::infinity && total > 1 ? top - top : total};
}

// Σ_c t_c (ln Σ e^(x − top) − (x_c − top)) over the classes of each place, or over all.
BoundKernel bind_cross_entropy(const spec::Op& op, const Shapes& in, const Shape&) {
  const Classes k = classes_of(op, in[0]);
  const bool none = k.reduction == LossReduction::none;
  const Index terms_count = none ? 0 : in[0].size();
  BoundKernel bound;
  bound.scratch = total_scratch(terms_count);
  bound.local_scratch = aligned(static_cast<std::size_t>(2 * k.n) * 4);
  bound.run = [=](const KernelArgs& args) {
    const Terms into = terms_in(args, terms_count);
    float *const terms = into.terms, *const parts = into.parts;  // clang 14 captures no structured binding
    parallel_for(args.workers, k.places, std::max<Index>(1, work_per_part / k.n),
                 [&](Index begin, Index end, int worker) {
                   for (Index p = begin; p < end; ++p) {
                     float *row = args.local(worker), *own = none ? row + k.n : terms + p * k.n;
                     k.gather(args.in[0].f32(), p, row);
                     const Exponentials e = exponentials(row, k.n);
                     const float log_sum = math::log(e.total);
                     const float *x = args.in[0].f32() + k.start(p), *t = args.in[1].f32() + k.start(p);
                     for (Index c = 0; c < k.n; ++c) {
                       const float down = shifted(x[c * k.inner], e.top), target = t[c * k.inner];
                       const float gap = e.vanishes(down) ? math::infinity : log_sum - down;
                       own[c] = target == 0 && gap == math::infinity ? 0.0f : target * gap;
                     }
                     if (none) args.out.f32()[p] = sum_lanes(own, k.n);
                   }
                 });
    if (none) return;
    const bool mean = k.reduction == LossReduction::mean;
    args.out.f32()[0] =
        total_over(args.workers, terms, parts, terms_count, mean ? static_cast<float>(k.places) : 1.0f);
  };
  return bound;
}

Index kept_of(const View& labels, Index ignored) {
  Index kept = 0;
  for (Index p = 0; p < labels.size(); ++p) kept += labels.i64()[p] != ignored;
  return kept;
}

// ln Σ e^(x − top) − (x_label − top) for each place that is not ignored, else 0
BoundKernel bind_cross_entropy_index(const spec::Op& op, const Shapes& in, const Shape&) {
  const Classes k = classes_of(op, in[0]);
  const auto ignored = attribute<Index>(op, "ignore_index");
  const bool none = k.reduction == LossReduction::none;
  BoundKernel bound;
  bound.scratch = total_scratch(none ? 0 : k.places);
  bound.local_scratch = aligned(static_cast<std::size_t>(k.n) * 4);
  bound.run = [=](const KernelArgs& args) {
    const auto [scratch_terms, parts] = terms_in(args, none ? 0 : k.places);
    float* terms = none ? args.out.f32() : scratch_terms;
    parallel_for(args.workers, k.places, std::max<Index>(1, work_per_part / k.n),
                 [&](Index begin, Index end, int worker) {
                   for (Index p = begin; p < end; ++p) {
                     const Index label = args.in[1].i64()[p];
                     terms[p] = 0;
                     if (label == ignored) continue;
                     float* row = args.local(worker);
                     k.gather(args.in[0].f32(), p, row);
                     const float logit = row[label];
                     const Exponentials e = exponentials(row, k.n);
                     const float down = shifted(logit, e.top);
                     terms[p] = e.vanishes(down) ? math::infinity : math::log(e.total) - down;
                   }
                 });
    if (none) return;
    const Index kept = kept_of(args.in[1], ignored);
    const bool mean = k.reduction == LossReduction::mean && kept > 0;
    args.out.f32()[0] = total_over(args.workers, terms, parts, k.places, mean ? static_cast<float>(kept) : 1.0f);
  };
  return bound;
}

// ct (softmax(x)_c − [c = label]), with ct over the number of places that count for a mean; 0 where ignored
BoundKernel bind_cross_entropy_index_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  const Classes k = classes_of(op, in[0]);
  const auto ignored = attribute<Index>(op, "ignore_index");
  const bool one = in[2].size() == 1;
  BoundKernel bound;
  bound.local_scratch = aligned(static_cast<std::size_t>(k.n) * 4);
  bound.run = [=](const KernelArgs& args) {
    const auto kept = static_cast<float>(kept_of(args.in[1], ignored));
    parallel_for(args.workers, k.places, std::max<Index>(1, work_per_part / k.n),
                 [&](Index begin, Index end, int worker) {
                   for (Index p = begin; p < end; ++p) {
                     const Index label = args.in[1].i64()[p];
                     float *row = args.local(worker), *dx = args.out.f32() + k.start(p);
                     if (label == ignored) {
                       for (Index c = 0; c < k.n; ++c) dx[c * k.inner] = 0;
                       continue;
                     }
                     k.gather(args.in[0].f32(), p, row);
                     const auto [top, total] = exponentials(row, k.n);
                     const float given = args.in[2].f32()[one ? 0 : p],
                                 ct = k.reduction == LossReduction::mean ? given / kept : given;
                     for (Index c = 0; c < k.n; ++c) {
                       const float share = row[c] == 0 && top == math::infinity ? 0.0f : row[c] / total;
                       dx[c * k.inner] = ct * (share - (c == label ? 1.0f : 0.0f));
                     }
                   }
                 });
  };
  return bound;
}

}  // namespace

void register_cross_entropy(KernelTable& table) {
  using F = spec::Function;
  const spec::Claims c = function_claims({{F::exp, math::exp_ulps}, {F::log, math::log_ulps}}, lanes_loss_claims());
  const Supports plain = [](const spec::Op& op, const Shapes& in) {
    return in.size() == 2 && attribute<double>(op, "label_smoothing") == 0;
  };
  const auto add = [&](const std::string& op, Bind bind, Supports supports) {
    table.add({op, op + ".lanes", Device::cpu, DType::f32, c, false, std::move(supports), std::move(bind)});
  };
  add("cross_entropy", bind_cross_entropy, plain);
  add("cross_entropy_index", bind_cross_entropy_index, plain);
  add("cross_entropy_index_grad", bind_cross_entropy_index_grad, {});
}

}  // namespace plumbline::runtime
