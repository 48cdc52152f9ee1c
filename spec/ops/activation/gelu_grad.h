// dx = ct (Φ(x) + x φ(x)), the derivative of gelu
#pragma once

#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/function/normal_pdf.h"
#include "spec/ops/function/tanh.h"
#include "spec/ops/shape/full.h"

namespace plumbline::spec {

inline constexpr std::array<Words, 1> approximation_words{{{"approximate", {"none", "tanh"}}}};
inline bool known_approximation(const std::string& word) { return word == "none" || word == "tanh"; }

// √(2/π) (x + 0.044715 x³)
template <Number N>
N gelu_argument(const N& x) {
  return sqrt(N(Index{2}) / pi(x)) * (x + ratio(x, 44715, 1000000) * x * x * x);
}

struct GeluGrad {
  std::string approximate = "none";  // or tanh

  static constexpr std::string_view name = "gelu_grad", summary = "ct gelu'(x); inputs x, ct";
  static constexpr int arity = 2;
  static constexpr auto words = approximation_words;
  bool operator==(const GeluGrad&) const = default;

  Result<Shape> shape(const Shapes& in) const {
    if (!known_approximation(approximate)) return refuse(*this, 2, "approximate is none or tanh, got ", approximate);
    return same_shapes(*this, in);  // [gelu_grad C1]
  }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    const bool exact = approximate == "none";
    return zip(in[0], in[1], [&](const N& x, const N& ct) { return ct * (exact ? by_erf(x) : by_tanh(x)); });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& v) const {
    return {mul(mul(v, in[1]), approximate == "none" ? curvature(in[0]) : curvature_by_tanh(in[0])),
            call(*this, in[0], v)};
  }
  static Sample<GeluGrad> sample(Choices& choices) {
    const Shape shape = pick_shape(choices, 0, 4);
    return {{choices.coin() ? "tanh" : "none"}, {shape, shape}, {Domain::near({0, -0.7518, -5.5, 5.5, -13})}};
  }

 private:
  // gelu″ = φ(x) (2 − x²)
  template <TensorLike T>
  static T curvature(const T& x) {
    return mul(call(NormalPdf{}, x), sub(literal(x, 2), mul(x, x)));
  }
  // gelu″ = (1 − t²) (u′ + x/2 (u″ − 2 t u′²)) with t = tanh u, u = a (x + b x³), a = 2 φ(0), b = 0.044715
  template <TensorLike T>
  static T curvature_by_tanh(const T& x) {
    const T a = mul(literal(x, 2), call(NormalPdf{}, literal(x, 0))), b = div(literal(x, 44715), literal(x, 1000000));
    const T one = literal(x, 1), x2 = mul(x, x), bx2 = mul(b, x2);
    const T t = call(Tanh{}, mul(a, mul(x, add(one, bx2))));
    const T u1 = mul(a, add(one, mul(literal(x, 3), bx2))), u2 = mul(mul(a, literal(x, 6)), mul(b, x));
    const T bend = sub(u2, mul(mul(literal(x, 2), t), mul(u1, u1)));
    return mul(sub(one, mul(t, t)), add(u1, mul(mul(literal(x, 0.5), x), bend)));
  }
  // The limits: 0 at −∞, 1 at +∞.
  template <Number N>
  static N by_erf(const N& x) {
    const N half = ratio(x, 1, 2), one(Index{1});
    const N density = exp(-half * x * x) / sqrt(N(Index{2}) * pi(x));
    const N distribution = half * (one + erf(x / sqrt(ratio(x, 2, 1))));
    return select(is_infinite(x), distribution, distribution + x * density);
  }
  // ½(1 + t) + ½ x (1 − t²) u′ with t = tanh u, u = √(2/π) (x + 0.044715 x³); beyond overflow of x² only t counts.
  template <Number N>
  static N by_tanh(const N& x) {
    const N half = ratio(x, 1, 2), one(Index{1}), t = tanh(gelu_argument(x));
    const N slope = sqrt(N(Index{2}) / pi(x)) * (one + N(Index{3}) * ratio(x, 44715, 1000000) * x * x);
    return select(is_infinite(slope), half * (one + t), half * (one + t) + half * x * (one - t * t) * slope);
  }
};
BOOST_DESCRIBE_STRUCT(GeluGrad, (), (approximate))

}  // namespace plumbline::spec
