// z = x + w (y − x), broadcast; inputs x, y, w
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Lerp {
  static constexpr std::string_view name = "lerp", summary = "z = x + w (y - x); inputs x, y, w, broadcast";
  static constexpr int arity = 3;
  bool operator==(const Lerp&) const = default;

  Result<Shape> shape(const Shapes& in) const { return broadcast_inputs(*this, in); }  // [lerp C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Tensor<N> step = zip(zip(in[1], in[0], std::minus<N>()), in[2], std::multiplies<N>());
    return zip(in[0], step, [](const N& x, const N& s) { return x + s; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T &x = in[0], &y = in[1], &w = in[2];
    return {sum_to(mul(ct, sub(literal(ct, 1), w)), x.shape()), sum_to(mul(ct, w), y.shape()),
            sum_to(mul(ct, sub(y, x)), w.shape())};
  }
  static Sample<Lerp> sample(Choices& choices) {
    return {{}, pick_broadcast(choices, 3), {Domain::any(), Domain::any(), Domain::within(-0.5, 1.5, {0, 0.5, 1})}};
  }
};
BOOST_DESCRIBE_STRUCT(Lerp, (), ())

}  // namespace plumbline::spec
