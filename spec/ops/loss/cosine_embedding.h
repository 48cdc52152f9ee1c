// l = 1 − c for a target of 1, max(0, c − margin) for −1; c the cosine of x and z along the last axis
#pragma once

#include "spec/ops/activation/relu_grad.h"
#include "spec/ops/compare/greater.h"
#include "spec/ops/compare/where.h"
#include "spec/ops/loss/cosine_similarity.h"
#include "spec/ops/loss/reduction.h"

namespace plumbline::spec {

struct CosineEmbedding {
  double margin = 0;
  std::string reduction = "mean";  // none, mean or sum

  static constexpr std::string_view name = "cosine_embedding",
                                    summary = "1 - cos(x, z) where t = 1, max(0, cos - margin) where t = "
                                              "-1; inputs x, z, t";
  static constexpr int arity = 3;
  static constexpr std::array<std::string_view, 1> methods{"scaled"};
  static constexpr auto words = reduction_words;
  bool operator==(const CosineEmbedding&) const = default;

  bool differentiable(std::size_t input) const { return input < 2; }
  // x and z [n, d] or [d], targets [n] or a scalar. Norms are at least least_norm.
  Result<Shape> shape(const Shapes& in) const {
    if (in[0] != in[1]) return refuse(*this, 1, "shapes differ: ", in[0], " vs ", in[1]);
    if (in[0].rank() != 1 && in[0].rank() != 2)
      return refuse(*this, 3, "vectors are of rank 1 or 2, got rank ", in[0].rank());
    if (const Shape places = reduced(in[0], {in[0].rank() - 1}, /*keepdim=*/false); in[2] != places)
      return refuse(*this, 4, "targets differ from the vectors' places: ", in[2], " vs ", places);
    if (!std::isfinite(margin)) return refuse(*this, 5, "margin is not finite: ", margin);
    return loss_shape(*this, 2, in[2]);  // [cosine_embedding C2]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return loss<N>(in, [&](const CosineSimilarity& c) { return c.eval<N>({in[0], in[1]}); });
  }
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return loss<N>(in, [&](const CosineSimilarity& c) { return c.method<N>("scaled", {in[0], in[1]}); });
  }
  // dc = −ct where t = 1; ct where t = −1 and c > margin
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const CosineSimilarity similarity{-1, least_norm};
    const T cosine = call(similarity, in[0], in[1]), over = sub(cosine, literal(ct, margin));
    const T share = broadcast_to(term_cotangent(*this, ct, in[2].shape().size()), in[2].shape());
    const T dc = where(call(Greater{}, in[2], literal(ct, 0)), neg(share), call(ReluGrad{}, over, share));
    return similarity.vjp(std::vector<T>{in[0], in[1]}, cosine, dc);
  }
  static Sample<CosineEmbedding> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 1, 2);
    const double margin = choices.one_of<double>({0, 0.5, -0.25, 0.1});
    return {{margin, pick_reduction(choices)},
            {shape, shape, reduced(shape, {shape.rank() - 1}, /*keepdim=*/false)},
            {Domain::any(), Domain::any(), Domain::whole_within(-1, 1, {1, -1, 1})}};
  }

 private:
  static constexpr double least_norm = 1e-8;

  template <Number N, class Cosines>
  Tensor<N> loss(const Tensors<N>& in, Cosines&& cosines) const {
    const Tensor<N> c = cosines(CosineSimilarity{-1, least_norm});
    return reduce_terms<N>(*this, in[2].shape(), [&](Index i) {
      const N far = ramp(c[i] - real(c[i], margin));
      return N(select(less(N(Index{0}), in[2][i]), N(Index{1}) - c[i], far));
    });
  }
};
BOOST_DESCRIBE_STRUCT(CosineEmbedding, (), (margin, reduction))

}  // namespace plumbline::spec
