// w_pc = s a_c ((1 − e) [c = y_p] + e/C), 0 where label y_p is ignored; C classes, weights a, e = label_smoothing
#pragma once

#include "spec/ops/loss/labels.h"

namespace plumbline::spec {

// What a loss of labels gives to each class of each place: s is 1, and for a mean 1 / Σ_p a_(y_p) over the labels that
// are not ignored. The places' shape gets the classes as a new axis.
struct LabelWeights {
  Index num_classes = 1;
  Index axis = -1;                 // of the classes, in the result
  std::string reduction = "mean";  // none, mean or sum
  Index ignore_index = -100;
  double label_smoothing = 0;

  static constexpr std::string_view name = "label_weights",
                                    summary = "what each class of each place counts in a loss; inputs labels[, weight]";
  static constexpr int arity = 1, most_inputs = 2, index_label = 4;
  static constexpr auto words = reduction_words;
  bool operator==(const LabelWeights&) const = default;

  bool differentiable(std::size_t) const { return false; }
  Index index_axis(const Shapes& in) const { return *normal_axis(axis, in[0].rank() + 1); }
  Index index_extent(std::size_t input, const Shapes&) const { return input == 0 ? num_classes : -1; }
  std::optional<Index> ignored_index() const { return ignore_index; }
  Result<Shape> shape(const Shapes& in) const {
    const auto a = normal_axis(axis, in[0].rank() + 1);
    if (!a) return refuse(*this, 1, a.error().what());
    if (num_classes < 1) return refuse(*this, 2, "there must be a class, got num_classes ", num_classes);
    if (auto ok = check_class_weights(*this, 3, in, 1, num_classes); !ok)  // [label_weights C3]
      return tl::unexpected(ok.error());
    if (auto ok = loss_shape(*this, 5, Shape{}); !ok) return ok;  // [label_weights C5]
    if (auto ok = check_smoothing(*this, 6); !ok) return tl::unexpected(ok.error());  // [label_weights C6]
    Shape out;
    for (Index i = 0; i < in[0].rank(); ++i) {
      if (i == *a) out.push_back(num_classes);
      out.push_back(in[0][i]);
    }
    if (*a == in[0].rank()) out.push_back(num_classes);
    if (!out.valid()) return refuse(*this, 7, "shape ", out, " is not valid");
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape out = *shape({in[0].shape(), Shape{num_classes}});
    const Fibres fibre = fibres(out, {*normal_axis(axis, out.rank())});
    const Labels labels = read_labels(*this, out, in[0]);  // [label_weights C4]
    const LabelShares<N> shares(label_smoothing, num_classes, in.size() > 1 ? &in[1] : nullptr);
    auto w = Tensor<N>::full(out, N(Index{0}));
    const auto to = w.mutable_elements();
    const bool mean = reduction == "mean";
    const N total = mean ? shares.total(labels) : N(Index{1});
    for (std::size_t o = 0; o < labels.at.size(); ++o)
      for (Index c = 0; labels.at[o] >= 0 && c < num_classes; ++c) {
        if (label_smoothing == 0 && c != labels.at[o]) continue;
        const N share = shares.share(labels.at[o], c, in[0][static_cast<Index>(o)]);
        to[static_cast<std::size_t>(fibre.start[o] + fibre.step[static_cast<std::size_t>(c)])] =
            mean ? N(share / total) : share;
      }
    return w;
  }
  static Sample<LabelWeights> sample(Choices& choices) {
    const LabelSample s = sample_labels(choices);
    const Index classes = s.domains[1].extent;
    Sample<LabelWeights> out{{classes, s.axis, s.reduction, s.ignore_index, pick_smoothing(choices)},
                             {s.shapes[1]},
                             {s.domains[1]}};
    if (choices.coin()) out.shapes.push_back({classes}), out.domains.push_back(Domain::within(0.125, 4, {1}));
    return out;
  }
};
BOOST_DESCRIBE_STRUCT(LabelWeights, (), (num_classes, axis, reduction, ignore_index, label_smoothing))

}  // namespace plumbline::spec
