// l = t (ln t − x) of log-probabilities x, 0 where t = 0; with log_target e^t (t − x)
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/compare/not_equal.h"
#include "spec/ops/compare/where.h"
#include "spec/ops/function/exp.h"
#include "spec/ops/function/log.h"
#include "spec/ops/loss/reduction.h"

namespace plumbline::spec {

struct KlDiv {
  std::string reduction = "mean";  // none, mean, sum, or batchmean: the sum over the first extent
  bool log_target = false;         // targets are logarithms too

  static constexpr std::string_view name = "kl_div",
                                    summary = "t (ln t - x), 0 where t = 0, with log_target exp(t) (t - "
                                              "x); inputs x, t";
  static constexpr int arity = 2;
  static constexpr std::array<Words, 1> words{{{"reduction", {"mean", "sum", "none", "batchmean"}}}};
  bool operator==(const KlDiv&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (reduction != "batchmean") return pointwise_shape(*this, in);  // [kl_div C1], [kl_div C2]
    if (in[0] != in[1]) return refuse(*this, 1, "shapes differ: ", in[0], " vs ", in[1]);
    if (in[0].rank() == 0) return refuse(*this, 3, "batchmean needs a batch, got rank ", in[0].rank(), ", not 1");
    return Shape{};
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const N zero(Index{0});
    return reduce_terms<N>(*this, in[0].shape(), count(in[0].shape()), [&](Index i) {
      const N &x = in[0][i], &t = in[1][i];
      if (log_target) return N(exp(t) * (t - x));
      const Truth none = equal(t, zero);
      return N(select(none, zero, t * (log(select(none, N(Index{1}), t)) - x)));
    });
  }
  // dx = −t ct, dt = (ln t + 1 − x) ct and 0 where t = 0; with log_target −e^t ct and e^t (t − x + 1) ct
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T &x = in[0], &t = in[1], one = literal(ct, 1), share = term_cotangent(*this, ct, count(x.shape()));
    if (log_target) {
      const T mass = call(Exp{}, t);
      return {neg(mul(share, mass)), mul(share, mul(mass, call(Add{}, sub(t, x), one)))};
    }
    const T zero = literal(ct, 0), some = call(NotEqual{}, t, zero);
    const T slope = call(Add{}, sub(call(Log{}, where(some, t, one)), x), one);
    return {neg(mul(share, t)), mul(share, where(some, slope, zero))};
  }
  static Sample<KlDiv> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    const Index kind = choices.pick(0, shape.rank() > 0 ? 3 : 2);
    const std::string reduction = kind == 3 ? "batchmean" : kind == 2 ? "none" : kind == 1 ? "sum" : "mean";
    const bool log_target = choices.coin();
    return {{reduction, log_target},
            {shape, shape},
            {Domain::near({0}), log_target ? Domain::within(-200, 80, {0, -103}) : Domain::within(0, 1e30, {0, 1})}};
  }

 private:
  Index count(const Shape& shape) const { return reduction == "batchmean" ? shape[0] : shape.size(); }
};
BOOST_DESCRIBE_STRUCT(KlDiv, (), (reduction, log_target))

}  // namespace plumbline::spec
