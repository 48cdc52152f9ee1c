// y = the inputs one after another along an axis
#pragma once

#include "spec/ops/shape/slice.h"

namespace plumbline::spec {

struct Concat {
  Index axis = 0;

  static constexpr std::string_view name = "concat", summary = "the inputs one after another along an axis";
  static constexpr int arity = 1, most_inputs = 1024;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Concat&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    const auto a = normal_axis(axis, in[0].rank());
    if (!a) return refuse(*this, 1, a.error().what());
    Shape out = in[0];
    out[*a] = 0;
    for (const Shape& s : in) {
      Shape like = s.rank() == out.rank() ? s : in[0];
      like[*a] = out[*a];
      if (s.rank() != out.rank() || like != out)
        return refuse(*this, 2, "shapes differ beyond axis ", axis, ": ", in[0], " vs ", s);
      out[*a] += s[*a];
    }
    if (!out.valid()) return refuse(*this, 3, "shape ", out, " is too large");
    return out;
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    Shapes shapes;
    for (const auto& x : in) shapes.push_back(x.shape());
    const Shape to = *shape(shapes);
    const Index a = *normal_axis(axis, to.rank());
    Index outer = 1;
    for (Index i = 0; i < a; ++i) outer *= to[i];
    std::vector<N> data;
    data.reserve(static_cast<std::size_t>(to.size()));
    for (Index o = 0; o < outer; ++o)
      for (const auto& x : in) {
        const auto part = x.elements().subspan(static_cast<std::size_t>(x.size() / outer * o),
                                               static_cast<std::size_t>(x.size() / outer));
        data.insert(data.end(), part.begin(), part.end());
      }
    return Tensor<N>(to, std::move(data));
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    std::vector<T> out;
    Index start = 0;
    for (const T& x : in) {
      const Index stop = start + x.shape()[*normal_axis(axis, x.shape().rank())];
      out.push_back(slice(ct, axis, start, stop));
      start = stop;
    }
    return out;
  }
  static Sample<Concat> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 1, 3);
    Shapes in{shape};
    const Index axis = choices.pick(-shape.rank(), shape.rank() - 1);
    for (Index i = choices.pick(0, 3); i > 0; --i) {
      in.push_back(shape);
      in.back()[*normal_axis(axis, shape.rank())] = choices.pick(0, 5);
    }
    return {{axis}, in, {}};
  }
};
BOOST_DESCRIBE_STRUCT(Concat, (), (axis))

}  // namespace plumbline::spec
