// y[…, k, …] = x_k: inputs of one shape along a new axis
#pragma once

#include "spec/ops/shape/slice.h"
#include "spec/ops/shape/reshape.h"

namespace plumbline::spec {

struct Stack {
  Index axis = 0;  // of the result

  static constexpr std::string_view name = "stack", summary = "inputs of one shape along a new axis";
  static constexpr int arity = 1, most_inputs = 1024;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Stack&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto a = normal_axis(axis, in[0].rank() + 1);
    if (!a) return refuse(*this, 1, a.error().what());
    for (const Shape& s : in)
      if (s != in[0]) return refuse(*this, 2, "shapes differ: ", in[0], " vs ", s);
    auto dims = in[0].dims();
    dims.insert(dims.begin() + *a, static_cast<Index>(in.size()));
    const Shape out(std::move(dims));
    if (!out.valid()) return refuse(*this, 3, "shape ", out, " is too large");
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape to = *shape(Shapes(in.size(), in[0].shape()));
    const Index a = *normal_axis(axis, to.rank()), inner = inner_size(to, a), count = to[a];
    return Tensor<N>::generate(to, [&](Index i) {
      return in[static_cast<std::size_t>(i / inner % count)][i / inner / count * inner + i % inner];
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& y, const T& ct) const {
    std::vector<T> out;
    const Index a = *normal_axis(axis, y.shape().rank());
    for (Index k = 0; k < static_cast<Index>(in.size()); ++k)
      out.push_back(reshape(slice(ct, a, k, k + 1), in[0].shape()));
    return out;
  }
  static Sample<Stack> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 3, 512);
    const Index rank = shape.rank() + 1;
    return {{choices.pick(-rank, rank - 1)}, Shapes(static_cast<std::size_t>(choices.pick(1, 4)), shape), {}};
  }
};
BOOST_DESCRIBE_STRUCT(Stack, (), (axis))

}  // namespace plumbline::spec
