// What attention and its kin share: shapes, masks, and rows of scores s_j = scale · q·k_j + mask_j
#pragma once

#include "spec/ops/norm/shift.h"

namespace plumbline::spec {

inline constexpr std::array<Words, 1> attention_words{{{"mask", {"boolean", "additive"}}}};

// Where the inputs of an attention op lie: q and k are [.., T, d] and [.., S, d] with one prefix.
struct Heads {
  Index count = 0, queries = 0, keys = 0, width = 0;
  std::vector<Index> mask_at;  // for each [.., T, S] place the element of the mask; empty without one

  // [.., T, S]
  static Shape scores(const Shape& q, const Shape& k) {
    Shape s = q;
    s[s.rank() - 1] = k.back(1);
    return s;
  }
  static Heads of(const Shape& q, const Shape& k, const Shape* mask) {
    Heads h{1, q.back(1), k.back(1), q.back(0), {}};
    for (Index a = 0; a + 2 < q.rank(); ++a) h.count *= q[a];
    if (mask != nullptr) h.mask_at = broadcast_offsets(*mask, scores(q, k));
    return h;
  }
};

// [op C1] q and k have two axes, [op C2] one prefix and one width, [op C3] the mask broadcasts to the scores, which are
// not too large, [op C4] mask is a known word, [op C5] start is 0, or in range and is_causal, [op C6] scale is finite.
template <class O>
Result<Shape> score_shape(const O& op, const Shape& q, const Shape& k, const Shape* mask) {
  if (q.rank() < 2 || k.rank() < 2) return refuse(op, 1, "q and k need two axes: ", q, " vs ", k);
  Shape like = k;
  like[like.rank() - 2] = q.back(1);
  if (like != q) return refuse(op, 2, "q and k differ in prefix or width: ", q, " vs ", k);
  const Shape scores = Heads::scores(q, k);
  if (!scores.valid()) return refuse(op, 3, "scores ", scores, " are too large");
  if (const auto all = mask != nullptr ? broadcast(*mask, scores) : scores; !all || *all != scores)
    return refuse(op, 3, "mask does not broadcast to the scores: ", *mask, " vs ", scores);
  if (op.mask != "boolean" && op.mask != "additive")
    return refuse(op, 4, "mask is boolean or additive, got ", op.mask);
  if (const Index last = op.is_causal ? max_elements : 0; op.start < 0 || last < op.start)
    return refuse(op, 5, "start is from 0 to ", max_elements, ", and 0 unless is_causal, got ", op.start);
  if (!std::isfinite(op.scale)) return refuse(op, 6, "scale is not finite: ", op.scale);
  return scores;
}

// The scores of one query: s_j, and whether key j is seen.
template <Number N>
struct ScoreRow {
  std::vector<N> s;
  std::vector<Truth> seen;

  Index size() const { return static_cast<Index>(s.size()); }
  const N& operator[](Index j) const { return s[static_cast<std::size_t>(j)]; }
  Truth sees(Index j) const { return seen[static_cast<std::size_t>(j)]; }
  // x where key j is seen, else 0.
  N only(Index j, const N& x) const { return select(sees(j), x, N(Index{0})); }
};

// 1/√d, or the scale that is set.
template <class O, Number N>
N scale_of(const O& op, const N& like, Index width) {
  return op.scale == 0 ? N(N(Index{1}) / sqrt(N(std::max<Index>(1, width)))) : real(like, op.scale);
}

// Key j is blocked by a boolean mask of 0, an additive mask of −∞, and where is_causal by j > start + i.
template <class O, Number N>
ScoreRow<N> score_row(const O& op, const Heads& h, const Tensor<N>& q, const Tensor<N>& k, const Tensor<N>* mask,
                      Index head, Index i) {
  ScoreRow<N> row;
  const N* x = q.elements().data() + (head * h.queries + i) * h.width;
  for (Index j = 0; j < h.keys; ++j) {
    const N* y = k.elements().data() + (head * h.keys + j) * h.width;
    const N dot = sum<N>(h.width, [=](Index c) { return x[c] * y[c]; });
    N score = dot * scale_of(op, dot, h.width);
    Truth seen = tri(!op.is_causal || j <= i + op.start);
    if (mask != nullptr) {
      const N& m = (*mask)[h.mask_at[static_cast<std::size_t>((head * h.queries + i) * h.keys + j)]];
      const N zero(Index{0});
      const Truth blocked = op.mask == "boolean" ? equal(m, zero) : is_infinite(m) & less(m, zero);
      if (op.mask == "additive") score = score + select(blocked, zero, m);
      seen = seen & !blocked;
    }
    row.s.push_back(std::move(score));
    row.seen.push_back(seen);
  }
  return row;
}

// The largest score seen so far; `any` where there is one.
template <Number N>
struct Top {
  N value{Index{0}};
  Truth any = Tri::no;

