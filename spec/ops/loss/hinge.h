// l = max(0, 1 − t x) for targets t of ±1; not PyTorch's hinge_embedding_loss, whose x is a distance
#pragma once

#include "spec/ops/activation/relu_grad.h"
#include "spec/ops/loss/reduction.h"

namespace plumbline::spec {

struct Hinge {
  std::string reduction = "mean";  // none, mean or sum

  static constexpr std::string_view name = "hinge",
                                    summary = "mean, sum or each of max(0, 1 - t x); inputs x, targets of -1 and 1";
  static constexpr int arity = 2;
  static constexpr auto words = reduction_words;
  bool operator==(const Hinge&) const = default;

  Result<Shape> shape(const Shapes& in) const { return pointwise_shape(*this, in); }  // [hinge C1], [hinge C2]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce_terms<N>(*this, in[0].shape(),
                           [&](Index i) { return N(ramp(N(Index{1}) - in[1][i] * in[0][i])); });
  }
  // dx = −t ct and dt = −x ct where t x < 1
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T gap = sub(literal(ct, 1), mul(in[1], in[0]));
    const T share = broadcast_to(term_cotangent(*this, ct, gap.shape().size()), gap.shape());
    const T down = neg(call(ReluGrad{}, gap, share));
    return {mul(down, in[1]), mul(down, in[0])};
  }
  static Sample<Hinge> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    const Domain sign = Domain::whole_within(-1, 1, {-1, 1});
    return {{pick_reduction(choices)}, {shape, shape}, {Domain::near({0, 1, -1}), sign}};
  }
};
BOOST_DESCRIBE_STRUCT(Hinge, (), (reduction))

}  // namespace plumbline::spec
