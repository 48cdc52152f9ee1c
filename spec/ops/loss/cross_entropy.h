// l = −Σ_c t_c ln softmax(x)_c along an axis, for each place, summed or averaged over the places
#pragma once

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
  return {top, log(sum<N>(n, [&](Index c) { return exp(shifted(x(c), top)); }))};
}

struct CrossEntropy {
  Index axis = -1;                 // of the classes
  std::string reduction = "mean";  // none, mean or sum over the places

  static constexpr std::string_view name = "cross_entropy",
                                    summary = "-sum_c t_c log softmax(x)_c; inputs logits, one-hot or soft targets";
  static constexpr int arity = 2;
  static constexpr std::array<std::string_view, 1> methods{"shifted"};
  bool operator==(const CrossEntropy&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto a = normal_axis(axis, in[0].rank());
    if (!a) return refuse(*this, 1, a.error().what());
    if (in[0] != in[1]) return refuse(*this, 2, "shapes differ: ", in[0], " vs ", in[1]);
    if (in[0][*a] == 0) return refuse(*this, 3, "there are no classes: ", in[0]);
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
  // dx = ct (softmax(x) Σ t − t), dt = −ct log_softmax(x)
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const Shape places = reduced(in[0].shape(), {*normal_axis(axis, in[0].shape().rank())}, /*keepdim=*/true);
    T share = term_cotangent(*this, ct, places.size());
    if (reduction == "none") share = reshape(share, places);
    const T mass = call(Sum{{axis}, true}, in[1]);
    return {mul(share, sub(mul(call(Softmax{axis}, in[0]), mass), in[1])),
            neg(mul(share, call(LogSoftmax{axis}, in[0])))};
  }
  static Sample<CrossEntropy> sample(Choices& choices) {
    Shape shape = pick_shape(choices, 1, 3);
    const Index axis = choices.pick(-shape.rank(), shape.rank() - 1);
    Index& classes = shape[*normal_axis(axis, shape.rank())];
    classes = std::max<Index>(1, classes);
    return {
        {axis, pick_reduction(choices)}, {shape, shape}, {Domain::near({0, -103, 88.7}), Domain::within(0, 1, {0, 1})}};
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
      return N(t[at(o, c)] * (norm.log_sum - (shift ? shifted(logit, norm.top) : logit)));
    };
    if (reduction == "none")
      return Tensor<N>::generate(*shape({x.shape(), t.shape()}),
                                 [&](Index o) { return sum<N>(classes, [&](Index c) { return term(o, c); }); });
    const N total = sum<N>(places * classes, [&](Index k) { return term(k / classes, k % classes); });
    return Tensor<N>::scalar(reduction == "mean" ? N(total / N(places)) : total);
  }
};
BOOST_DESCRIBE_STRUCT(CrossEntropy, (), (axis, reduction))

}  // namespace plumbline::spec
