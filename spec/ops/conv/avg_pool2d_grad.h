// dx = Σ over the windows that read x of ct / count
#pragma once

#include "spec/ops/conv/pooling.h"

namespace plumbline::spec {

struct AvgPool2dGrad {
  Axes size{1};  // height and width of x
  Axes kernel{2}, stride{}, padding{0};
  bool count_include_pad = true;

  static constexpr std::string_view name = "avg_pool2d_grad", summary = "ct spread evenly over each window";
  static constexpr int arity = 1;
  bool operator==(const AvgPool2dGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (in[0].rank() != 4) return refuse(*this, 1, "ct is not [batch, channels, height, width]: ", in[0]);
    if (size.size() != 1 && size.size() != 2)
      return refuse(*this, 5, "size has ", size.size(), " entries, expected 1 or 2");
    const Shape x = x_shape(in[0]);
    if (!x.valid()) return refuse(*this, 5, "input ", x, " is not valid");
    const auto w = pool_windows(*this, x);  // [avg_pool2d_grad C2..C4]
    if (!w) return tl::unexpected(w.error());
    if (pooled_shape(x, *w) != in[0])
      return refuse(*this, 6, "ct differs from the output: ", in[0], " vs ", pooled_shape(x, *w));
    return x;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape x = x_shape(in[0].shape());
    const Windows w = *pool_windows(*this, x);
    std::vector<Index> counts;
    for (Index place = 0; place < w[0].out * w[1].out; ++place)
      counts.push_back(count_include_pad ? w[0].kernel * w[1].kernel : static_cast<Index>(taps_of(w, place).size()));
    return unpool<N>(x, w, [&](Index at, Index place, Index, Index) {
      return in[0][at] / N(counts[static_cast<std::size_t>(place)]);
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& v) const;  // avg_pool2d.h

  static Sample<AvgPool2dGrad> sample(Choices& choices) {
    AvgPool2dGrad op;
    const Shape x = sample_pool(choices, op);
    op.size = {x[2], x[3]};
    op.count_include_pad = !choices.coin();
    return {op, {pooled_shape(x, *pool_windows(op, x))}, {}};
  }

 private:
  Shape x_shape(const Shape& ct) const {
    const auto [h, w] = pair_of(size);
    return {ct[0], ct[1], h, w};
  }
};
BOOST_DESCRIBE_STRUCT(AvgPool2dGrad, (), (size, kernel, stride, padding, count_include_pad))

}  // namespace plumbline::spec

#include "spec/ops/conv/avg_pool2d.h"
