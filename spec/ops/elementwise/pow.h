// z = x^y, broadcast
#pragma once

#include "spec/ops/elementwise/log.h"
#include "spec/ops/elementwise/mul.h"
#include "spec/ops/elementwise/sub.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Pow {
  static constexpr std::string_view name = "pow", summary = "z = x^y, broadcast";
  static constexpr int arity = 2;
  bool operator==(const Pow&) const = default;

  Result<Shape> shape(const Shapes& in) const { return broadcast_inputs(*this, in); }  // [pow C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return zip(in[0], in[1], [](const N& x, const N& y) { return pow(x, y); });
  }
  // dx = ct y x^(y−1), dy = ct z ln x
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& z, const T& ct) const {
    const T& y = in[1];
    return {sum_to(mul(mul(ct, y), call(*this, in[0], sub(y, literal(y, 1)))), in[0].shape()),
            sum_to(mul(mul(ct, z), call(Log{}, in[0])), y.shape())};
  }
  static Sample<Pow> sample(Choices& choices) {
    return {{}, pick_broadcast(choices), {Domain::within(0x1p-10, 0x1p10, {1}), Domain::within(-8, 8, {0, 1, 2})}};
  }
};
BOOST_DESCRIBE_STRUCT(Pow, (), ())

}  // namespace plumbline::spec
