// y = x with the same elements under another shape
#pragma once

#include "spec/ops/apply.h"

namespace plumbline::spec {

struct Reshape {
  Axes dims = {};  // the new shape; at most one −1 is inferred

  static constexpr Aliases<1> aliases{{{"dims", "shape"}}};
  static constexpr std::string_view name = "reshape", summary = "the same elements under another shape";
  static constexpr int arity = 1;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Reshape&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    std::vector<Index> out = dims;
    Index known = 1, holes = 0;
    for (Index d : out) {
      if (d < -1) return refuse(*this, 1, "an extent is negative: ", d);
      if (d == -1)
        ++holes;
      else if (__builtin_mul_overflow(known, d, &known))
        return refuse(*this, 2, "shape ", Shape(out), " is too large");
    }
    if (holes > 1) return refuse(*this, 3, "at most one extent can be inferred, got ", holes);
    for (Index& d : out)
      if (d == -1) d = known > 0 ? in[0].size() / known : 0, known *= d;
    if (known != in[0].size()) return refuse(*this, 4, "size differs: ", Shape(dims), " vs ", in[0]);
    if (!Shape(out).valid()) return refuse(*this, 2, "shape ", Shape(out), " is too large");
    return Shape(std::move(out));
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return in[0].reshaped(*shape({in[0].shape()}));
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {call(Reshape{in[0].shape().dims()}, ct)};
  }
  static Sample<Reshape> sample(Choices& choices) {
    const Shape from = pick_shape(choices, 0, 4);
    Axes to = from.dims();
    for (Index i = choices.pick(0, 2); i > 0; --i)
      to.insert(to.begin() + choices.pick(0, static_cast<Index>(to.size())), 1);
    if (to.size() >= 2 && choices.coin()) to[1] *= to[0], to.erase(to.begin());
    if (!to.empty() && from.size() > 0 && choices.coin())
      to[static_cast<std::size_t>(choices.pick(0, static_cast<Index>(to.size()) - 1))] = -1;
    return {{to}, {from}, {}};
  }
};
BOOST_DESCRIBE_STRUCT(Reshape, (), (dims))

template <TensorLike T>
T reshape(const T& x, const Shape& shape) {
  return x.shape() == shape ? x : call(Reshape{shape.dims()}, x);
}

}  // namespace plumbline::spec
