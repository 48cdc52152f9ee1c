// l = −w_y x_y of log-probabilities x along an axis and labels y, summed or averaged over the labels' weights
#pragma once

#include "spec/ops/loss/label_weights.h"

namespace plumbline::spec {

// Where every label is ignored, the mean is 0 and so is its gradient. The weights of the classes are constants.
struct Nll {
  Index axis = -1;                 // of the classes
  std::string reduction = "mean";  // none, mean or sum over the places
  Index ignore_index = -100;

  static constexpr std::string_view name = "nll", summary = "-w_y x_y; inputs log-probabilities, labels y[, weight]";
  static constexpr int arity = 2, most_inputs = 3, index_label = 5;
  static constexpr auto words = reduction_words;
  bool operator==(const Nll&) const = default;

  bool differentiable(std::size_t input) const { return input == 0; }
  Index index_axis(const Shapes& in) const { return *normal_axis(axis, in[0].rank()); }
  Index index_extent(std::size_t input, const Shapes& in) const { return input == 1 ? in[0][index_axis(in)] : -1; }
  std::optional<Index> ignored_index() const { return ignore_index; }
  Result<Shape> shape(const Shapes& in) const {
    const auto places = labelled_places(*this, in[0], in[1]);  // [nll C1..C3]
    if (!places) return places;
    if (auto ok = check_class_weights(*this, 6, in, 2, in[0][index_axis(in)]); !ok)  // [nll C6]
      return tl::unexpected(ok.error());
    return loss_shape(*this, 4, *places);  // [nll C4]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape& shape = in[0].shape();
    const Fibres fibre = fibres(shape, {*normal_axis(axis, shape.rank())});
    return label_loss<N>(*this, /*smoothing=*/0, shape, in, [&](std::size_t p) {  // [nll C5]
      return [&, p](Index c) { return N(-in[0][fibre.start[p] + fibre.step[static_cast<std::size_t>(c)]]); };
    });
  }
  // dx = −ct w, w the weights of the labels
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape& logits = in[0].shape();
    const LabelWeights weights{logits[*normal_axis(axis, logits.rank())], axis, reduction, ignore_index, 0};
    const T w = call(weights, std::vector<T>(in.begin() + 1, in.end()));
    return {neg(mul(place_cotangent(*this, ct, logits), w))};
  }
  static Sample<Nll> sample(Choices& choices) {
    LabelSample s = sample_labels(choices);
    const Index classes = s.domains[1].extent;
    s.domains[0] = Domain::near({0});
    if (choices.pick(0, 2) == 2) s.shapes.push_back({classes}), s.domains.push_back(Domain::within(0.125, 4, {1}));
    return {{s.axis, s.reduction, s.ignore_index}, s.shapes, s.domains};
  }
};
BOOST_DESCRIBE_STRUCT(Nll, (), (axis, reduction, ignore_index))

}  // namespace plumbline::spec
