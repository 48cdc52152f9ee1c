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

// The optional weight of each class, input `at` [op C`label`].
template <class O>
Result<void> check_class_weights(const O& op, int label, const Shapes& in, std::size_t at, Index classes) {
  if (in.size() > at && in[at] != Shape{classes})
    return refuse(op, label, "weight has another shape than the classes: ", in[at], " vs ", Shape{classes});
  return {};
}
template <class O>
Result<void> check_smoothing(const O& op, int label) {
  if (!(op.label_smoothing >= 0 && op.label_smoothing <= 1))
    return refuse(op, label, "label_smoothing must lie in [0, 1]: ", op.label_smoothing);
  return {};
}
inline double pick_smoothing(Choices& choices) { return choices.one_of<double>({0, 0, 0.125, 0.1, 1}); }

// What a label gives to each class, and to a mean: weights a_c, or 1 where `weights` is null.
template <Number N>
class LabelShares {
 public:
  LabelShares(double smoothing, Index classes, const Tensor<N>* weights)
      : smoothing_(smoothing), classes_(classes), weights_(weights) {}

  // a_c ((1 − smoothing) [c = label] + smoothing/C), at the precision of `like`
  N share(Index label, Index c, const N& like) const {
    if (smoothing_ == 0) return c == label ? weighted(c, N(Index{1})) : N(Index{0});
    const N mass = real(like, smoothing_), even = mass / N(classes_);
    return weighted(c, c == label ? N((N(Index{1}) - mass) + even) : even);
  }
  // Σ_c share(label, c) l(c)
  template <class L>
  N term(Index label, L&& l) const {
    if (smoothing_ == 0) return weighted(label, l(label));
    return sum<N>(classes_, [&](Index c) {
      const N at = l(c);
      return N(share(label, c, at) * at);
    });
  }
  // Σ_p a_(y_p), what a mean divides by, and 1 where every label is ignored: then the sum is 0.
  N total(const Labels& labels) const {
    if (labels.kept == 0) return N(Index{1});
    if (weights_ == nullptr) return N(labels.kept);
    return sum<N>(static_cast<Index>(labels.at.size()), [&](Index p) {
      const Index label = labels.at[static_cast<std::size_t>(p)];
      return label < 0 ? N(Index{0}) : (*weights_)[label];
    });
  }

 private:
  N weighted(Index c, const N& value) const { return weights_ == nullptr ? value : N((*weights_)[c] * value); }

  double smoothing_;
  Index classes_;
  const Tensor<N>* weights_;
};

// Σ_c share l_c for each place, 0 where its label is ignored; reduced. l(p, c) is the loss of class c.
template <Number N, class O, class L>
Tensor<N> label_loss(const O& op, double smoothing, const Shape& logits, const Tensors<N>& in, L&& l) {
  const Labels labels = read_labels(op, logits, in[1]);
  const Index classes = logits[*normal_axis(op.axis, logits.rank())];
  const LabelShares<N> shares(smoothing, classes, in.size() > 2 ? &in[2] : nullptr);
  std::vector<N> terms;
  for (std::size_t p = 0; p < labels.at.size(); ++p)
    terms.push_back(labels.at[p] < 0 ? N(Index{0}) : shares.term(labels.at[p], l(p)));
  if (op.reduction == "none") return Tensor<N>(in[1].shape(), std::move(terms));
  const N total = sum<N>(static_cast<Index>(terms.size()),
                         [&](Index p) -> const N& { return terms[static_cast<std::size_t>(p)]; });
  return Tensor<N>::scalar(op.reduction == "mean" ? N(total / shares.total(labels)) : total);
}

// The cotangent of each place's loss, with the axis of the classes kept.
template <class O, TensorLike T>
T place_cotangent(const O& op, const T& ct, const Shape& logits) {
  if (op.reduction != "none") return ct;
  return reshape(ct, reduced(logits, {*normal_axis(op.axis, logits.rank())}, /*keepdim=*/true));
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
