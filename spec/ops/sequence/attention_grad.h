// With p the weights and ds = p (ct vᵀ − Σ p ct vᵀ): dq = scale ds k, dk = scale dsᵀ q, dv = pᵀ ct, dmask = ds
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/sequence/attention_weights.h"

namespace plumbline::spec {

// [op C7]: v has the prefix and the rows of k. The shape of what is attended to, [.., T, width of v].
template <class O>
Result<Shape> value_shape(const O& op, const Shape& q, const Shape& k, const Shape& v) {
  Shape like = k, out = q;
  if (v.rank() == k.rank()) out[out.rank() - 1] = like[like.rank() - 1] = v.back(0);
  if (like != v) return refuse(op, 7, "k and v differ in prefix or rows: ", k, " vs ", v);
  if (!out.valid()) return refuse(op, 7, "shape ", out, " is too large, of k and v ", k, " vs ", v);
  return out;
}

struct AttentionGrad {
  std::string wrt = "query";     // or key, value, mask: whose cotangent
  std::string mask = "boolean";  // the other attributes are those of attention
  bool is_causal = false;
  Index start = 0;
  double scale = 0;

  static constexpr std::string_view
      name = "attention_grad", summary = "the cotangent of attention's input wrt; inputs q, k, v, ct[, mask]";
  static constexpr int arity = 4, most_inputs = 5;
  static constexpr std::array<std::string_view, 1> methods{"shifted"};
  static constexpr std::array<Words, 2> words{
      {{"wrt", {"query", "key", "value", "mask"}}, {"mask", {"boolean", "additive"}}}};
  bool operator==(const AttentionGrad&) const = default;

  bool differentiable(std::size_t input) const { return input < 4 || mask == "additive"; }
  Result<Shape> shape(const Shapes& in) const {
    const Shape* m = in.size() > 4 ? &in[4] : nullptr;
    if (const auto scores = score_shape(*this, in[0], in[1], m); !scores)  // [attention_grad C1..C6]
      return tl::unexpected(scores.error());
    const auto out = value_shape(*this, in[0], in[1], in[2]);  // [attention_grad C7]
    if (!out) return tl::unexpected(out.error());
    if (in[3] != *out) return refuse(*this, 8, "ct differs from attention's shape: ", in[3], " vs ", *out);
    if (wrt == "mask" && m != nullptr && mask == "additive") return *m;
    for (std::size_t i = 0; i < 3; ++i)
      if (wrt == words[0].values[i]) return in[i];
    return refuse(*this, 9, "wrt is query, key, value, or mask where it is additive, got ", wrt, " of ", in.size(),
                  " inputs");
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return cotangent(in, /*shift=*/false);
  }
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return cotangent(in, /*shift=*/true);
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& u) const;  // attention_second.h

  static Sample<AttentionGrad> sample(Choices& choices) {
    auto sample = sample_attention<AttentionGrad>(choices);
    const Shapes& in = sample.shapes;
    const bool biased = in.size() > 3 && sample.op.mask == "additive";
    sample.op.wrt = choices.one_of<std::string>({"query", "key", "value", biased ? "mask" : "value"});
    sample.shapes.insert(sample.shapes.begin() + 3, *value_shape(sample.op, in[0], in[1], in[2]));
    sample.domains.insert(sample.domains.begin() + 3, Domain::within(-0x1p40, 0x1p40));
    return sample;
  }

 private:
  // p and ds of one row, over the keys.
  template <Number N>
  struct Row {
    ScoreRow<N> scores;
    std::vector<N> p, ds;
  };
  // dp_j − dp_f with f the first key that is seen: p (dp − Σ p dp) is the same, and 0 without rounding for a lone key.
  template <Number N>
  static void relative_to_first(Row<N>& r) {
    N first(Index{0});
    Truth any = Tri::no;
    for (Index j = 0; j < r.scores.size(); ++j) {
      first = select(!any & r.scores.sees(j), r.ds[static_cast<std::size_t>(j)], first);
      any = any | r.scores.sees(j);
    }
    for (N& dp : r.ds) dp = dp - first;
  }

  template <Number N>
  Row<N> row_of(const Tensors<N>& in, const Heads& h, Index row, bool shift) const {
    const Index width = in[2].shape().back(0);
    const N *v = in[2].elements().data() + row / h.queries * h.keys * width, *g = in[3].elements().data() + row * width;
    Row<N> r{score_row(*this, h, in[0], in[1], in.size() > 4 ? &in[4] : nullptr, row / h.queries, row % h.queries),
             {}, {}};
    r.p = weights_of(r.scores, shift);
    const auto at = [](const std::vector<N>& x, Index j) -> const N& { return x[static_cast<std::size_t>(j)]; };
    for (Index j = 0; j < h.keys; ++j)
      r.ds.push_back(sum<N>(width, [=](Index c) { return g[c] * v[j * width + c]; }));
    if (!shift) relative_to_first(r);
    const N mean = sum<N>(h.keys, [&](Index j) { return r.scores.only(j, at(r.p, j) * at(r.ds, j)); });
    for (Index j = 0; j < h.keys; ++j)
      r.ds[static_cast<std::size_t>(j)] = r.scores.only(j, at(r.p, j) * (at(r.ds, j) - mean));
    return r;
  }
  template <Number N>
  Tensor<N> cotangent(const Tensors<N>& in, bool shift) const;  // attention_second.h
};
BOOST_DESCRIBE_STRUCT(AttentionGrad, (), (wrt, mask, is_causal, start, scale))

}  // namespace plumbline::spec

#include "spec/ops/sequence/attention_second.h"
