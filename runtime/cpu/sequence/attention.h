// What the attention kernels share: extents, blocks of scores under the mask, products that blocked values never reach
#pragma once

#include <cmath>
#include <vector>

#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/cpu/linalg/gemm.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/math.h"

namespace plumbline::runtime {

inline constexpr Index query_block = 64;  // rows of scores that a part computes at a time

struct AttentionPlan {
  Index heads = 1, queries = 0, keys = 0, width = 0, values = 0;
  double scale = 1;
  bool causal = false, masked = false, additive = false;
  Index start = 0, mask_step = 0;
  std::vector<Index> mask_row;  // where the mask of each row of scores begins

  Index blocks() const { return (queries + query_block - 1) / query_block; }
  Index rows(Index block) const { return std::min(query_block, queries - block * query_block); }
  bool blocks_any() const { return causal || masked; }
  // The number of keys that query i sees, the mask aside.
  Index reach(Index i) const { return causal ? std::min(keys, start + i + 1) : keys; }
};

// Of shapes q, k, v and perhaps the mask's.
inline AttentionPlan attention_plan(const spec::Op& op, const Shape& q, const Shape& k, Index values,
                                    const Shape* mask) {
  AttentionPlan p;
  p.queries = q.back(1), p.keys = k.back(1), p.width = q.back(0), p.values = values;
  for (Index a = 0; a + 2 < q.rank(); ++a) p.heads *= q[a];
  const auto scale = attribute<double>(op, "scale");
  p.scale = scale != 0 ? scale : 1 / std::sqrt(static_cast<double>(std::max<Index>(1, p.width)));
  p.causal = attribute<bool>(op, "is_causal"), p.start = attribute<Index>(op, "start");
  p.additive = attribute<std::string>(op, "mask") == "additive";
  if (mask == nullptr) return p;
  p.masked = true;
  Shape scores = q;
  scores[scores.rank() - 1] = p.keys;
  p.mask_step = mask->rank() > 0 && mask->back(0) != 1 ? 1 : 0;
  Shape first_column = *mask, rows = scores;
  rows[rows.rank() - 1] = 1;
  const Index stride = mask->rank() > 0 ? mask->back(0) : 1;
  if (mask->rank() > 0) first_column[mask->rank() - 1] = 1;
  p.mask_row = spec::broadcast_offsets(first_column, rows);
  for (Index& at : p.mask_row) at *= stride;
  return p;
}

// One head's block of rows, on the calling thread.
template <class T>
struct AttentionRows {
  const AttentionPlan& plan;
  const T* mask;  // or null
  Index head, first, count;

