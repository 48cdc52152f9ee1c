// Cross entropy by the kind of its target; penalties by their terms.
#include "runtime/loss/loss.h"

#include "spec/ops/arithmetic/abs.h"
#include "spec/ops/arithmetic/detach.h"
#include "spec/ops/arithmetic/square.h"
#include "spec/ops/function/smooth_abs.h"
#include "spec/ops/loss/cross_entropy.h"
#include "spec/ops/loss/cross_entropy_index.h"
#include "spec/ops/reduce/mean.h"
#include "spec/ops/reduce/norm.h"

namespace plumbline::runtime::loss {

namespace {

Var cross_entropy_of(std::vector<Var> in, const CrossEntropyOptions& o) {
  if (in[1].graph().node(in[1].id()).extent >= 0)
    return call(spec::CrossEntropyIndex{o.axis, o.reduction, o.ignore_index, o.label_smoothing}, in);
  return call(spec::CrossEntropy{o.axis, o.reduction, o.label_smoothing}, in);
}

}  // namespace

Var CrossEntropy::operator()(const Var& logits, const Var& target, const CrossEntropyOptions& options) const {
  return cross_entropy_of({logits, target}, options);
}

Var CrossEntropy::operator()(const Var& logits, const Var& target, const Var& class_weights,
                             const CrossEntropyOptions& options) const {
  return cross_entropy_of({logits, target, class_weights}, options);
}

Loss detached(Loss loss) {
  return [loss = std::move(loss)](const Var& yhat, const Var& target) {
    return loss(call(spec::Detach{}, yhat), target);
  };
}

}  // namespace plumbline::runtime::loss

namespace plumbline::runtime::norm {

namespace {

Var reduced(const Var& terms, const NormOptions& o) {
  if (o.reduction == Reduction::none) return terms;
  if (o.reduction == Reduction::mean) return call(spec::Mean{}, terms);
  if (o.reduction == Reduction::sum) return call(spec::Sum{}, terms);
  throw spec::Error(spec::concat("[norm] reduction is none, mean or sum, got ", o.reduction));
}

}  // namespace

Var l1(const Var& x, const NormOptions& options) { return reduced(call(spec::Abs{}, x), options); }
Var squared(const Var& x, const NormOptions& options) { return reduced(call(spec::Square{}, x), options); }
Var smooth_l1(const Var& x, double eps, const NormOptions& options) {
  return reduced(call(spec::SmoothAbs{eps}, x), options);
}
Var p_norm(const Var& x, double p) { return call(spec::Norm{p, {}, false}, x); }

}  // namespace plumbline::runtime::norm
