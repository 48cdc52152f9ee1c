// dx = ct (t + x σ(x) (1 − t²)) with t = tanh(ln(1 + e^x)), the derivative of mish
#pragma once

#include "spec/ops/activation/sigmoid.h"
#include "spec/ops/activation/softplus.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/function/tanh.h"

namespace plumbline::spec {

// tanh(ln(1 + e^x)) = n/m and 1 − (n/m)² = c (n + m)/m², without cancellation: m = n + c, and with e = e^−|x|
// n = e (e + 2), c = 2 for x < 0 and n = 1 + 2e, c = 2e² for x ≥ 0.
template <class N>
struct TanhOfSoftplus {
  N e, n, c, m;

  explicit TanhOfSoftplus(const N& x) {
    const N one(Index{1}), two(Index{2});
    const Truth negative = less(x, N(Index{0}));
    e = exp(select(negative, x, -x));
    n = select(negative, e * (e + two), one + two * e);
    c = select(negative, two, two * e * e);
    m = n + c;
  }
};

struct MishGrad {
  static constexpr std::string_view name = "mish_grad", summary = "ct mish'(x); inputs x, ct";
  static constexpr int arity = 2;
  static constexpr std::array<std::string_view, 1> methods{"rational"};
  bool operator==(const MishGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const { return same_shapes(*this, in); }  // [mish_grad C1]
  // The second term is 0 at ±∞.
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return zip(in[0], in[1], [](const N& x, const N& ct) {
      const N one(Index{1}), t = tanh(log1p(exp(x)));
      return ct * select(is_infinite(x), t, t + x / (one + exp(-x)) * (one - t * t));
    });
  }
  // rational: as TanhOfSoftplus.
  template <Number N>
  Tensor<N> method(std::string_view, const Tensors<N>& in) const {
    return zip(in[0], in[1], [](const N& x, const N& ct) {
      const N one(Index{1});
      const TanhOfSoftplus<N> f(x);
      const N t = f.n / f.m, s = select(less(x, N(Index{0})), f.e, one) / (one + f.e);
      return ct * select(is_infinite(x), t, t + x * s * (f.c / f.m) * ((f.n + f.m) / f.m));
    });
  }
  // mish″ = u (2 + x (1 − s − 2 s t)) with s = σ(x), u = s (1 − t²)
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const {
    const T &x = in[0], one = literal(x, 1), two = literal(x, 2);
    const T t = call(Tanh{}, call(Softplus{}, x)), s = call(Sigmoid{}, x);
    const T bend = mul(x, sub(sub(one, s), mul(two, mul(s, t))));
    return {mul(mul(v, in[1]), mul(mul(s, sub(one, mul(t, t))), add(two, bend))), call(*this, x, v)};
  }
  static Sample<MishGrad> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    return {{}, {shape, shape}, {domain()}};
  }
  static Domain domain() { return Domain::within(-0x1p20, 0x1p20, {0, -1.19, -17, 17, -88.7, 44, -103}); }
};
BOOST_DESCRIBE_STRUCT(MishGrad, (), ())

}  // namespace plumbline::spec