  void see(const ScoreRow<N>& row, Index j) {
    const N first = select(row.sees(j), row[j], value);
    value = select(any & row.sees(j), maximum(value, row[j]), first);
    any = any | row.sees(j);
  }
};

// p_j = e^{s_j} / Σ e^s over the keys that are seen, 0 for the others. `shift`: with s_j − max s.
template <Number N>
std::vector<N> weights_of(const ScoreRow<N>& row, bool shift) {
  Top<N> top;
  for (Index j = 0; shift && j < row.size(); ++j) top.see(row, j);
  std::vector<N> p;
  for (Index j = 0; j < row.size(); ++j)
    p.push_back(row.only(j, exp(shift ? shifted(row[j], top.value) : row[j])));
  const N total = sum<N>(row.size(), [&](Index j) -> const N& { return p[static_cast<std::size_t>(j)]; });
  for (Index j = 0; j < row.size(); ++j) {
    N& x = p[static_cast<std::size_t>(j)];
    x = row.only(j, shift ? unless_contested(top.value, total, N(x / total)) : N(x / total));
  }
  return p;
}

// q, k, v and perhaps a mask, with all attributes and many keys now and then.
template <class O>
Sample<O> sample_attention(Choices& choices) {
  O op;
  const Shape prefix = pick_shape(choices, 0, 2, 5);
  const bool long_keys = choices.pick(0, 5) == 5;
  const Index d = pick_extent(choices, long_keys ? 3 : 17), queries = pick_extent(choices, long_keys ? 3 : 9);
  const Index others = long_keys ? 120 + pick_extent(choices, 33) : pick_extent(choices, 17);
  const Index keys = !long_keys && choices.pick(0, 2) == 2 ? queries : others;
  const auto heads = [&](Index rows, Index width) {
    Shape s = prefix;
    s.push_back(rows), s.push_back(width);
    return s;
  };
  const Domain finite = Domain::within(-0x1p40, 0x1p40);  // scores stay numbers in every format that reads them
  Sample<O> sample{op, {heads(queries, d), heads(keys, d), heads(keys, pick_extent(choices, 9))},
                   {finite, finite, finite}};
  if (choices.coin()) {
    sample.op.mask = choices.coin() ? "additive" : "boolean";
    sample.shapes.push_back(pick_broadcastable(choices, heads(queries, keys)));
    sample.domains.push_back(sample.op.mask == "boolean" ? Domain::mask()
                                                         : Domain::within(-0x1p40, 0x1p40, {0, -88, 9}));
  }
  sample.op.is_causal = choices.pick(0, 2) == 2;
  if (sample.op.is_causal) sample.op.start = choices.coin() ? choices.pick(0, 3) : std::max<Index>(0, keys - queries);
  if (choices.pick(0, 2) == 2) sample.op.scale = choices.one_of<double>({1, 0.125, 0.3, -0.5});
  return sample;
}

}  // namespace plumbline::spec
