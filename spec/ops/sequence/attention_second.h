// The cotangents of attention row by row, and their own derivatives as ops
#pragma once

#include "spec/ops/sequence/attention_grad.h"

namespace plumbline::spec {

// Row i of q, of k and of v as tensors of vectors: what a cotangent is a sum of.
template <Number N>
Tensor<N> AttentionGrad::cotangent(const Tensors<N>& in, bool shift) const {
  const Heads h = Heads::of(in[0].shape(), in[1].shape(), in.size() > 4 ? &in[4].shape() : nullptr);
  const Shape to = *shape(shapes_of(in));
  const Index width = in[2].shape().back(0), rows = h.count * h.queries;
  std::vector<Row<N>> row;
  for (Index i = 0; to.size() > 0 && i < rows; ++i) row.push_back(row_of(in, h, i, shift));
  const auto entry = [&](Index i, Index j, const N& x) { return row[static_cast<std::size_t>(i)].scores.only(j, x); };
  const auto ds = [&](Index i, Index j) -> const N& {
    return row[static_cast<std::size_t>(i)].ds[static_cast<std::size_t>(j)];
  };
  if (wrt == "query")
    return Tensor<N>::generate(to, [&](Index e) {
      const Index i = e / h.width, from = i / h.queries * h.keys * h.width + e % h.width;
      const N dot = sum<N>(h.keys, [&](Index j) { return entry(i, j, ds(i, j) * in[1][from + j * h.width]); });
      return N(dot * scale_of(*this, dot, h.width));
    });
  if (wrt == "mask") {
    std::vector<std::vector<Index>> readers(static_cast<std::size_t>(to.size()));
    for (std::size_t s = 0; s < h.mask_at.size(); ++s)
      readers[static_cast<std::size_t>(h.mask_at[s])].push_back(static_cast<Index>(s));
    return Tensor<N>::generate(to, [&](Index e) {
      const auto& places = readers[static_cast<std::size_t>(e)];
      return sum<N>(static_cast<Index>(places.size()), [&](Index n) {
        const Index s = places[static_cast<std::size_t>(n)];
        return ds(s / h.keys, s % h.keys);
      });
    });
  }
  const bool key = wrt == "key";
  const Index columns = key ? h.width : width;
  return Tensor<N>::generate(to, [&](Index e) {
    const Index c = e % columns, j = e / columns % h.keys, first = e / columns / h.keys * h.queries;
    const N dot = sum<N>(h.queries, [&](Index t) {
      const Index i = first + t;
      const N& p = row[static_cast<std::size_t>(i)].p[static_cast<std::size_t>(j)];
      return entry(i, j, key ? N(ds(i, j) * in[0][i * columns + c]) : N(p * in[3][i * columns + c]));
    });
    return key ? N(dot * scale_of(*this, dot, h.width)) : dot;
  });
}

// With J w = p (w − Σ p w): a cotangent w of ds reaches ct as (J w) v, v as (J w)ᵀ ct and p as
// w (dp − Σ p dp) − dp Σ p w; one of p reaches the scores through J again.
template <TensorLike T>
std::vector<T> AttentionGrad::vjp(const std::vector<T>& in, const T&, const T& u) const {
  const T &q = in[0], &k = in[1], &v = in[2], &ct = in[3];
  std::vector<T> scored{q, k};
  if (in.size() > 4) scored.push_back(in[4]);
  const T p = call(AttentionWeights{mask, is_causal, start, scale}, scored);
  const auto scaled = [&](const T& x) { return scaled_by(*this, x, q.shape().back(0)); };
  const auto row_sum = [](const T& x) { return call(Sum{{-1}, true}, x); };
  const T dp = matmul(ct, transpose_last(v)), ds = through_softmax(p, dp);
  const auto zeros = [&](const Shape& s) { return full_like(u, s, 0); };
  T to_p = u, dct = u, dq = zeros(q.shape()), dk = zeros(k.shape()), dv = zeros(v.shape());
  if (wrt == "value") {
    to_p = matmul(ct, transpose_last(u)), dct = matmul(p, u);
  } else {
    const T w = wrt == "query" ? scaled(matmul(u, transpose_last(k)))
                : wrt == "key" ? scaled(matmul(q, transpose_last(u)))
                               : broadcast_to(u, p.shape());
    const T jw = through_softmax(p, w);
    to_p = sub(mul(w, sub(dp, row_sum(mul(p, dp)))), mul(dp, row_sum(mul(p, w))));
    dct = matmul(jw, v), dv = matmul(transpose_last(jw), ct);
    if (wrt == "query") dk = matmul(transpose_last(scaled(ds)), u);
    if (wrt == "key") dq = matmul(scaled(ds), u);
  }
  const T to_scores = through_softmax(p, to_p), back = scaled(to_scores);
  std::vector<T> out{add(dq, matmul(back, k)), add(dk, matmul(transpose_last(back), q)), dv, dct};
  if (in.size() > 4 && mask == "additive") out.push_back(sum_to(to_scores, in[4].shape()));
  return out;
}

}  // namespace plumbline::spec
