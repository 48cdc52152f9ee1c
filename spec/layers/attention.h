// Multi-head attention head by head: y = Σ heads softmax(q kᵀ / √d + mask) v W_oᵀ, from exponentials and sums.
#pragma once

#include <optional>

#include "spec/layers/positions.h"
#include "spec/ops/compare/where.h"
#include "spec/ops/function/exp.h"
#include "spec/ops/random/dropout.h"
#include "spec/ops/reduce/sum.h"
#include "spec/ops/shape/broadcast_to.h"
#include "spec/ops/shape/tril.h"

namespace plumbline::spec {

// The mask of (seed, path, step), where the step is data.
template <TensorLike T>
struct Dropping {
  double p = 0;
  std::uint64_t seed = 0;
  std::optional<T> step = std::nullopt;  // without one nothing is dropped
  T operator()(const T& x, const std::string& path) const {
    return step && p > 0 ? call(Dropout{p, seed, path, 0, true}, x, *step) : x;
  }
};

template <TensorLike T>
struct MultiheadAttention {
  Index heads = 1, width = 1;  // d, of each head
  bool causal = false;
  std::optional<T> boolean = std::nullopt, additive = std::nullopt;  // masks, [.., heads, T, S] or as it broadcasts
  bool rotary = false;
  Dropping<T> dropping = {};
  std::string path = {};  // of the probabilities' dropout

  // x [.., T, E] attends to memory [.., S, E].
  T operator()(const T& x, const T& memory, const Weights<T>& w) const {
    std::vector<T> scores, values;
    for (Index h = 0; h < heads; ++h) {
      T q = projected(x, w, 0, h), k = projected(memory, w, 1, h);
      if (rotary) q = rotary_positions(q), k = rotary_positions(k);
      const T root = call(Sqrt{}, literal(x, static_cast<double>(width)));
      scores.push_back(in_front(div(matmul(q, transpose_last(k)), root)));
      values.push_back(projected(memory, w, 2, h));
    }
    const T all = scores.size() == 1 ? scores[0] : call(Concat{-3}, scores);
    const T p = dropping(probabilities(all), path);
    std::vector<T> attended;
    for (Index h = 0; h < heads; ++h) {
      const T mine = slice(p, -3, h, h + 1);
      Shape shape = x.shape();
      shape[shape.rank() - 1] = memory.shape().back(1);
      attended.push_back(matmul(reshape(mine, shape), values[static_cast<std::size_t>(h)]));
    }
    return affine(call(Concat{-1}, attended), w / "out_proj");
  }

 private:
  // Rows of head h in the third `part` of in_proj_weight.
  T projected(const T& x, const Weights<T>& w, Index part, Index h) const {
    const Index first = (part * heads + h) * width;
    const T rows = slice(w("in_proj_weight"), 0, first, first + width);
    if (!w.has("in_proj_bias")) return affine(x, rows);
    const T bias = slice(w("in_proj_bias"), 0, first, first + width);
    return affine(x, rows, &bias);
  }
  // [.., T, S] → [.., 1, T, S]
  static T in_front(const T& s) {
    Shape shape;
    for (Index a = 0; a + 2 < s.shape().rank(); ++a) shape.push_back(s.shape()[a]);
    for (const Index n : {Index{1}, s.shape().back(1), s.shape().back(0)}) shape.push_back(n);
    return reshape(s, shape);
  }
  // exp(s_j) / Σ exp(s_j) over the keys that are seen; a row that sees none is zero.
  T probabilities(T s) const {
    if (additive) s = add(s, *additive);
    T e = call(Exp{}, s);
    const T none = literal(s, 0);
    if (boolean) e = where(broadcast_to(*boolean, s.shape()), e, none);
    if (causal) {
      const T lower = call(Tril{0}, full_like(s, {s.shape().back(1), s.shape().back(0)}, 1));
      e = where(broadcast_to(lower, s.shape()), e, none);
    }
    const T total = call(Sum{{-1}, true}, e);
    return div(e, where(total, total, literal(s, 1)));
  }
};

}  // namespace plumbline::spec
