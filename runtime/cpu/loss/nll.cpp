// nll of labels, and label_weights: what each label counts.
#include "runtime/cpu/loss/classes.h"

namespace plumbline::runtime {
namespace {

template <class T>
BoundKernel bind_nll(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_labelled<T>(Labelled(op, ClassFibres::of(op, in[0]), 0), in.size() > 2,
                          [](const ClassFibres& k, const T* x, Index p) {
                            return [=](Index c) { return -static_cast<double>(x[k.at(p, c)]); };
                          });
}

template <class T>
BoundKernel bind_label_weights(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Labelled labelled(op, ClassFibres::of(op, out), attribute<double>(op, "label_smoothing"));
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

}  // namespace

void register_nll(KernelTable& table) {
  add_label_loss(table, "nll", bind_nll<float>, bind_nll<double>);
  add_label_loss(table, "label_weights", bind_label_weights<float>, bind_label_weights<double>);
}

}  // namespace plumbline::runtime
