// Losses over classes with weights and smoothing, and in float64: sums and functions in double.
#include <cmath>
#include <limits>

#include "runtime/cpu/wide_loss.h"

namespace plumbline::runtime {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr Index work_per_part = 16384;

// The fibres of [outer, n, inner] along the axis of the classes.
struct Classes {
  Index n, inner, places;

  static Classes of(Index axis, const Shape& x) {
    Classes c{x[axis], 1, x.size() / x[axis]};
    for (Index a = axis + 1; a < x.rank(); ++a) c.inner *= x[a];
    return c;
  }
  static Classes of(const spec::Op& op, const Shape& x) {
    return of(*spec::normal_axis(attribute<Index>(op, "axis"), x.rank()), x);
  }
  Index at(Index place, Index c) const { return (place / inner * n + c) * inner + place % inner; }
  Index part() const { return std::max<Index>(1, work_per_part / n); }
};

// ln Σ e^x − x_c for the classes of one place, with the maximum subtracted.
struct Gaps {
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

double times(double share, double gap) { return share == 0 && gap == infinity ? 0 : share * gap; }

// term(p) of each place, or their sum over `count`.
template <class T, class Term>
void reduce_places(const KernelArgs& args, const Classes& k, const Reduction& reduction, double count, Term&& term) {
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
std::size_t place_scratch(const Classes& k, const Reduction& r) {
  return r.none ? 0 : aligned(static_cast<std::size_t>(k.places) * sizeof(double));
}

template <class T>
BoundKernel bind_cross_entropy(const spec::Op& op, const Shapes& in, const Shape&) {
  const Classes k = Classes::of(op, in[0]);
  const Reduction reduction = Reduction::of(op);
  const auto mass = attribute<double>(op, "label_smoothing"), even = mass / static_cast<double>(k.n);
  const bool weights = in.size() > 2;
  BoundKernel bound;
  bound.scratch = place_scratch(k, reduction);
  bound.run = [=](const KernelArgs& args) {
    const T *x = args.in[0].as<T>(), *t = args.in[1].as<T>(), *w = weights ? args.in[2].as<T>() : nullptr;
    reduce_places<T>(args, k, reduction, static_cast<double>(k.places), [&](Index p) {
      const Gaps gap(k.n, [&](Index c) { return static_cast<double>(x[k.at(p, c)]); });
      double sum = 0;
      for (Index c = 0; c < k.n; ++c) {
        double target = t[k.at(p, c)];
        if (mass != 0) target = target * (1 - mass) + even;
        if (weights) target *= w[c];
        const double l = times(target, gap(x[k.at(p, c)]));
        sum = c == 0 ? l : sum + l;
      }
      return sum;
    });
  };
  return bound;
}

// The labels of an op with their smoothing, and the weights of the classes.
struct Labelled {
  Classes k;
  Reduction reduction;
  Index ignored;
  double mass, even;

  Labelled(const spec::Op& op, const Classes& classes, double smoothing)
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

template <class T>
BoundKernel bind_cross_entropy_index(const spec::Op& op, const Shapes& in, const Shape&) {
  const Labelled labelled(op, Classes::of(op, in[0]), attribute<double>(op, "label_smoothing"));
  return bind_labelled<T>(labelled, in.size() > 2, [](const Classes& k, const T* x, Index p) {
    const Gaps gap(k.n, [&](Index c) { return static_cast<double>(x[k.at(p, c)]); });
    return [=](Index c) { return gap(x[k.at(p, c)]); };
  });
}

template <class T>
BoundKernel bind_nll(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_labelled<T>(Labelled(op, Classes::of(op, in[0]), 0), in.size() > 2,
                          [](const Classes& k, const T* x, Index p) {
                            return [=](Index c) { return -static_cast<double>(x[k.at(p, c)]); };
                          });
}

template <class T>
BoundKernel bind_label_weights(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Labelled labelled(op, Classes::of(op, out), attribute<double>(op, "label_smoothing"));
  const bool weights = in.size() > 1, mean = !labelled.reduction.none && !labelled.reduction.sum;
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    const T* w = weights ? args.in[1].as<T>() : nullptr;
    T* y = args.out.as<T>();
    const double count = mean ? labelled.count(args.in[0], w) : 1;
    for (Index p = 0; p < labelled.k.places; ++p)
      for (Index c = 0; c < labelled.k.n; ++c) {
        const Index label = args.in[0].i64()[p];
        const double share = label == labelled.ignored ? 0 : labelled.share(label, c);
        y[labelled.k.at(p, c)] = static_cast<T>(share == 0 ? 0 : labelled.weight(w, c) * share / count);
      }
  };
  return bound;
}

// ct (softmax(x)_c − [c = label]), with ct over the number of places that count for a mean; 0 where ignored
BoundKernel bind_index_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  const Labelled labelled(op, Classes::of(op, in[0]), 0);
  const bool one = in[2].size() == 1, mean = !labelled.reduction.none && !labelled.reduction.sum;
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    const Classes& k = labelled.k;
    const double *x = args.in[0].as<double>(), *ct = args.in[2].as<double>();
    const double count = labelled.count<double>(args.in[1], nullptr);
    double* dx = args.out.as<double>();
    parallel_for(args.workers, k.places, k.part(), [&](Index begin, Index end, int) {
      for (Index p = begin; p < end; ++p) {
        const Index label = args.in[1].i64()[p];
        const double given = ct[one ? 0 : p], own = mean ? given / count : given;
        const Gaps gap(k.n, [&](Index c) { return x[k.at(p, c)]; });
        for (Index c = 0; c < k.n; ++c)
          dx[k.at(p, c)] = label == labelled.ignored ? 0 : own * (gap.share(x[k.at(p, c)]) - (c == label ? 1 : 0));
      }
    });
  };
  return bound;
}

// A vector over its largest magnitude, eps where that is smaller; its norm is at least eps in that scale.
struct Scaled {
  double scale, size;

