// p_ij = softmax_j(scale · q_i·k_j + mask_ij): blocked entries are 0, a fully blocked row is all zeros
#pragma once

#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sqrt.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/linalg/contraction.h"
#include "spec/ops/linalg/matmul.h"
#include "spec/ops/sequence/scores.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

// x/√d, or x times the scale that is set.
template <class O, TensorLike T>
T scaled_by(const O& op, const T& x, Index width) {
  if (op.scale != 0) return mul(x, literal(x, op.scale));
  return div(x, call(Sqrt{}, literal(x, static_cast<double>(std::max<Index>(1, width)))));
}

// ds = p (dp − Σ_j p dp), the derivative of softmax along the keys.
template <TensorLike T>
T through_softmax(const T& p, const T& dp) {
  return mul(p, sub(dp, call(Sum{{-1}, true}, mul(p, dp))));
}

struct AttentionWeights {
  std::string mask = "boolean";  // true attends; or additive, where −∞ blocks
  bool is_causal = false;        // query i sees the keys j ≤ start + i
  Index start = 0;
  double scale = 0;              // 0: 1/√d

  static constexpr std::string_view
      name = "attention_weights",
      summary = "p = softmax(scale q k^T + mask), blocked entries 0; inputs q, k[, mask]";
  static constexpr int arity = 2, most_inputs = 3;
  static constexpr std::array<std::string_view, 1> methods{"shifted"};
  static constexpr auto words = attention_words;
  bool operator==(const AttentionWeights&) const = default;

  bool differentiable(std::size_t input) const { return input < 2 || mask == "additive"; }
  Result<Shape> shape(const Shapes& in) const {  // [attention_weights C1..C6]
    return score_shape(*this, in[0], in[1], in.size() > 2 ? &in[2] : nullptr);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return weights(in, /*shift=*/false);
  }
  // shifted: e^{s_j − max s} / Σ e^{s − max s}, the maximum over the keys that are seen.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return weights(in, /*shift=*/true);
  }
  // dq = scale ds k, dk = scale dsᵀ q, dmask = ds summed over what was broadcast
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    const T ds = through_softmax(y, ct);
    const T scaled = scaled_by(*this, ds, in[0].shape().back(0));
    std::vector<T> out{matmul(scaled, in[1]), matmul(transpose_last(scaled), in[0])};
    if (in.size() > 2 && mask == "additive") out.push_back(sum_to(ds, in[2].shape()));
    return out;
  }
  static Sample<AttentionWeights> sample(Choices& choices) {
    auto sample = sample_attention<AttentionWeights>(choices);
    sample.shapes.erase(sample.shapes.begin() + 2), sample.domains.erase(sample.domains.begin() + 2);
    return sample;
  }

 private:
  template <Number N>
  Tensor<N> weights(const Tensors<N>& in, bool shift) const {
    const Shape &q = in[0].shape(), &k = in[1].shape();
    const Tensor<N>* m = in.size() > 2 ? &in[2] : nullptr;
    const Heads h = Heads::of(q, k, m != nullptr ? &m->shape() : nullptr);
    std::vector<N> all;
    const Shape to = Heads::scores(q, k);
    for (Index row = 0; to.size() > 0 && row < h.count * h.queries; ++row)
      for (N& p : weights_of(score_row(*this, h, in[0], in[1], m, row / h.queries, row % h.queries), shift))
        all.push_back(std::move(p));
    return Tensor<N>(to, std::move(all));
  }
};
BOOST_DESCRIBE_STRUCT(AttentionWeights, (), (mask, is_causal, start, scale))

}  // namespace plumbline::spec
