// z = the larger of x and y, broadcast; a tie splits the derivative ½ : ½
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/compare/equal.h"
#include "spec/ops/compare/greater.h"
#include "spec/ops/compare/where.h"

namespace plumbline::spec {

struct Maximum {
  static constexpr std::string_view name = "maximum", summary = "z = the larger of x and y, broadcast";
  static constexpr int arity = 2;
  bool operator==(const Maximum&) const = default;

  Result<Shape> shape(const Shapes& in) const { return broadcast_inputs(*this, in); }  // [maximum C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return zip(in[0], in[1], [](const N& x, const N& y) { return maximum(x, y); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T zero = literal(ct, 0);
    const T tied = where(call(Equal{}, in[0], in[1]), mul(ct, literal(ct, 0.5)), zero);
    return {sum_to(where(call(Greater{}, in[0], in[1]), ct, tied), in[0].shape()),
            sum_to(where(call(Greater{}, in[1], in[0]), ct, tied), in[1].shape())};
  }
  static Sample<Maximum> sample(Choices& choices) {
    return {{}, pick_broadcast(choices), {Domain::near({0}), Domain::near({0})}};
  }
};
BOOST_DESCRIBE_STRUCT(Maximum, (), ())

}  // namespace plumbline::spec
