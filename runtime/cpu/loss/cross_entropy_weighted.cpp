// cross_entropy and cross_entropy_index with weights and smoothing, and in float64.
#include "runtime/cpu/loss/classes.h"

namespace plumbline::runtime {
namespace {

template <class T>
BoundKernel bind_cross_entropy(const spec::Op& op, const Shapes& in, const Shape&) {
  const ClassFibres k = ClassFibres::of(op, in[0]);
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

template <class T>
BoundKernel bind_cross_entropy_index(const spec::Op& op, const Shapes& in, const Shape&) {
  const Labelled labelled(op, ClassFibres::of(op, in[0]), attribute<double>(op, "label_smoothing"));
  return bind_labelled<T>(labelled, in.size() > 2, [](const ClassFibres& k, const T* x, Index p) {
    const Gaps gap(k.n, [&](Index c) { return static_cast<double>(x[k.at(p, c)]); });
    return [=](Index c) { return gap(x[k.at(p, c)]); };
  });
}

// ct (softmax(x)_c − [c = label]), with ct over the number of places that count for a mean; 0 where ignored
BoundKernel bind_index_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  const Labelled labelled(op, ClassFibres::of(op, in[0]), 0);
  const bool one = in[2].size() == 1, mean = !labelled.reduction.none && !labelled.reduction.sum;
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    const ClassFibres& k = labelled.k;
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

// What the kernels in lanes leave: smoothing, weights.
bool is_general(const spec::Op& op, const Shapes& in) {
  return in.size() > 2 || attribute<double>(op, "label_smoothing") != 0;
}

}  // namespace

void register_cross_entropy_weighted(KernelTable& table) {
  add_label_loss(table, "cross_entropy", bind_cross_entropy<float>, bind_cross_entropy<double>, is_general);
  add_label_loss(table, "cross_entropy_index", bind_cross_entropy_index<float>, bind_cross_entropy_index<double>,
                 is_general);
  table.add({"cross_entropy_index_grad", "cross_entropy_index_grad.wide", Device::cpu, DType::f64,
             label_claims(spec::binary64), false, {}, bind_index_grad});
}

}  // namespace plumbline::runtime
