// dx = Σ of ct over the places of a padded x that read each element
#pragma once

#include "spec/ops/apply.h"

namespace plumbline::spec {

inline constexpr std::array<Words, 1> pad_words{{{"mode", {"constant", "reflect", "replicate"}}}};

// Padding before and after an axis: one number for all, or two for each axis from the first.
inline Index pad_before(const Axes& padding, Index axis) {
  return padding[padding.size() == 1 ? 0 : static_cast<std::size_t>(2 * axis)];
}
inline Index pad_after(const Axes& padding, Index axis) {
  return padding[padding.size() == 1 ? 0 : static_cast<std::size_t>(2 * axis + 1)];
}

// The place of an axis of n that place k of the padded axis, counted from the first of x, reads; −1: the value.
inline Index pad_place(const std::string& mode, Index k, Index n) {
  if (k >= 0 && k < n) return k;
  if (mode == "constant") return -1;
  if (mode == "replicate") return k < 0 ? 0 : n - 1;
  return k < 0 ? -k : 2 * (n - 1) - k;
}

// [op C1] the number of entries, [op C2] their range, [op C3] the mode.
template <class O>
Result<void> check_padding(const O& op, Index rank) {
  const Index entries = static_cast<Index>(op.padding.size());
  if (entries != 1 && entries != 2 * rank)
    return refuse(op, 1, "padding has ", entries, " entries, expected 1 or ", 2 * rank);
  for (Index p : op.padding)
    if (p < 0 || p > max_elements) return refuse(op, 2, "padding is out of range: ", p);
  const auto known = pad_words[0].list();
  if (std::find(known.begin(), known.end(), op.mode) == known.end())
    return refuse(op, 3, "mode is ", op.mode, ", expected constant, reflect or replicate");
  return {};
}

// [op C4] there is enough to mirror, or an edge to repeat.
template <class O>
Result<void> check_padded(const O& op, const Shape& x) {
  for (Index a = 0; a < x.rank(); ++a) {
    const Index most = std::max(pad_before(op.padding, a), pad_after(op.padding, a));
    const bool fits = op.mode == "constant" || most == 0 || (op.mode == "reflect" ? most < x[a] : x[a] > 0);
    if (!fits) return refuse(op, 4, "extent ", x[a], " of axis ", a, " is too small for ", op.mode, " padding ", most);
  }
  return {};
}

struct PadGrad {
  Axes padding{0};
  std::string mode = "constant";

  static constexpr std::string_view name = "pad_grad", summary = "ct summed where a padded x was read";
  static constexpr auto words = pad_words;
  static constexpr int arity = 1;
  bool operator==(const PadGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (const auto fits = check_padding(*this, in[0].rank()); !fits)  // [pad_grad C1..C3]
      return tl::unexpected(fits.error());
    Shape x = in[0];
    for (Index a = 0; a < x.rank(); ++a) {
      x[a] -= pad_before(padding, a) + pad_after(padding, a);
      if (x[a] < 0) return refuse(*this, 5, "ct is shorter than the padding of axis ", a, ": ", in[0][a]);
    }
    if (const auto fits = check_padded(*this, x); !fits) return tl::unexpected(fits.error());  // [pad_grad C4]
    return x;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape &from = in[0].shape(), to = *shape({from});
    const auto steps = from.strides(), strides = to.strides();
    std::vector<std::vector<Index>> readers(static_cast<std::size_t>(to.size()));
    for (Index i = 0; i < in[0].size(); ++i) {
      Index at = 0, rest = i;
      for (Index a = 0; a < to.rank() && at >= 0; ++a) {
        const auto k = static_cast<std::size_t>(a);
        const Index place = pad_place(mode, rest / steps[k] - pad_before(padding, a), to[a]);
        at = place < 0 ? -1 : at + place * strides[k], rest %= steps[k];
      }
      if (at >= 0) readers[static_cast<std::size_t>(at)].push_back(i);
    }
    return Tensor<N>::generate(to, [&](Index i) {
      const auto& places = readers[static_cast<std::size_t>(i)];
      return sum<N>(static_cast<Index>(places.size()),
                    [&](Index k) -> const N& { return in[0][places[static_cast<std::size_t>(k)]]; });
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& v) const;

  static Sample<PadGrad> sample(Choices& choices);
};
BOOST_DESCRIBE_STRUCT(PadGrad, (), (padding, mode))

}  // namespace plumbline::spec

#include "spec/ops/shape/pad.h"
