// l = −w (t max(ln x, −100) + (1 − t) max(ln(1 − x), −100)) of probabilities x
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/compare/greater.h"
#include "spec/ops/compare/where.h"
#include "spec/ops/function/log.h"
#include "spec/ops/loss/reduction.h"

namespace plumbline::spec {

struct Bce {
  std::string reduction = "mean";  // none, mean or sum

  static constexpr std::string_view name = "bce",
                                    summary = "-w (t ln x + (1 - t) ln(1 - x)), logarithms at least -100; "
                                              "inputs x, t[, w]";
  static constexpr int arity = 2, most_inputs = 3;
  static constexpr auto words = reduction_words;
  bool operator==(const Bce&) const = default;

  static constexpr double least_log = -100;  // as PyTorch documents, so that the loss is finite

  // The weight may broadcast to the shape of x [bce C3].
  Result<Shape> shape(const Shapes& in) const {
    if (in.size() > 2)
      if (const auto both = broadcast(in[2], in[0]); !both || *both != in[0])
        return refuse(*this, 3, "weight does not broadcast to x: ", in[2], " vs ", in[0]);
    return pointwise_shape(*this, {in[0], in[1]});  // [bce C1], [bce C2]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const Tensor<N>&x = in[0], &t = in[1];
    const auto at = broadcast_offsets(in.back().shape(), x.shape());
    const N one(Index{1});
    return reduce_terms<N>(*this, x.shape(), [&](Index i) {
      const N l = -(t[i] * bounded_log(x[i]) + (one - t[i]) * bounded_log(N(one - x[i])));
      return in.size() > 2 ? N(in[2][at[static_cast<std::size_t>(i)]] * l) : l;
    });
  }
  // dx = w ((1 − t)/(1 − x) − t/x) ct with 0 for a fraction whose logarithm is cut off; the others are linear
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T &x = in[0], &t = in[1], one = literal(ct, 1), rest = sub(one, x), other = sub(one, t);
    const T share = term_cotangent(*this, ct, x.shape().size()), pull = in.size() > 2 ? mul(share, in[2]) : share;
    const T log_x = log_of(x), log_rest = log_of(rest);
    std::vector<T> out{mul(pull, sub(fraction(other, rest), fraction(t, x))), mul(pull, sub(log_rest, log_x))};
    if (in.size() > 2)
      out.push_back(sum_to(neg(mul(share, call(Add{}, mul(t, log_x), mul(other, log_rest)))), in[2].shape()));
    return out;
  }
  static Sample<Bce> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    Shapes shapes{shape, shape};
    if (choices.pick(0, 2) == 2) shapes.push_back(pick_broadcastable(choices, shape));
    return {{pick_reduction(choices)},
            shapes,
            {Domain::within(0, 1, {0, 1, 1e-30, 0x1.a8c1f2p-145, 1e-44}), Domain::within(0, 1, {0, 1}),
             Domain::within(0, 4)}};
  }

 private:
  // max(ln x, −100), for every x ≥ 0
  template <Number N>
  static N bounded_log(const N& x) {
    const N least = exp(N(least_log));
    const Truth cut = less(x, least) & !less(x, N(Index{0}));
    return select(cut, N(least_log), log(select(cut, N(Index{1}), x)));
  }
  // Where ln x is above −100; a zero stands as a number below it.
  template <TensorLike T>
  static T kept(const T& x) {
    const T above_zero = where(call(Greater{}, x, literal(x, 0)), x, literal(x, 0x1p-149));
    return call(Greater{}, call(Log{}, above_zero), literal(x, least_log));
  }
  template <TensorLike T>
  static T log_of(const T& x) {
    const T inside = kept(x);
    return where(inside, call(Log{}, where(inside, x, literal(x, 1))), literal(x, least_log));
  }
  // a/x, and 0 where ln x is below −100
  template <TensorLike T>
  static T fraction(const T& a, const T& x) {
    const T inside = kept(x);
    return where(inside, div(a, where(inside, x, literal(x, 1))), literal(x, 0));
  }
};
BOOST_DESCRIBE_STRUCT(Bce, (), (reduction))

}  // namespace plumbline::spec