  template <class X>
  Scaled(Index n, double eps, X&& x) : scale(eps), size(0) {
    for (Index k = 0; k < n; ++k) scale = std::abs(x(k)) > scale || std::isnan(x(k)) ? std::abs(x(k)) : scale;
    for (Index k = 0; k < n; ++k) {
      const double u = x(k) / scale;
      size = k == 0 ? u * u : size + u * u;
    }
    const double least = n > 0 ? eps / scale : eps, root = std::sqrt(size);
    size = root < least ? least : root;
  }
};

template <class T>
double cosine(const Classes& k, const KernelArgs& args, Index p, double eps) {
  const T *x = args.in[0].as<T>(), *z = args.in[1].as<T>();
  const auto of = [&, p](const T* v) { return [&k, v, p](Index c) { return static_cast<double>(v[k.at(p, c)]); }; };
  const Scaled sx(k.n, eps, of(x)), sz(k.n, eps, of(z));
  double dot = 0;
  for (Index c = 0; c < k.n; ++c) {
    const double term = (of(x)(c) / sx.scale) * (of(z)(c) / sz.scale);
    dot = c == 0 ? term : dot + term;
  }
  return dot / (sx.size * sz.size);
}

template <class T>
BoundKernel bind_cosine_similarity(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Index axis = *spec::normal_axis(attribute<Index>(op, "axis"), in[0].rank());
  Classes k{in[0][axis], 1, out.size()};
  for (Index a = axis + 1; a < in[0].rank(); ++a) k.inner *= in[0][a];
  BoundKernel bound;
  bound.run = [k, eps = attribute<double>(op, "eps")](const KernelArgs& args) {
    parallel_for(args.workers, k.places, std::max<Index>(1, work_per_part / std::max<Index>(1, k.n)),
                 [&](Index begin, Index end, int) {
                   for (Index p = begin; p < end; ++p) args.out.as<T>()[p] = static_cast<T>(cosine<T>(k, args, p, eps));
                 });
  };
  return bound;
}

// 1 − c, or max(0, c − margin), of the cosines along the last axis
template <class T>
BoundKernel bind_cosine_embedding(const spec::Op& op, const Shapes& in, const Shape&) {
  constexpr double least_norm = 1e-8;
  const Classes k{in[0][in[0].rank() - 1], 1, in[2].size()};
  const Reduction reduction = Reduction::of(op);
  BoundKernel bound;
  bound.scratch = place_scratch(k, reduction);
  bound.run = [=, margin = attribute<double>(op, "margin")](const KernelArgs& args) {
    Classes each = k;
    each.n = std::max<Index>(1, k.n);
    const T* t = args.in[2].as<T>();
    reduce_places<T>(args, each, reduction, static_cast<double>(k.places), [&](Index p) {
      const double c = cosine<T>(k, args, p, least_norm), over = c - margin;
      return t[p] > 0 ? 1 - c : over > 0 || std::isnan(over) ? over : 0;
    });
  };
  return bound;
}

// What the kernels in lanes leave: smoothing, weights.
bool is_general(const spec::Op& op, const Shapes& in) {
  return in.size() > 2 || attribute<double>(op, "label_smoothing") != 0;
}

}  // namespace

void register_loss_labels(KernelTable& table) {
  const auto claims = [](const spec::Format& format) {
    spec::Claims c = wide_claims(format);
    c.order = spec::Order::any, c.block = 0;
    return c;
  };
  const auto add = [&](const std::string& op, Bind f32, Bind f64, Supports in_f32 = {}) {
    table.add({op, op + ".wide", Device::cpu, DType::f32, claims(spec::binary32), false, in_f32, std::move(f32)});
    table.add({op, op + ".wide", Device::cpu, DType::f64, claims(spec::binary64), false, {}, std::move(f64)});
  };
  add("cross_entropy", bind_cross_entropy<float>, bind_cross_entropy<double>, is_general);
  add("cross_entropy_index", bind_cross_entropy_index<float>, bind_cross_entropy_index<double>, is_general);
  add("nll", bind_nll<float>, bind_nll<double>);
  add("label_weights", bind_label_weights<float>, bind_label_weights<double>);
  add("cosine_similarity", bind_cosine_similarity<float>, bind_cosine_similarity<double>);
  add("cosine_embedding", bind_cosine_embedding<float>, bind_cosine_embedding<double>);
  table.add({"cross_entropy_index_grad", "cross_entropy_index_grad.wide", Device::cpu, DType::f64,
             claims(spec::binary64), false, {}, bind_index_grad});
}

}  // namespace plumbline::runtime
