// l = −Σ_c w_c t'_c ln softmax(x)_c along an axis, t' = (1 − e) t + e/C, for each place, summed or averaged
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/loss/reduction.h"
#include "spec/ops/norm/log_softmax.h"
#include "spec/ops/norm/softmax.h"

namespace plumbline::spec {

// For each fibre of logits along an axis, ln Σ e^x: by the textbook, and shifted by the maximum. With `top` the terms
// of a loss are (log_sum − (x − top)), so that nothing large cancels.
template <Number N>
struct LogSum {
  N top, log_sum;
};

template <Number N, class X>
LogSum<N> log_sum(Index n, X&& x, bool shift) {
  if (!shift) return {N(Index{0}), log(sum<N>(n, [&](Index c) { return exp(x(c)); }))};
  const N top = max_of<N>(n, x);
  const N total = sum<N>(n, [&](Index c) { return exp(shifted(x(c), top)); });
  return {top, unless_contested(top, total, N(log(total)))};
}

struct CrossEntropy {
  Index axis = -1;                 // of the classes
  std::string reduction = "mean";  // none, mean or sum over the places
  double label_smoothing = 0;      // e, the share of the targets that all C classes get evenly

  static constexpr std::string_view name = "cross_entropy",
                                    summary = "-sum_c w_c t_c log softmax(x)_c; inputs logits, targets[, weight]";
  static constexpr int arity = 2, most_inputs = 3;
  static constexpr auto words = reduction_words;
  static constexpr std::array<std::string_view, 1> methods{"shifted"};
  bool operator==(const CrossEntropy&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto a = normal_axis(axis, in[0].rank());
    if (!a) return refuse(*this, 1, a.error().what());
    if (in[0] != in[1]) return refuse(*this, 2, "shapes differ: ", in[0], " vs ", in[1]);
    if (in[0][*a] == 0) return refuse(*this, 3, "there are no classes: ", in[0]);
    if (in.size() > 2 && in[2] != Shape{in[0][*a]})
      return refuse(*this, 5, "weight has another shape than the classes: ", in[2], " vs ", Shape{in[0][*a]});
    if (!(label_smoothing >= 0 && label_smoothing <= 1))
      return refuse(*this, 6, "label_smoothing must lie in [0, 1]: ", label_smoothing);
    return loss_shape(*this, 4, reduced(in[0], {*a}, /*keepdim=*/false));  // [cross_entropy C4]
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
  // dx = ct (softmax(x) Σ w t' − w t'), dt = −(1 − e) w ct log_softmax(x), dw = −Σ ct t' log_softmax(x)
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape& shape = in[0].shape();
    const Index a = *normal_axis(axis, shape.rank());
    const Shape places = reduced(shape, {a}, /*keepdim=*/true);
    T share = term_cotangent(*this, ct, places.size());
    if (reduction == "none") share = reshape(share, places);
    const T even = literal(ct, label_smoothing), kept = sub(literal(ct, 1), even);
    const auto times_kept = [&](const T& x) { return label_smoothing == 0 ? x : mul(x, kept); };
    T target = times_kept(in[1]), pull = share;
    if (label_smoothing != 0) target = call(Add{}, target, div(even, literal(ct, static_cast<double>(shape[a]))));
    const T down = neg(call(LogSoftmax{axis}, in[0])), dw = mul(share, mul(target, down));
    Shape along = shape;
    for (Index i = 0; i < along.rank(); ++i) along[i] = i == a ? shape[a] : 1;
    if (in.size() > 2) {
      const T weight = reshape(in[2], along);
      target = mul(target, weight), pull = mul(share, weight);
    }
    const T mass = call(Sum{{axis}, true}, target);
    std::vector<T> out{mul(share, sub(mul(call(Softmax{axis}, in[0]), mass), target)), times_kept(mul(pull, down))};
    if (in.size() > 2) out.push_back(reshape(sum_to(dw, along), in[2].shape()));
    return out;
  }
  static Sample<CrossEntropy> sample(Choices& choices) {
    Shape shape = pick_shape(choices, 1, 3);
    const Index axis = choices.pick(-shape.rank(), shape.rank() - 1);
    Index& classes = shape[*normal_axis(axis, shape.rank())];
    classes = std::max<Index>(1, classes);
    Sample<CrossEntropy> out{{axis, pick_reduction(choices), choices.one_of<double>({0, 0, 0.125, 0.1, 1})},
                             {shape, shape},
                             {Domain::near({0, -103, 88.7}), Domain::within(0, 1, {0, 1})}};
    if (choices.pick(0, 2) == 2) out.shapes.push_back({classes}), out.domains.push_back(Domain::within(0, 4, {1}));
    return out;
  }

 private:
  template <Number N>
  Tensor<N> loss(const Tensors<N>& in, bool shift) const {
    const Tensor<N>&x = in[0], &t = in[1];
    const Fibres fibre = fibres(x.shape(), {*normal_axis(axis, x.shape().rank())});
    const Index places = x.size() == 0 ? 0 : fibre.count(), classes = fibre.length();
    const auto at = [&](Index o, Index c) {
      return fibre.start[static_cast<std::size_t>(o)] + fibre.step[static_cast<std::size_t>(c)];
    };
    std::vector<LogSum<N>> norms;
    for (Index o = 0; o < places; ++o)
      norms.push_back(log_sum<N>(
          classes, [&](Index c) -> const N& { return x[at(o, c)]; }, shift));
    const auto term = [&](Index o, Index c) {
      const auto& norm = norms[static_cast<std::size_t>(o)];
      const N& logit = x[at(o, c)];
      N target = t[at(o, c)];
      if (label_smoothing != 0) {
        const N mass = real(target, label_smoothing);
        target = target * (N(Index{1}) - mass) + mass / N(classes);
      }
      if (in.size() > 2) target = target * in[2][c];
      return N(target * (norm.log_sum - (shift ? shifted(logit, norm.top) : logit)));
    };
    if (reduction == "none")
      return Tensor<N>::generate(*shape({x.shape(), t.shape()}),
                                 [&](Index o) { return sum<N>(classes, [&](Index c) { return term(o, c); }); });
    const N total = sum<N>(places * classes, [&](Index k) { return term(k / classes, k % classes); });
    return Tensor<N>::scalar(reduction == "mean" ? N(total / N(places)) : total);
  }
};
BOOST_DESCRIBE_STRUCT(CrossEntropy, (), (axis, reduction, label_smoothing))

}  // namespace plumbline::spec
