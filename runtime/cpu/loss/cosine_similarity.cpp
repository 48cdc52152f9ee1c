// cosine_similarity along an axis, and cosine_embedding.
#include "runtime/cpu/loss/classes.h"

namespace plumbline::runtime {
namespace {

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
double cosine(const ClassFibres& k, const KernelArgs& args, Index p, double eps) {
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
  ClassFibres k{in[0][axis], 1, out.size()};
  for (Index a = axis + 1; a < in[0].rank(); ++a) k.inner *= in[0][a];
  BoundKernel bound;
  bound.run = [k, eps = attribute<double>(op, "eps")](const KernelArgs& args) {
    parallel_for(args.workers, k.places, std::max<Index>(1, class_work / std::max<Index>(1, k.n)),
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
  const ClassFibres k{in[0][in[0].rank() - 1], 1, in[2].size()};
  const Reduction reduction = Reduction::of(op);
  BoundKernel bound;
  bound.scratch = place_scratch(k, reduction);
  bound.run = [=, margin = attribute<double>(op, "margin")](const KernelArgs& args) {
    ClassFibres each = k;
    each.n = std::max<Index>(1, k.n);
    const T* t = args.in[2].as<T>();
    reduce_places<T>(args, each, reduction, static_cast<double>(k.places), [&](Index p) {
      const double c = cosine<T>(k, args, p, least_norm), over = c - margin;
      return t[p] > 0 ? 1 - c : over > 0 || std::isnan(over) ? over : 0;
    });
  };
  return bound;
}

}  // namespace

void register_cosine_similarity(KernelTable& table) {
  add_label_loss(table, "cosine_similarity", bind_cosine_similarity<float>, bind_cosine_similarity<double>);
  add_label_loss(table, "cosine_embedding", bind_cosine_embedding<float>, bind_cosine_embedding<double>);
}

}  // namespace plumbline::runtime
