// Initial values: the exact image of a key's draws under each scheme, over any number type.
#pragma once

#include <cmath>
#include <optional>

#include "spec/lang/initialiser.h"
#include "spec/lang/number.h"
#include "spec/lang/random.h"
#include "spec/lang/tensor.h"

namespace plumbline::spec {

// How keys are made and draws become unit samples: seed and stream mixed apart, k/2^24 [random B1]; or as TorchLean
// does.
enum class StreamScheme : std::uint8_t { separate, torchlean };

// The draws of one parameter: element j of a uniform scheme takes draw j, of a normal one draws 2j and 2j + 1.
struct DrawStream {
  std::uint64_t key = 0;
  StreamScheme scheme = StreamScheme::separate;

  static DrawStream of(std::uint64_t seed, std::uint64_t stream, StreamScheme scheme = StreamScheme::separate) {
    return {scheme == StreamScheme::separate ? spec::key(seed, stream) : torchlean::key(seed, stream), scheme};
  }
  // Exact in binary64; k/2^24 is exact in binary32 as well.
  double unit_at(Index i) const {
    const auto at = static_cast<std::uint64_t>(i);
    return scheme == StreamScheme::separate ? static_cast<double>(unit(draw(key, at)))
                                            : torchlean::unit(torchlean::draw(key, at));
  }
};

// a = gain·√(6/(fan_in + fan_out)). A kernel evaluates it once, in binary64 from left to right; so does N = double,
// whose quotient, root and product are correctly rounded. A fan of 0 gives 0.
template <Number N>
N xavier_limit(const N& gain, Fans f) {
  if (f.in + f.out == 0) return N(Index{0});
  return gain * sqrt(ratio(gain, 6, f.in + f.out));
}

// a = gain·√(6/fan)
template <Number N>
N kaiming_limit(const N& gain, Index fan) {
  if (fan == 0) return N(Index{0});
  return gain * sqrt(ratio(gain, 6, fan));
}

inline double limit_of(const XavierUniformInit& s, const Shape& shape) {
  return xavier_limit(s.gain, value_or_throw(fans(shape)));
}
inline double limit_of(const KaimingUniformInit& s, const Shape& shape) {
  const Fans f = value_or_throw(fans(shape));
  return kaiming_limit(s.gain, s.mode == "fan_in" ? f.in : f.out);
}

// The deviations of the normal schemes: √⅓ of those limits, gain·√(2/n), evaluated in the same way.
inline double deviation_of(const XavierNormalInit& s, const Shape& shape) {
  const Fans f = value_or_throw(fans(shape));
  return f.in + f.out == 0 ? 0 : s.gain * std::sqrt(2.0 / static_cast<double>(f.in + f.out));
}
inline double deviation_of(const KaimingNormalInit& s, const Shape& shape) {
  const Fans f = value_or_throw(fans(shape));
  const Index fan = s.mode == "fan_in" ? f.in : f.out;
  return fan == 0 ? 0 : s.gain * std::sqrt(2.0 / static_cast<double>(fan));
}

// The normal law that a scheme names, where its elements are independent and not cut.
inline std::optional<NormalInit> normal_law(const Initialiser& scheme, const Shape& shape) {
  if (const auto* s = std::get_if<NormalInit>(&scheme)) return *s;
  if (const auto* s = std::get_if<XavierNormalInit>(&scheme)) return NormalInit{0, deviation_of(*s, shape)};
  if (const auto* s = std::get_if<KaimingNormalInit>(&scheme)) return NormalInit{0, deviation_of(*s, shape)};
  return std::nullopt;
}

// The window [a, b] of a truncated law in deviations, and its side of the mean: 1 above, −1 below, 0 across.
struct NormalWindow {
  double alpha, beta;
  explicit NormalWindow(const TruncatedNormalInit& s) : alpha((s.a - s.mean) / s.std), beta((s.b - s.mean) / s.std) {}
  int side() const { return alpha > 0 ? 1 : beta < 0 ? -1 : 0; }
};

// The mass of the normal law between α and z deviations, from the side of the window where nothing cancels.
template <Number N>
N normal_mass(int side, const N& alpha, const N& z) {
  const N half = ratio(z, 1, 2), root = sqrt(half);
  if (side > 0) return half * (erfc(alpha * root) - erfc(z * root));
  if (side < 0) return half * (erfc(-z * root) - erfc(-alpha * root));
  return half * (erf(z * root) - erf(alpha * root));
}

// lo + (hi − lo)·u
template <Number N>
N uniform_image(const N& lo, const N& hi, const N& u) {
  return lo + (hi - lo) * u;
}

// mean + std·z, z = √(−2 ln(1 − u1))·cos(2π u2) (Box and Muller, 1958); 1 − u1 is in (0, 1].
template <Number N>
N normal_image(const N& mean, const N& std, const N& one_minus_u1, const N& u2) {
  const N two = N(Index{2});
  return mean + std * (sqrt(-(two * log(one_minus_u1))) * cos(two * pi(u2) * u2));
}

// Element j of the scheme. `like` lends its format and claims.
template <Number N>
struct InitialElement {
  const Shape& shape;
  DrawStream stream;
  const N& like;
  Index j;

  N operator()(const ZerosInit&) const { return N(Index{0}); }
  N operator()(const OnesInit&) const { return N(Index{1}); }
  N operator()(const ConstantInit& s) const { return real(like, s.value); }
  N operator()(const UniformInit& s) const { return uniform(s.lo, s.hi); }
  N operator()(const XavierUniformInit& s) const { return symmetric(limit_of(s, shape)); }
  N operator()(const KaimingUniformInit& s) const { return symmetric(limit_of(s, shape)); }
  N operator()(const IdentityInit&) const { return N(Index{j / shape[1] == j % shape[1]}); }
  N operator()(const NormalInit& s) const {
    return normal_image(real(like, s.mean), real(like, s.std), real(like, 1 - stream.unit_at(2 * j)),
                        real(like, stream.unit_at(2 * j + 1)));
  }
  N operator()(const XavierNormalInit& s) const { return (*this)(NormalInit{0, deviation_of(s, shape)}); }
  N operator()(const KaimingNormalInit& s) const { return (*this)(NormalInit{0, deviation_of(s, shape)}); }
  // These two are known by a property, not by a formula for each element.
  N operator()(const TruncatedNormalInit& s) const { throw Error(concat("[", s.name, "] has no image [init B7]")); }
  N operator()(const OrthogonalInit& s) const { throw Error(concat("[", s.name, "] has no image [init B8]")); }
  N operator()(const FlatInit& s) const {
    return real(like, static_cast<double>(s.values[static_cast<std::size_t>(j)]));
  }

 private:
  N uniform(double lo, double hi) const {
    return uniform_image(real(like, lo), real(like, hi), real(like, stream.unit_at(j)));
  }
  N symmetric(double a) const { return uniform(-a, a); }
};

// The initial value of a parameter. The scheme must be valid for the shape. Read with N = float it gives the very bits
// that every device must produce, except for `normal`, whose image is exact over the reals only.
template <Number N>
Tensor<N> initialise(const Initialiser& scheme, const Shape& shape, DrawStream stream, const N& like) {
  if (auto ok = validate(scheme, shape); !ok) throw ok.error();
  return Tensor<N>::generate(shape, [&](Index j) {
    return std::visit(InitialElement<N>{shape, stream, like, j}, scheme);
  });
}

}  // namespace plumbline::spec