  // Whether row r of the block sees key j.
  bool sees(Index r, Index j) const {
    if (j >= plan.reach(first + r)) return false;
    if (mask == nullptr) return true;
    const T m = mask_at(r)[j * plan.mask_step];
    return plan.additive ? m != -std::numeric_limits<T>::infinity() : m != 0;
  }
  const T* mask_at(Index r) const {
    return mask + plan.mask_row[static_cast<std::size_t>(head * plan.queries + first + r)];
  }
  // s_rj = scale · q_r·k_j + mask for the keys [begin, begin + n), −∞ where key j is not seen; rows `stride` apart.
  void scores(const T* q, const T* k, Index begin, Index n, T* s, Index stride) const {
    const Index d = plan.width;
    const T* from = q + (head * plan.queries + first) * d;
    if (d == 0 || n == 0)
      for (Index r = 0; r < count; ++r) std::fill_n(s + r * stride, n, T(0));
    else
      gemm(count, n, d, Operand<T>{from, d}, Operand<T>{k + (head * plan.keys + begin) * d, d, true}, s, stride);
    const auto scale = static_cast<T>(plan.scale);
    for (Index r = 0; r < count; ++r) {
      T* row = s + r * stride;
      for (Index j = 0; j < n; ++j) row[j] *= scale;
      if (mask != nullptr && plan.additive) add_mask(row, mask_at(r) + begin * plan.mask_step, n);
      if (!plan.blocks_any()) continue;
      for (Index j = 0; j < n; ++j)
        if (!sees(r, begin + j)) row[j] = -std::numeric_limits<T>::infinity();
    }
  }
  void add_mask(T* row, const T* m, Index n) const {
    for (Index j = 0; j < n; ++j) row[j] += m[j * plan.mask_step];
  }
  // y_r = Σ_j w_rj x_j over the n keys from `begin` that row r sees, or y += where `add`; w is 0 elsewhere.
  void over_keys(const T* w, Index stride, const T* x, Index begin, Index n, Index width, T* y, bool add) const {
    if (n == 0 && !add) std::fill_n(y, count * width, T(0));
    if (n == 0 || width == 0) return;
    if (!plan.blocks_any() || all_finite(x, n * width))
      return gemm(count, width, n, Operand<T>{w, stride}, Operand<T>{x, width}, y, width, add);
    if (!add) std::fill_n(y, count * width, T(0));
    for (Index r = 0; r < count; ++r)
      for (Index j = 0; j < n; ++j)
        if (sees(r, begin + j)) add_scaled(y + r * width, w[r * stride + j], x + j * width, width);
  }
  // y_j += Σ_r w_rj x_r over the rows that see key j, for all keys.
  void over_rows(const T* w, const T* x, Index width, T* y) const {
    if (width == 0) return;
    if (!plan.blocks_any() || all_finite(x, count * width))
      return gemm(plan.keys, width, count, Operand<T>{w, plan.keys, true}, Operand<T>{x, width}, y, width, true);
    for (Index r = 0; r < count; ++r)
      for (Index j = 0; j < plan.keys; ++j)
        if (sees(r, j)) add_scaled(y + j * width, w[r * plan.keys + j], x + r * width, width);
  }

  static void add_scaled(T* y, T w, const T* x, Index n) {
    for (Index c = 0; c < n; ++c) y[c] += w * x[c];
  }
  static bool all_finite(const T* x, Index n) {
    T zero = 0;
    for (Index i = 0; i < n; ++i) zero += x[i] * T(0);
    return zero == 0;
  }
};

template <class T>
bool is_infinite(T x) {
  return x == std::numeric_limits<T>::infinity() || x == -std::numeric_limits<T>::infinity();
}
template <class T>
T largest_number(const T* x, Index n, T top) {
  for (Index j = 0; j < n; ++j) top = x[j] > top ? x[j] : top;
  return top;
}

// e_j = exp(s_j − top), 0 where key j is not seen and 1 at an infinite maximum; `e` may be `s`.
template <class T, class Sees>
void exponentials_below(const T* s, T top, T* e, Index n, Sees&& sees) {
  if (!is_infinite(top)) {
#pragma GCC ivdep
    for (Index j = 0; j < n; ++j) e[j] = math::exp(s[j] - top);
    return;
  }
  for (Index j = 0; j < n; ++j) e[j] = !sees(j) ? T(0) : s[j] == top ? T(1) : math::exp(s[j] - top);
}

// The weights of each row of scores, in place: shifted by the maximum, zeros where nothing is seen.
template <class T>
void weights_in_place(const AttentionRows<T>& rows, T* s) {
  const Index n = rows.plan.keys;
  for (Index r = 0; r < rows.count; ++r) {
    T* row = s + r * n;
    const T top = largest_number(row, n, -std::numeric_limits<T>::infinity());
    exponentials_below(row, top, row, n, [&](Index j) { return rows.sees(r, j); });
    const T total = sum_lanes(row, n);
    if (total == 0) continue;
    const T divisor = is_infinite(top) && total > 1 ? top - top : total;
    for (Index j = 0; j < n; ++j) row[j] /= divisor;
    for (Index j = 0; j < n && divisor != divisor; ++j)
      if (!rows.sees(r, j)) row[j] = 0;
  }
}

}  // namespace plumbline::runtime
