// y = the input gradient of a convolution, taken forwards: each x spreads a kernel over y, stride apart
#pragma once

#include "spec/ops/conv/conv_gradients.h"
#include "spec/ops/shape/slice.h"

namespace plumbline::spec {

struct ConvTransposeAttributes {
  Axes stride{1}, padding{0};  // one number, or one for each axis; padding also before and after for each: cut from y
  Axes output_padding{0};      // elements at the end of y, beyond the last stride
  Index groups = 1;
  Axes dilation{1};
  bool operator==(const ConvTransposeAttributes&) const = default;
};

// [op C1..C6]: the convolution whose y is our x, and whose x is our y. Its windows are those of our x, even where
// output_padding leaves room for more.
template <class O>
Result<Convolution> transposed(const O& op, const Shape& x, const Shape& w) {
  constexpr int axes = O::axes;
  const Index lead = x.rank() - axes;
  if (lead != 1 && lead != 2)
    return refuse(op, 1, "input is not [batch, channels, ", axes, " axes] or without batch: ", x);
  if (w.rank() != axes + 2) return refuse(op, 2, "weight is not [in, out / groups, ", axes, " axes]: ", w);
  if (op.groups < 1 || w[0] % op.groups != 0 || w[1] > max_elements / op.groups)
    return refuse(op, 3, "groups do not divide the channels: ", op.groups, " vs ", w[0], " in, ", w[1], " out each");
  if (w[0] != x[lead - 1]) return refuse(op, 4, "channels differ: ", x[lead - 1], " vs ", w[0]);
  const Axes more = spread(op.output_padding, axes), kernel = spatial(w, axes), in = spatial(x, axes);
  if (more.empty())
    return refuse(op, 5, "output_padding has ", op.output_padding.size(), " entries, expected ",
                  entries_expected(axes));
  // Attributes in range, tried on extents that always fit.
  auto window =
      windows(Axes(static_cast<std::size_t>(axes), max_elements), kernel, {op.stride, op.padding, op.dilation});
  if (!window) return refuse(op, 5, window.error().what());
  for (std::size_t a = 0; a < kernel.size(); ++a) {
    Window& v = (*window)[a];
    if (more[a] < 0 || (more[a] >= v.stride && more[a] >= v.dilation))
      return refuse(op, 5, "output_padding is not below the stride or the dilation: ", more[a], " vs ", v.stride,
                    " and ", v.dilation);
    const bool huge = in[a] > 1 && v.stride > max_elements / (in[a] - 1);
    v.out = in[a];
    v.in = huge ? -1 : (in[a] - 1) * v.stride - v.before - v.after + v.span() + 1 + more[a];
    if (in[a] < 1 || v.in < 1)
      return refuse(op, 6, "output has no elements, or too many: input ", in[a], ", stride ", v.stride, ", kernel ",
                    v.kernel, ", padding ", v.before, " and ", v.after);
  }
  Convolution conv{lead == 2, lead == 2 ? x[0] : 1, op.groups, w[1], w[0] / op.groups, *window};
  if (const Shape y = conv.shape(Operand::x); !y.valid()) return refuse(op, 6, "output ", y, " is too large");
  return conv;
}

// y[n, c, p·stride − before + k·dilation] += x[n, o, p] w[o, c, k]; + b[c]; inputs x, w[, b]
template <class O, int dims>
struct ConvTranspose : ConvTransposeAttributes {
  static constexpr int arity = 2, most_inputs = 3, axes = dims;
  // direct: the textbook, the bias a term of the sum. im2col: the bias is added to the finished sum.
  static constexpr std::array<std::string_view, 2> methods{"direct", "im2col"};
  bool operator==(const ConvTranspose&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const O& self = static_cast<const O&>(*this);
    const auto conv = transposed(self, in[0], in[1]);
    if (!conv) return tl::unexpected(conv.error());
    if (const Index out = conv->groups * conv->depth; in.size() > 2 && in[2] != Shape{out})
      return refuse(self, 7, "bias differs from the output channels: ", in[2], " vs ", out);
    return conv->shape(Operand::x);
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return slope_of(geometry(in), Operand::x, in);
  }
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return slope_of(geometry(in), Operand::x, in, method == "im2col" ? Bias::after : Bias::term);
  }
  // dx = the convolution of ct; what output_padding appends beyond a stride is padding to it, or nothing.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    typename ConvFamily<dims>::Forward forward;
    typename ConvFamily<dims>::WeightGrad to_w;
    forward.stride = stride, forward.dilation = dilation, forward.groups = groups, forward.padding = {};
    T read = ct;
    const Convolution c = geometry(in);
    for (Index a = 0; a < dims; ++a) {
      const Window& w = c.window[static_cast<std::size_t>(a)];
      const Index beyond = spread(output_padding, dims)[static_cast<std::size_t>(a)] / w.stride * w.stride;
      const Index kept = std::min(w.after, beyond), axis = ct.shape().rank() - dims + a;
      if (kept < beyond) read = slice(read, axis, 0, w.in - (beyond - kept));
      forward.padding.push_back(w.before), forward.padding.push_back(w.after - kept);
    }
    static_cast<ConvAttributes&>(to_w) = forward;
    to_w.kernel = spatial(in[1].shape(), dims);
    std::vector<T> out{call(forward, read, in[1]), call(to_w, read, in[0])};
    if (in.size() > 2) out.push_back(bias_cotangent(ct, dims));
    return out;
  }
  static Sample<O> sample(Choices& choices) {
    const auto drawn = sample_convolution<typename ConvFamily<dims>::Forward>(choices);
    O op;
    op.stride = drawn.op.stride, op.padding = drawn.op.padding, op.dilation = drawn.op.dilation;
    op.groups = drawn.op.groups;
    const Index more = choices.pick(0, 3);
    op.output_padding = more == 3 ? Axes(dims, 1) : Axes{more};
    Shape x = drawn.y;
    if (x.rank() == dims + 2) x[0] = std::min<Index>(x[0], 2);
    while (!transposed(op, x, drawn.w)) {
      if (op.output_padding != Axes{0})
        op.output_padding = {0};
      else
        for (Index a = x.rank() - dims; a < x.rank(); ++a) ++x[a];
    }
    Shapes in{x, drawn.w};
    if (choices.coin()) in.push_back({op.groups * drawn.w[1]});
    return {op, in, {}};
  }

 private:
  template <class T>
  Convolution geometry(const std::vector<T>& in) const {
    return *transposed(static_cast<const O&>(*this), in[0].shape(), in[1].shape());
  }
};

}  // namespace plumbline::spec
