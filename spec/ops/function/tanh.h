// y = tanh x
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/function/reduced_exp.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

struct Tanh {
  static constexpr std::string_view name = "tanh", summary = "y = tanh x";
  static constexpr int arity = 1;
  static constexpr std::array<std::string_view, 2> methods{"direct", "reduced_binary32"};
  static constexpr std::array<std::string_view, 1> methods_by_claim{"reduced_binary32"};
  bool operator==(const Tanh&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return tanh(x); });
  }
  // x + x³ p(x²) for |x| < 5/8, else ±(1 − 2/(e^2|x| + 1)); what is truncated is part of the bound [tanh B1].
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    if (method == "direct") return eval(in);
    return map(in[0], [](const N& x) {
      const N zero(Index{0}), one(Index{1}), two(Index{2}), z = x * x;
      const N p = horner<N>(z, {0x1.0df3b4p-9, -0x1.08f308p-7, 0x1.62eedep-6, -0x1.b9e042p-5, 0x1.11101ep-3,
                                -0x1.555552p-2});
      const N tail = two / (reduced_exp<N>(two * minimum(abs(x), N(Index{10}))) + one);
      const N large = select(less(x, zero), tail - one, one - tail);
      return computed_as(tanh(x), select(less(abs(x), N(0.625)), z * x * p + x, large));
    });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T& y, const T& ct) const {
    return {mul(ct, sub(literal(y, 1), mul(y, y)))};
  }
  static Sample<Tanh> sample(Choices& choices) { return {{}, {pick_shape(choices, 0, 4)}, {Domain::near({0, -9, 9})}}; }
};
BOOST_DESCRIBE_STRUCT(Tanh, (), ())

}  // namespace plumbline::spec
