// What any and all share: numbers as truths, NaN included.
#pragma once

#include "spec/ops/reduce/sum.h"

namespace plumbline::spec {

// Whether one of n terms is not 0, or whether all are.
template <class Term>
Truth one_is_true(Index n, Term&& term) {
  Truth found = Tri::no;
  for (Index k = 0; k < n; ++k) found = found | !equal(term(k), std::decay_t<decltype(term(k))>(Index{0}));
  return found;
}
template <class Term>
Truth all_are_true(Index n, Term&& term) {
  Truth all = Tri::yes;
  for (Index k = 0; k < n; ++k) all = all & !equal(term(k), std::decay_t<decltype(term(k))>(Index{0}));
  return all;
}

// Few numbers to a fibre, so that both answers occur.
template <class O>
Sample<O> sample_truths(Choices& choices) {
  Sample<O> sample = sample_reduction<O>(choices);
  Shape& shape = sample.shapes[0];
  const Axes axes = *normal_axes(sample.op.axes, shape.rank());
  for (Index a : axes) shape[a] = std::min<Index>(shape[a], choices.pick(1, 3));
  const bool one_answer = reduced_shape(sample.op, shape)->size() == 1;  // which should not be 0 as a rule
  sample.domains = {one_answer ? Domain::within(-1, 1) : choices.coin() ? Domain::mask() : Domain::near({0, 1})};
  return sample;
}

}  // namespace plumbline::spec
