// l = −ln softmax(x)_label along an axis, for each place, summed or averaged over the places that are not ignored
#pragma once

#include "spec/ops/loss/cross_entropy_index_grad.h"

namespace plumbline::spec {

// Where every label is ignored, the mean is 0 and so is its gradient.
struct CrossEntropyIndex {
  Index axis = -1;                 // of the classes
  std::string reduction = "mean";  // none, mean or sum over the places
  Index ignore_index = -100;

  static constexpr std::string_view name = "cross_entropy_index",
                                    summary = "-log softmax(x)_label; inputs logits, labels";
  static constexpr int arity = 2, index_label = 5;
  static constexpr std::array<std::string_view, 1> methods{"shifted"};
  bool operator==(const CrossEntropyIndex&) const = default;

  bool differentiable(std::size_t input) const { return input == 0; }
  Index index_axis(const Shapes& in) const { return *normal_axis(axis, in[0].rank()); }
  Index index_extent(std::size_t input, const Shapes& in) const { return input == 1 ? in[0][index_axis(in)] : -1; }
  std::optional<Index> ignored_index() const { return ignore_index; }
  Result<Shape> shape(const Shapes& in) const {
    const auto places = labelled_places(*this, in[0], in[1]);  // [cross_entropy_index C1..C3]
    if (!places) return places;
    return loss_shape(*this, 4, *places);  // [cross_entropy_index C4]
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
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(CrossEntropyIndexGrad{axis, reduction, ignore_index}, in[0], in[1], ct)};
  }
  static Sample<CrossEntropyIndex> sample(Choices& choices) {
    const LabelSample s = sample_labels(choices);
    return {{s.axis, s.reduction, s.ignore_index}, s.shapes, s.domains};
  }

 private:
  template <Number N>
  Tensor<N> loss(const Tensors<N>& in, bool shift) const {
    const Shape& shape = in[0].shape();
    const Fibres fibre = fibres(shape, {*normal_axis(axis, shape.rank())});
    const Labels labels = read_labels(*this, shape, in[1]);  // [cross_entropy_index C5]
    std::vector<N> terms;
    for (std::size_t o = 0; o < labels.at.size(); ++o) {
      const auto x = [&](Index c) -> const N& {
        return in[0][fibre.start[o] + fibre.step[static_cast<std::size_t>(c)]];
      };
      if (labels.at[o] < 0) {
        terms.emplace_back(Index{0});
        continue;
      }
      const auto norm = log_sum<N>(fibre.length(), x, shift);
      const N& logit = x(labels.at[o]);
      terms.push_back(norm.log_sum - (shift ? shifted(logit, norm.top) : logit));
    }
    if (reduction == "none") return Tensor<N>(in[1].shape(), std::move(terms));
    const N total = sum<N>(static_cast<Index>(terms.size()),
                           [&](Index o) -> const N& { return terms[static_cast<std::size_t>(o)]; });
    return Tensor<N>::scalar(reduction == "mean" && labels.kept > 0 ? N(total / N(labels.kept)) : total);
  }
};
BOOST_DESCRIBE_STRUCT(CrossEntropyIndex, (), (axis, reduction, ignore_index))

}  // namespace plumbline::spec
