// y_i = Σ_j softmax_j(scale · q_i·k_j + mask_ij) v_j
#pragma once

#include "spec/ops/sequence/attention_grad.h"

namespace plumbline::spec {

struct Attention {
  std::string mask = "boolean";  // true attends; or additive, where −∞ blocks
  bool is_causal = false;        // query i sees the keys j ≤ start + i: with a cache, start is the cached keys
  Index start = 0;
  double scale = 0;              // 0: 1/√d

  static constexpr std::string_view
      name = "attention",
      summary = "y = softmax(scale q k^T + mask) v, a fully blocked row is 0; inputs q, k, v[, mask]";
  static constexpr int arity = 3, most_inputs = 4;
  static constexpr std::array<std::string_view, 2> methods{"materialised", "online"};
  static constexpr auto words = attention_words;
  static constexpr Index block = 64;  // keys that `online` takes at a time
  bool operator==(const Attention&) const = default;

  bool differentiable(std::size_t input) const { return input < 3 || mask == "additive"; }
  Result<Shape> shape(const Shapes& in) const {
    const auto scores = score_shape(*this, in[0], in[1], in.size() > 3 ? &in[3] : nullptr);  // [attention C1..C6]
    if (!scores) return tl::unexpected(scores.error());
    return value_shape(*this, in[0], in[1], in[2]);  // [attention C7]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return by_rows(in, [&](const ScoreRow<N>& row, auto&& v, Index c) { return weighted(row, v, c, /*shift=*/false); });
  }
  // Both equal the textbook [attention B1]. materialised: the weights first, shifted by the maximum. online: in blocks
  // of keys, whose sums are rescaled when the maximum grows (Milakov and Gimelshein 2018; Dao et al., FlashAttention,
  // 2022).
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    if (method == "online")
      return by_rows(in, [&](const ScoreRow<N>& row, auto&& v, Index c) { return by_blocks(row, v, c); });
    return by_rows(in, [&](const ScoreRow<N>& row, auto&& v, Index c) { return weighted(row, v, c, /*shift=*/true); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    std::vector<T> from{in[0], in[1], in[2], ct}, out;
    if (in.size() > 3) from.push_back(in[3]);
    for (const char* wrt : {"query", "key", "value", "mask"})
      if (out.size() < 3 || (in.size() > 3 && mask == "additive"))
        out.push_back(call(AttentionGrad{wrt, mask, is_causal, start, scale}, from));
    return out;
  }
  static Sample<Attention> sample(Choices& choices) { return sample_attention<Attention>(choices); }

 private:
  // y_i = f(scores of row i, (j, c) ↦ v_jc, width of v), a vector.
  template <Number N, class F>
  Tensor<N> by_rows(const Tensors<N>& in, F&& f) const {
    const Tensor<N>* m = in.size() > 3 ? &in[3] : nullptr;
    const Heads h = Heads::of(in[0].shape(), in[1].shape(), m != nullptr ? &m->shape() : nullptr);
    const Index width = in[2].shape().back(0);
    std::vector<N> all;
    const Shape to = *value_shape(*this, in[0].shape(), in[1].shape(), in[2].shape());
    for (Index row = 0; to.size() > 0 && row < h.count * h.queries; ++row) {
      const N* v = in[2].elements().data() + row / h.queries * h.keys * width;
      const ScoreRow<N> scores = score_row(*this, h, in[0], in[1], m, row / h.queries, row % h.queries);
      for (N& y : f(scores, [=](Index j, Index c) -> const N& { return v[j * width + c]; }, width))
        all.push_back(std::move(y));
    }
    return Tensor<N>(to, std::move(all));
  }
  template <Number N, class V>
  static std::vector<N> weighted(const ScoreRow<N>& row, V&& v, Index width, bool shift) {
    const std::vector<N> p = weights_of(row, shift);
    std::vector<N> y;
    for (Index c = 0; c < width; ++c)
      y.push_back(sum<N>(row.size(), [&](Index j) { return row.only(j, p[static_cast<std::size_t>(j)] * v(j, c)); }));
    return y;
  }
  // With m the maximum so far: l = Σ e^{s − m} and y = Σ e^{s − m} v; y / l at the end.
  template <Number N, class V>
  static std::vector<N> by_blocks(const ScoreRow<N>& row, V&& v, Index width) {
    Top<N> top;
    N total(Index{0});
    std::vector<N> y(static_cast<std::size_t>(width), N(Index{0}));
    for (Index begin = 0; begin < row.size(); begin += block) {
      const Index n = std::min(block, row.size() - begin);
      const Top<N> before = top;
      for (Index j = begin; j < begin + n; ++j) top.see(row, j);
      const N keep = select(before.any, exp(shifted(before.value, top.value)), N(Index{0}));
      std::vector<N> e;
      for (Index j = begin; j < begin + n; ++j) e.push_back(row.only(j, exp(shifted(row[j], top.value))));
      total = total * keep + sum<N>(n, [&](Index j) -> const N& { return e[static_cast<std::size_t>(j)]; });
      for (Index c = 0; c < width; ++c) {
        N& sum_so_far = y[static_cast<std::size_t>(c)];
        sum_so_far = sum_so_far * keep + sum<N>(n, [&](Index j) {
          return row.only(begin + j, e[static_cast<std::size_t>(j)] * v(begin + j, c));
        });
      }
    }
    for (N& sum_of_all : y)
      sum_of_all = select(top.any, unless_contested(top.value, total, N(sum_of_all / total)), N(Index{0}));
    return y;
  }
};
BOOST_DESCRIBE_STRUCT(Attention, (), (mask, is_causal, start, scale))

}  // namespace plumbline::spec
