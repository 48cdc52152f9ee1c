// l = e^x − t x, or x − t ln(x + eps); full: + t ln t − t + ½ ln 2πt where t > 1
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/compare/greater.h"
#include "spec/ops/compare/where.h"
#include "spec/ops/function/exp.h"
#include "spec/ops/function/log.h"
#include "spec/ops/loss/reduction.h"

namespace plumbline::spec {

struct PoissonNll {
  bool log_input = true;  // x is the logarithm of the rate
  bool full = false;      // with Stirling's approximation of ln t!
  double eps = 1e-8;      // keeps a rate of 0 out of the logarithm
  std::string reduction = "mean";  // none, mean or sum

  static constexpr std::string_view name = "poisson_nll",
                                    summary = "exp(x) - t x, or x - t ln(x + eps); full: with Stirling for "
                                              "ln t!; inputs x, t";
  static constexpr int arity = 2;
  static constexpr auto words = reduction_words;
  bool operator==(const PoissonNll&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!(eps >= 0 && std::isfinite(eps))) return refuse(*this, 3, "eps must be finite and not negative: ", eps);
    return pointwise_shape(*this, in);  // [poisson_nll C1], [poisson_nll C2]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return reduce_terms<N>(*this, in[0].shape(), [&](Index i) {
      const N &x = in[0][i], &t = in[1][i];
      const N l = log_input ? N(exp(x) - t * x) : N(x - t * log(x + real(x, eps)));
      return full ? N(l + stirling(t)) : l;
    });
  }
  // dx = (e^x − t) ct or (1 − t/(x + eps)) ct; dt = −x ct or −ln(x + eps) ct, full: + (ln t + 1/(2t)) ct where t > 1
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T &x = in[0], &t = in[1], one = literal(ct, 1), share = term_cotangent(*this, ct, x.shape().size());
    const T rate = log_input ? x : call(Add{}, x, literal(ct, eps));
    const T slope = log_input ? sub(call(Exp{}, x), t) : sub(one, div(t, rate));
    T lift = neg(log_input ? x : call(Log{}, rate));
    if (full) {
      const T many = call(Greater{}, t, one), count = where(many, t, one);
      const T rise = call(Add{}, call(Log{}, count), div(literal(ct, 0.5), count));
      lift = call(Add{}, lift, where(many, rise, literal(ct, 0)));
    }
    return {mul(share, slope), mul(share, lift)};
  }
  static Sample<PoissonNll> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    PoissonNll op{!choices.coin(), choices.coin(), 1e-8, pick_reduction(choices)};
    op.eps = choices.one_of<double>({1e-8, 1e-3, 0.25, 0});
    return {op,
            {shape, shape},
            {op.log_input ? Domain::within(-200, 80, {0, -103}) : Domain::within(0, 1e30, {0, 1}),
             Domain::within(0, 1e6, {0, 1, 2})}};
  }

 private:
  // t ln t − t + ½ ln 2πt where t > 1, else 0
  template <Number N>
  static N stirling(const N& t) {
    const N one(Index{1}), two(Index{2});
    const Truth many = less(one, t);
    const N count = select(many, t, one);
    return select(many, count * log(count) - count + log(two * pi(t) * count) / two, N(Index{0}));
  }
};
BOOST_DESCRIBE_STRUCT(PoissonNll, (), (log_input, full, eps, reduction))

}  // namespace plumbline::spec
