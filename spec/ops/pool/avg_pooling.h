// y = (Σ x of each window) / count, and the way back
#pragma once

#include "spec/ops/pool/unpooling.h"
#include "spec/ops/reduce/mean.h"

namespace plumbline::spec {

// The two ops with attributes A: Pool, Grad.
template <class A>
struct AvgFamily;

template <int dims>
struct AvgPoolAttributes {
  Axes kernel{2}, stride{}, padding{0};  // one number, or one for each axis; padding also before and after
  bool ceil_mode = false;
  bool count_include_pad = true;  // the count is of taps in x or its padding; else of those in x
  Index divisor_override = 0;     // divides instead, unless it is 0
  static constexpr int axes = dims;
  bool operator==(const AvgPoolAttributes&) const = default;

  Index count(const Reads& window) const {
    if (divisor_override != 0) return divisor_override;
    return count_include_pad ? window.counted : static_cast<Index>(window.taps.size());
  }
  void draw(Choices& choices) {
    count_include_pad = !choices.coin();
    if (choices.pick(0, 3) == 3) divisor_override = choices.coin() ? -3 : choices.pick(1, 7);
  }
};
template <int dims>
struct AdaptiveAvgAttributes : AdaptiveAttributes<dims> {
  bool operator==(const AdaptiveAvgAttributes&) const = default;
  Index count(const Reads& window) const { return window.counted; }
  void draw(Choices&) {}
};

template <class O, class A>
struct AvgPool : A {
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 2> methods{"divided", "scaled"};
  bool operator==(const AvgPool&) const = default;

  Result<Shape> shape(const Shapes& in) const { return pooled(static_cast<const O&>(*this), in[0]); }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return averages(in[0], /*scaled=*/false);
  }
  // divided: the textbook. scaled: Σ x · (1/count).
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return averages(in[0], /*scaled=*/method == "scaled");
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    auto grad = with_attributes<typename AvgFamily<A>::Grad, A>(*this);
    grad.size = spatial(in[0].shape(), A::axes);
    return {call(grad, ct)};
  }
  static Sample<O> sample(Choices& choices) {
    O op;
    const Shape x = sample_pool(choices, op);
    op.draw(choices);
    return {op, {x}, {}};
  }

 private:
  template <Number N>
  Tensor<N> averages(const Tensor<N>& in, bool scaled) const {
    return pool(static_cast<const O&>(*this), in, [&](const Reads& window, auto&& x) {
      return average<N>(static_cast<Index>(window.taps.size()), x, this->count(window), scaled);
    });
  }
};

// dx = Σ over the windows that read x of ct / count
template <class O, class A>
struct AvgPoolGrad : A {
  Axes size{1};  // the spatial extents of x
  static constexpr int arity = 1;
  bool operator==(const AvgPoolGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const O& self = static_cast<const O&>(*this);
    if (in[0].rank() != A::axes + 1 && in[0].rank() != A::axes + 2)
      return refuse(self, 1, "ct is not [batch, channels, ", A::axes, " axes] or without batch: ", in[0]);
    if (spread(size, A::axes).empty())
      return refuse(self, 7, "size has ", size.size(), " entries, expected ", entries_expected(A::axes));
    const Shape x = x_shape(in[0]);
    if (!x.valid()) return refuse(self, 7, "input ", x, " is not valid");
    const auto out = pooled(self, x);
    if (!out) return tl::unexpected(out.error());
    if (*out != in[0]) return refuse(self, 6, "ct differs from the output: ", in[0], " vs ", *out);
    return x;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return unpool<N>(static_cast<const O&>(*this), x_shape(in[0].shape()),
                     [&](const Reads& window, Index, Index at, std::vector<N>& shares) {
                       const N share = in[0][at] / N(this->count(window));
                       for (N& s : shares) s = share;
                     });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& v) const {
    return {call(with_attributes<typename AvgFamily<A>::Pool, A>(*this), v)};
  }
  static Sample<O> sample(Choices& choices) {
    O op;
    const Shape x = sample_pool(choices, op);
    op.size = pick_spelling(choices, spatial(x, A::axes));
    op.draw(choices);
    return {op, {*pooled(op, x)}, {}};
  }

 private:
  Shape x_shape(const Shape& ct) const {
    Shape x(Axes(ct.dims().begin(), ct.dims().end() - A::axes));
    for (Index e : spread(size, A::axes)) x.push_back(e);
    return x;
  }
};

}  // namespace plumbline::spec
