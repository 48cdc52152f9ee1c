// Class labels as an index input: what cross_entropy_index and its gradient share.
#pragma once

#include "spec/ops/index_data.h"
#include "spec/ops/loss/cross_entropy.h"

namespace plumbline::spec {

// The shape of the places that are labelled. [op C1..C3]; O has attributes axis, reduction and ignore_index.
template <class O>
Result<Shape> labelled_places(const O& op, const Shape& logits, const Shape& labels) {
  const auto a = normal_axis(op.axis, logits.rank());
  if (!a) return refuse(op, 1, a.error().what());
  const Shape places = reduced(logits, {*a}, /*keepdim=*/false);
  if (labels != places)
    return refuse(op, 2, "labels differ from the logits without their axis: ", labels, " vs ", places);
  if (logits[*a] == 0) return refuse(op, 3, "there are no classes: ", logits);
  return places;
}

// For each place its label, or −1 where it is ignored, and how many are not.
struct Labels {
  std::vector<Index> at;
  Index kept = 0;
};

template <class O, Number N>
Labels read_labels(const O& op, const Shape& logits, const Tensor<N>& labels) {
  const Index axis = *normal_axis(op.axis, logits.rank());
  Labels out;
  for (const N& label : labels.elements()) {
    const Index c = index_at(op, label, axis, logits[axis]);
    out.at.push_back(ignores(op, c) ? -1 : c);
    out.kept += ignores(op, c) ? 0 : 1;
  }
  return out;
}

struct LabelSample {
  Index axis, ignore_index;
  std::string reduction;
  Shapes shapes;  // of logits and labels
  std::vector<Domain> domains;
};

inline LabelSample sample_labels(Choices& choices) {
  Shape logits = pick_shape(choices, 1, 3, 512);
  const Index axis = choices.pick(-logits.rank(), logits.rank() - 1), at = *normal_axis(axis, logits.rank());
  logits[at] = std::max<Index>(1, logits[at]);
  const Index ignored = choices.pick(0, 2) > 0 ? choices.pick(0, logits[at] - 1) : -100;
  return {axis,
          ignored,
          pick_reduction(choices),
          {logits, reduced(logits, {at}, /*keepdim=*/false)},
          {Domain::near({0, -103, 88.7}), Domain::index(logits[at])}};
}

}  // namespace plumbline::spec
