// l = −Σ_c w_c ln softmax(x)_c along an axis, w from the label (see label_weights), summed or averaged over the places
#pragma once

#include "spec/ops/loss/cross_entropy_index_grad.h"
#include "spec/ops/loss/label_weights.h"

namespace plumbline::spec {

// A mean is over the weights of the labels that are not ignored. Where every label is ignored, it is 0 and so is its
// gradient. The weights of the classes are constants, as in PyTorch.
struct CrossEntropyIndex {
  Index axis = -1;                 // of the classes
  std::string reduction = "mean";  // none, mean or sum over the places
  Index ignore_index = -100;
  double label_smoothing = 0;      // the share of a label that all classes get evenly

  static constexpr std::string_view name = "cross_entropy_index",
                                    summary = "-log softmax(x)_label; inputs logits, labels[, weight]";
  static constexpr int arity = 2, most_inputs = 3, index_label = 5;
  static constexpr std::array<std::string_view, 1> methods{"shifted"};
  static constexpr auto words = reduction_words;
  bool operator==(const CrossEntropyIndex&) const = default;

  bool differentiable(std::size_t input) const { return input == 0; }
  Index index_axis(const Shapes& in) const { return *normal_axis(axis, in[0].rank()); }
  Index index_extent(std::size_t input, const Shapes& in) const { return input == 1 ? in[0][index_axis(in)] : -1; }
  std::optional<Index> ignored_index() const { return ignore_index; }
  Result<Shape> shape(const Shapes& in) const {
    const auto places = labelled_places(*this, in[0], in[1]);  // [cross_entropy_index C1..C3]
    if (!places) return places;
    if (auto ok = check_class_weights(*this, 6, in, 2, in[0][index_axis(in)]); !ok)  // [cross_entropy_index C6]
      return tl::unexpected(ok.error());
    if (auto ok = check_smoothing(*this, 7); !ok) return tl::unexpected(ok.error());  // [cross_entropy_index C7]
    return loss_shape(*this, 4, *places);                                             // [cross_entropy_index C4]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return loss(in, /*shift=*/false);
  }
  // shifted: with x − max x for x, which never overflows.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return loss(in, /*shift=*/true);
  }
  // dx = ct (softmax(x) Σ w − w)
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    if (in.size() == 2 && label_smoothing == 0)
      return {call(CrossEntropyIndexGrad{axis, reduction, ignore_index}, in[0], in[1], ct)};
    const Shape& logits = in[0].shape();
    const LabelWeights weights{logits[*normal_axis(axis, logits.rank())], axis, reduction, ignore_index,
                               label_smoothing};
    const T w = call(weights, std::vector<T>(in.begin() + 1, in.end()));
    const T pull = sub(mul(call(Softmax{axis}, in[0]), call(Sum{{axis}, true}, w)), w);
    return {mul(place_cotangent(*this, ct, logits), pull)};
  }
  static Sample<CrossEntropyIndex> sample(Choices& choices) {
    LabelSample s = sample_labels(choices);
    const Index classes = s.domains[1].extent;
    if (choices.pick(0, 2) == 2) s.shapes.push_back({classes}), s.domains.push_back(Domain::within(0.125, 4, {1}));
    return {{s.axis, s.reduction, s.ignore_index, pick_smoothing(choices)}, s.shapes, s.domains};
  }

 private:
  template <Number N>
  Tensor<N> loss(const Tensors<N>& in, bool shift) const {
    const Shape& shape = in[0].shape();
    const Fibres fibre = fibres(shape, {*normal_axis(axis, shape.rank())});
    return label_loss<N>(*this, label_smoothing, shape, in, [&](std::size_t p) {  // [cross_entropy_index C5]
      const auto x = [&, p](Index c) -> const N& {
        return in[0][fibre.start[p] + fibre.step[static_cast<std::size_t>(c)]];
      };
      const auto norm = log_sum<N>(fibre.length(), x, shift);
      return [=](Index c) { return N(norm.log_sum - (shift ? shifted(x(c), norm.top) : x(c))); };
    });
  }
};
BOOST_DESCRIBE_STRUCT(CrossEntropyIndex, (), (axis, reduction, ignore_index, label_smoothing))

}  // namespace plumbline::spec
