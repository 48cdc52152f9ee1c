// z = x where the mask is not 0, else y, broadcast
#pragma once

#include "spec/ops/reduce/sum_to.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Where {
  static constexpr std::string_view name = "where",
                                    summary = "z = x where mask is not 0, else y; inputs mask, x, y, broadcast";
  static constexpr int arity = 3;
  static constexpr bool ieee_zero_sign = true;
  bool operator==(const Where&) const = default;

  bool differentiable(std::size_t input) const { return input > 0; }
  Result<Shape> shape(const Shapes& in) const { return broadcast_inputs(*this, in); }  // [where C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Shape to = *shape({in[0].shape(), in[1].shape(), in[2].shape()});
    const auto m = broadcast_offsets(in[0].shape(), to), x = broadcast_offsets(in[1].shape(), to);
    const auto y = broadcast_offsets(in[2].shape(), to);
    return Tensor<N>::generate(to, [&](Index i) {
      const auto k = static_cast<std::size_t>(i);
      return select(!equal(in[0][m[k]], N(Index{0})), in[1][x[k]], in[2][y[k]]);
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T zero = literal(ct, 0);
    return {sum_to(call(*this, in[0], ct, zero), in[1].shape()), sum_to(call(*this, in[0], zero, ct), in[2].shape())};
  }
  static Sample<Where> sample(Choices& choices) { return {{}, pick_broadcast(choices, 3), {Domain::mask()}}; }
};
BOOST_DESCRIBE_STRUCT(Where, (), ())

template <TensorLike T>
T where(const T& mask, const T& x, const T& y) {
  return call(Where{}, mask, x, y);
}

}  // namespace plumbline::spec
