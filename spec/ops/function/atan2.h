// z = the angle of the point (x, y), in (−π, π]: arctan(y/x) for x > 0; inputs y, x, broadcast
#pragma once

#include "spec/ops/arithmetic/abs.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/maximum.h"

namespace plumbline::spec {

struct Atan2 {
  static constexpr std::string_view name = "atan2";
  static constexpr std::string_view summary = "z = the angle of (x, y) in (-pi, pi]; inputs y, x, broadcast";
  static constexpr int arity = 2;
  bool operator==(const Atan2&) const = default;

  Result<Shape> shape(const Shapes& in) const { return broadcast_inputs(*this, in); }  // [atan2 C1]
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return zip(in[0], in[1], [](const N& y, const N& x) { return angle(y, x); });
  }
  // dy = ct x/r², dx = −ct y/r², divided by the larger coordinate m first, so that r² stays in range; 0 at the origin.
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T &y = in[0], &x = in[1], one = literal(ct, 1);
    const T larger = call(Maximum{}, call(Abs{}, y), call(Abs{}, x)), origin = call(Equal{}, larger, literal(ct, 0));
    const T m = where(origin, one, larger), a = div(x, m), b = div(y, m);
    const T r2 = where(origin, one, add(mul(a, a), mul(b, b))), slope = div(ct, m);
    return {sum_to(mul(slope, div(a, r2)), y.shape()), neg(sum_to(mul(slope, div(b, r2)), x.shape()))};
  }
  static Sample<Atan2> sample(Choices& choices) {
    return {{}, pick_broadcast(choices), {Domain::near({0, 1}), Domain::near({0, -1, 1})}};
  }

 private:
  // By octants, so that the ratio is at most 1: a quarter turn is added beside the axis of y, a half turn left of it.
  // 0 at the origin; two infinities lie on a diagonal.
  template <Number N>
  static N angle(const N& y0, const N& x0) {
    const N zero(Index{0}), one(Index{1}), half_turn = pi(x0 + y0), quarter = half_turn / N(Index{2});
    const auto side = [&](const N& v) { return select(less(v, zero), -one, one); };
    const Truth diagonal = is_infinite(y0) & is_infinite(x0);
    const N y = select(diagonal, side(y0), y0), x = select(diagonal, side(x0), x0);
    const Truth steep = less(abs(x), abs(y)), below = less(y, zero), left = less(x, zero);
    const Truth origin = equal(x, zero) & equal(y, zero);
    const N a = atan(select(steep, x, y) / select(origin, one, select(steep, y, x)));
    const N beside = select(below, -quarter, quarter) - a, behind = a + select(below, -half_turn, half_turn);
    return select(origin, zero, select(steep, beside, select(left, behind, a)));
  }
};
BOOST_DESCRIBE_STRUCT(Atan2, (), ())

}  // namespace plumbline::spec
