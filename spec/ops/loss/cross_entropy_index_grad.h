// dx_c = ct (softmax(x)_c − [c = label]), 0 where the label is ignored; for a mean over the number that is not
#pragma once

#include "spec/ops/arithmetic/abs.h"
#include "spec/ops/loss/labels.h"

namespace plumbline::spec {

struct CrossEntropyIndexGrad {
  Index axis = -1;
  std::string reduction = "mean";
  Index ignore_index = -100;

  static constexpr std::string_view name = "cross_entropy_index_grad",
                                    summary = "the cotangent of the logits; inputs logits, labels, ct";
  static constexpr int arity = 3, index_label = 6;
  static constexpr auto words = reduction_words;
  static constexpr std::array<std::string_view, 1> methods{"shifted"};
  bool operator==(const CrossEntropyIndexGrad&) const = default;

  bool differentiable(std::size_t input) const { return input != 1; }
  Index index_axis(const Shapes& in) const { return *normal_axis(axis, in[0].rank()); }
  Index index_extent(std::size_t input, const Shapes& in) const { return input == 1 ? in[0][index_axis(in)] : -1; }
  std::optional<Index> ignored_index() const { return ignore_index; }
  Result<Shape> shape(const Shapes& in) const {
    const auto places = labelled_places(*this, in[0], in[1]);  // [cross_entropy_index_grad C1..C3]
    if (!places) return places;
    const auto loss = loss_shape(*this, 4, *places);  // [cross_entropy_index_grad C4]
    if (loss && *loss != in[2]) return refuse(*this, 5, "ct differs from the loss: ", in[2], " vs ", *loss);
    if (!loss) return loss;
    return in[0];
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return gradient(in, /*shift=*/false);
  }
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return gradient(in, /*shift=*/true);
  }
  // y = ct s (p − e) with p = softmax(x), e the label's unit vector and s = 1, 1/n or, where it is ignored, 0. So
  // dct = Σ v s (p − e) and dx = ct s p (v − Σ p v); s comes from the gradient of equal logits, whose magnitudes
  // add up to 2 s (C − 1) / C.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const {
    const Shape &logits = in[0].shape(), &loss = in[2].shape();
    const Index a = *normal_axis(axis, logits.rank()), classes = logits[a];
    const T ones = full_like(v, loss, 1), p = call(Softmax{axis}, in[0]);
    const T push = mul(v, call(*this, in[0], in[1], ones));
    const T dct = call(Sum{reduction == "none" ? Axes{a} : Axes{}, false}, push);
    if (classes == 1) return {full_like(v, logits, 0), dct};
    const T flat = call(Sum{{a}, true}, call(Abs{}, call(*this, full_like(v, logits, 0), in[1], ones)));
    const T share =
        div(mul(flat, literal(v, static_cast<double>(classes))), literal(v, 2.0 * static_cast<double>(classes - 1)));
    const T ct = reduction == "none" ? reshape(in[2], share.shape()) : in[2];
    return {mul(mul(ct, share), mul(p, sub(v, call(Sum{{a}, true}, mul(p, v))))), dct};
  }
  static Sample<CrossEntropyIndexGrad> sample(Choices& choices) {
    LabelSample s = sample_labels(choices);
    s.shapes.push_back(s.reduction == "none" ? s.shapes[1] : Shape{});
    return {{s.axis, s.reduction, s.ignore_index}, s.shapes, s.domains};
  }

 private:
  template <Number N>
  Tensor<N> gradient(const Tensors<N>& in, bool shift) const {
    const Shape& shape = in[0].shape();
    const Fibres fibre = fibres(shape, {*normal_axis(axis, shape.rank())});
    const Labels labels = read_labels(*this, shape, in[1]);  // [cross_entropy_index_grad C6]
    auto dx = Tensor<N>::full(shape, N(Index{0}));
    const auto out = dx.mutable_elements();
    const Index n = fibre.length();
    for (std::size_t o = 0; o < labels.at.size(); ++o) {
      if (labels.at[o] < 0) continue;
      const auto x = [&](Index c) -> const N& {
        return in[0][fibre.start[o] + fibre.step[static_cast<std::size_t>(c)]];
      };
      const N top = shift ? max_of<N>(n, x) : N(Index{0});
      const auto weight = [&](Index c) { return exp(shift ? shifted(x(c), top) : x(c)); };
      const N total = sum<N>(n, weight);
      const auto share = [&](Index c) {
        const N y = weight(c) / total;
        return shift ? unless_contested(top, total, y) : y;
      };
      N ct = in[2][in[2].size() == 1 ? 0 : static_cast<Index>(o)];
      if (reduction == "mean") ct = ct / N(labels.kept);
      for (Index c = 0; c < n; ++c)
        out[static_cast<std::size_t>(fibre.start[o] + fibre.step[static_cast<std::size_t>(c)])] =
            ct * (share(c) - N(Index{c == labels.at[o]}));
    }
    return dx;
  }
};
BOOST_DESCRIBE_STRUCT(CrossEntropyIndexGrad, (), (axis, reduction, ignore_index))

}  // namespace plumbline::spec
