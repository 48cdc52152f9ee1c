// Losses over classes in double: their fibres, gaps, labels, and sums over places.
#pragma once

#include <cmath>
#include <limits>

#include "runtime/cpu/loss/wide_loss.h"

namespace plumbline::runtime {

inline constexpr Index class_work = 16384;  // logits that a part takes

// The fibres of [outer, n, inner] along the axis of the classes.
struct ClassFibres {
  Index n, inner, places;

  static ClassFibres of(Index axis, const Shape& x) {
    ClassFibres c{x[axis], 1, x.size() / x[axis]};
    for (Index a = axis + 1; a < x.rank(); ++a) c.inner *= x[a];
    return c;
  }
  static ClassFibres of(const spec::Op& op, const Shape& x) {
    return of(*spec::normal_axis(attribute<Index>(op, "axis"), x.rank()), x);
  }
  Index at(Index place, Index c) const { return (place / inner * n + c) * inner + place % inner; }
  Index part() const { return std::max<Index>(1, class_work / n); }
};

// ln Σ e^x − x_c for the classes of one place, with the maximum subtracted.
struct Gaps {
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  double top = -infinity, total = 0, log_total = 0;

  template <class X>
  Gaps(Index n, X&& x) {
    for (Index c = 0; c < n; ++c) top = x(c) > top || std::isnan(x(c)) ? x(c) : top;
    for (Index c = 0; c < n; ++c) total = c == 0 ? std::exp(down(x(0))) : total + std::exp(down(x(c)));
    if (std::isinf(top) && total > 1) total = top - top;  // several infinite maxima: there is no limit
    log_total = std::log(total);
  }
  // x − top, and 0 for an infinite maximum itself
  double down(double x) const { return std::isinf(top) && x == top ? 0 : x - top; }
  // A finite logit beside infinite ones: its gap is infinite, however many they are.
  double operator()(double x) const {
    const double d = down(x);
    return top == infinity && d == -infinity ? infinity : log_total - d;
  }
  double share(double x) const {
    const double d = down(x);
    return top == infinity && d == -infinity ? 0 : std::exp(d) / total;
  }
};

inline double times(double share, double gap) { return share == 0 && gap == Gaps::infinity ? 0 : share * gap; }

// term(p) of each place, or their sum over `count`.
template <class T, class Term>
void reduce_places(const KernelArgs& args, const ClassFibres& k, const Reduction& reduction, double count,
                   Term&& term) {
  T* out = args.out.as<T>();
  double* terms = args.shared<double>();
  parallel_for(args.workers, k.places, k.part(), [&](Index begin, Index end, int) {
    for (Index p = begin; p < end; ++p)
      if (const double l = term(p); reduction.none)
        out[p] = static_cast<T>(l);
      else
        terms[p] = l;
  });
  if (reduction.none) return;
  double total = k.places > 0 ? terms[0] : 0;
  for (Index p = 1; p < k.places; ++p) total += terms[p];
  out[0] = static_cast<T>(reduction.sum ? total : total / count);
}
inline std::size_t place_scratch(const ClassFibres& k, const Reduction& r) {
  return r.none ? 0 : aligned(static_cast<std::size_t>(k.places) * sizeof(double));
}

// The labels of an op with their smoothing, and the weights of the classes.
struct Labelled {
  ClassFibres k;
  Reduction reduction;
  Index ignored;
  double mass, even;

  Labelled(const spec::Op& op, const ClassFibres& classes, double smoothing)
      : k(classes),
        reduction(Reduction::of(op)),
        ignored(attribute<Index>(op, "ignore_index")),
        mass(smoothing),
        even(smoothing / static_cast<double>(classes.n)) {}

  template <class T>
  double weight(const T* w, Index c) const {
    return w == nullptr ? 1 : static_cast<double>(w[c]);
  }
  // Without the class's weight.
  double share(Index label, Index c) const {
    return mass == 0 ? static_cast<double>(c == label) : c == label ? (1 - mass) + even : even;
  }
  // Σ w of the labels that are not ignored, 1 where all are.
  template <class T>
  double count(const View& labels, const T* w) const {
    double total = 0;
    bool any = false;
    for (Index p = 0; p < labels.size(); ++p)
      if (const Index label = labels.i64()[p]; label != ignored) {
        total = any ? total + weight(w, label) : weight(w, label);
        any = true;
      }
    return any ? total : 1;
  }
};

// losses(p) yields the loss of each class of a place: c ↦ l_c.
template <class T, class Losses>
BoundKernel bind_labelled(const Labelled& op, bool weights, Losses losses) {
  BoundKernel bound;
  bound.scratch = place_scratch(op.k, op.reduction);
  bound.run = [=](const KernelArgs& args) {
    const T *x = args.in[0].as<T>(), *w = weights ? args.in[2].as<T>() : nullptr;
    const Index* labels = args.in[1].i64();
    reduce_places<T>(args, op.k, op.reduction, op.count(args.in[1], w), [&](Index p) {
      const Index label = labels[p];
      if (label == op.ignored) return 0.0;
      const auto l = losses(op.k, x, p);
      if (op.mass == 0) return op.weight(w, label) * l(label);
      double sum = 0;
      for (Index c = 0; c < op.k.n; ++c) {
        const double term = times(op.weight(w, c) * op.share(label, c), l(c));
        sum = c == 0 ? term : sum + term;
      }
      return sum;
    });
  };
  return bound;
}

inline spec::Claims label_claims(const spec::Format& format) {
  spec::Claims c = wide_claims(format);
  c.order = spec::Order::any, c.block = 0;
  return c;
}
inline void add_label_loss(KernelTable& table, const std::string& op, Bind f32, Bind f64, Supports in_f32 = {}) {
  table.add({op, op + ".wide", Device::cpu, DType::f32, label_claims(spec::binary32), false, std::move(in_f32),
             std::move(f32)});
  table.add({op, op + ".wide", Device::cpu, DType::f64, label_claims(spec::binary64), false, {}, std::move(f64)});
}

}  // namespace plumbline::runtime
