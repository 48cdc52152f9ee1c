// l = −w (p t ln σ(x) + (1 − t) ln(1 − σ(x))) of logits x, p the weight of the positive class
#pragma once

#include "spec/ops/activation/sigmoid.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/loss/reduction.h"

namespace plumbline::spec {

struct BceWithLogits {
  std::string reduction = "mean";  // none, mean or sum

  static constexpr std::string_view name = "bce_with_logits",
                                    summary = "-w (p t ln sigmoid(x) + (1 - t) ln(1 - sigmoid(x))); inputs "
                                              "x, t[, w[, p]]";
  static constexpr int arity = 2, most_inputs = 4;
  static constexpr std::array<std::string_view, 2> methods{"split", "joined"};
  static constexpr auto words = reduction_words;
  bool operator==(const BceWithLogits&) const = default;

  // weight and pos_weight may broadcast to the shape of x [bce_with_logits C3]; a weight of 1 may be a scalar.
  Result<Shape> shape(const Shapes& in) const {
    for (std::size_t i = 2; i < in.size(); ++i)
      if (const auto both = broadcast(in[i], in[0]); !both || *both != in[0])
        return refuse(*this, 3, i == 2 ? "weight" : "pos_weight", " does not broadcast to x: ", in[i], " vs ", in[0]);
    return pointwise_shape(*this, {in[0], in[1]});  // [bce_with_logits C1], [bce_with_logits C2]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return loss(in, [](const N& x, const N& positive, const N& negative) {
      const N one(Index{1});  // 1 − σ(x) = σ(−x)
      return N(-(positive * log(one / (one + exp(-x))) + negative * log(one / (one + exp(x)))));
    });
  }
  // split: −ln σ(x) = max(−x, 0) + ln(1 + e^−|x|) and −ln(1 − σ(x)) = max(x, 0) + ln(1 + e^−|x|), which never overflow.
  // joined: the same with max(x, 0) = x + max(−x, 0), so that the tail appears once. All three take the left branch at
  // 0, and so their sums have the slope of the textbook there.
  template <Number N>
  Tensor<N> method(std::string_view method, const Tensors<N>& in) const {
    return loss(in, [joined = method == "joined"](const N& x, const N& positive, const N& negative) {
      const N zero(Index{0});
      const Truth right = less(zero, x);
      const N tail = log1p(exp(select(right, N(-x), x))), below = select(right, zero, N(-x));
      if (joined) return N(negative * x + (positive + negative) * (below + tail));
      return N(positive * (below + tail) + negative * (select(right, x, zero) + tail));
    });
  }
  // dx = w ((1 − t) σ(x) − p t σ(−x)) ct; dt = w ((p − 1) s − x) ct with s = ln(1 + e^−x), as ln(1 + e^x) = x + s
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T &x = in[0], &t = in[1], one = literal(ct, 1), ones = full_like(ct, x.shape(), 1);
    const T share = term_cotangent(*this, ct, x.shape().size()), pull = in.size() > 2 ? mul(share, in[2]) : share;
    const T positive = in.size() > 3 ? mul(in[3], t) : t, other = sub(one, t);
    const T softplus_of_minus = call(BceWithLogits{"none"}, x, ones);
    const T slope = sub(mul(other, call(Sigmoid{}, x)), mul(positive, call(Sigmoid{}, neg(x))));
    const T lift = in.size() > 3 ? sub(mul(sub(in[3], one), softplus_of_minus), x) : neg(x);
    std::vector<T> out{mul(pull, slope), mul(pull, lift)};
    if (in.size() > 2) {
      const BceWithLogits terms{"none"};
      const T plain = in.size() > 3 ? call(terms, x, t, ones, in[3]) : call(terms, x, t);
      out.push_back(sum_to(mul(share, plain), in[2].shape()));
    }
    if (in.size() > 3) out.push_back(sum_to(mul(pull, mul(t, softplus_of_minus)), in[3].shape()));
    return out;
  }
  static Sample<BceWithLogits> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    Shapes shapes{shape, shape};
    for (Index more = choices.pick(0, 2); more > 0; --more) shapes.push_back(pick_broadcastable(choices, shape));
    return {{pick_reduction(choices)},
            shapes,
            {Domain::near({0, 88.7, -88.7, -103, 17}), Domain::within(0, 1, {0, 1}), Domain::within(0, 4),
             Domain::within(0, 4, {1})}};
  }

 private:
  // w f(x, p t, 1 − t)
  template <Number N, class F>
  Tensor<N> loss(const Tensors<N>& in, F&& f) const {
    const Shape& shape = in[0].shape();
    const auto w = broadcast_offsets(in[in.size() > 2 ? 2 : 0].shape(), shape);
    const auto p = broadcast_offsets(in[in.size() > 3 ? 3 : 0].shape(), shape);
    return reduce_terms<N>(*this, shape, [&](Index i) {
      const auto k = static_cast<std::size_t>(i);
      const N& t = in[1][i];
      const N l = f(in[0][i], in.size() > 3 ? N(in[3][p[k]] * t) : t, N(N(Index{1}) - t));
      return in.size() > 2 ? N(in[2][w[k]] * l) : l;
    });
  }
};
BOOST_DESCRIBE_STRUCT(BceWithLogits, (), (reduction))

}  // namespace plumbline::spec
