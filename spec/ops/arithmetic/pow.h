// z = x^y, broadcast
#pragma once

#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/compare/equal.h"
#include "spec/ops/compare/greater_equal.h"
#include "spec/ops/compare/where.h"
#include "spec/ops/function/log.h"

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
  // dx = ct y x^(y−1), 0 at y = 0; dy = ct z ln x, 0 at x = 0 ≤ y, as PyTorch.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T& z, const T& ct) const {
    const T &x = in[0], &y = in[1], zero = literal(ct, 0), one = literal(ct, 1);
    const T slope = where(call(Equal{}, y, zero), zero, mul(y, call(*this, x, sub(y, one))));
    const T at_zero = mul(call(Equal{}, x, zero), call(GreaterEqual{}, y, zero));
    const T rate = where(at_zero, zero, mul(z, call(Log{}, where(at_zero, one, x))));
    return {sum_to(mul(ct, slope), x.shape()), sum_to(mul(ct, rate), y.shape())};
  }
  // Bases from 0 on; now and then negative ones with whole exponents, or with any.
  static Sample<Pow> sample(Choices& choices) {
    const Index kind = choices.pick(0, 7);
    Domain base = Domain::within(0, 0x1p10, {0, 1, 0x1p-10}), exponent = Domain::within(-8, 8, {0, 1, 2});
    if (kind >= 5) base = Domain::within(-0x1p10, 0x1p10, {0, -1, 1, -2});
    if (kind == 5 || kind == 6) exponent = Domain::whole_within(-4, 4, {0, 1, 2});
    return {{}, pick_broadcast(choices), {base, exponent}};
  }
};
BOOST_DESCRIBE_STRUCT(Pow, (), ())

}  // namespace plumbline::spec
