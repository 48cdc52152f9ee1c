// Data patterns.
#include "crosscheck/sample/patterns.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace plumbline::crosscheck {

using spec::Domain;
using spec::Index;
using spec::Shape;

namespace {

constexpr double largest = std::numeric_limits<float>::max();

float with_sign(RandomChoices& random, float x) { return random.coin() ? -x : x; }

float of_bits(std::uint32_t exponent, std::uint32_t mantissa) {
  return std::bit_cast<float>(exponent << 23 | mantissa);
}

std::uint32_t draw_mantissa(RandomChoices& random) { return static_cast<std::uint32_t>(random.pick(0, (1 << 23) - 1)); }

// The nearest binary32 number inside the domain, rounded to an integer where the domain has whole numbers only.
double into(double x, const Domain& d) {
  if (std::isnan(x)) x = 0;
  if (std::isfinite(d.lo) && std::isfinite(d.hi) && (x < d.lo || x > d.hi))
    x = d.hi > d.lo ? d.lo + std::fmod(std::abs(x - d.lo), d.hi - d.lo) : d.lo;
  else if (x < d.lo)
    x = d.lo + (d.lo - x);
  else if (x > d.hi)
    x = d.hi - (x - d.hi);
  float f = static_cast<float>(std::clamp(x, -largest, largest));
  if (f < d.lo) f = std::nextafter(f, std::numeric_limits<float>::infinity());
  if (f > d.hi) f = std::nextafter(f, -std::numeric_limits<float>::infinity());
  return d.whole ? std::round(f) : f;
}

double steps_away(double x, Index ulps) {
  float f = static_cast<float>(x);
  for (Index i = 0; i < std::abs(ulps); ++i)
    f = std::nextafter(f, ulps > 0 ? std::numeric_limits<float>::infinity() : -std::numeric_limits<float>::infinity());
  return f;
}

double around(RandomChoices& random, double point) {
  switch (random.pick(0, 4)) {
    case 0:
      return point;
    case 1:
      return steps_away(point, random.pick(-4, 4));
    case 2:
      return point + std::ldexp(random.normal(), -static_cast<int>(random.pick(1, 24)));
    case 3:
      return point * (1 + std::ldexp(random.normal(), -static_cast<int>(random.pick(4, 24))));
    default:
      return point + random.normal();
  }
}

double draw_finite_bits(RandomChoices& random) {
  return draw_float(random, static_cast<FloatClass>(random.pick(0, static_cast<int>(FloatClass::infinite) - 1)));
}

// Patterns whose elements do not depend on one another; `scale` and `centre` are drawn once a tensor.
double draw_one(RandomChoices& random, Pattern p, const Domain& d, double scale, double centre) {
  switch (p) {
    case Pattern::grid: {
      const Index k = random.pick(-8, 8);
      return k == 0 && random.coin() ? -0.0 : static_cast<double>(k) * scale;
    }
    case Pattern::uniform: {
      const bool bounded = std::isfinite(d.lo) && std::isfinite(d.hi);
      return bounded ? d.lo + random.unit() * (d.hi - d.lo) : 2 * random.unit() - 1;
    }
    case Pattern::wide:
      return std::ldexp(random.normal(), static_cast<int>(random.pick(-40, 40)));
    case Pattern::near_ties:
      return steps_away(centre, random.pick(-2, 2));
    case Pattern::tiny_variance:
      return centre * 64 * (1 + std::ldexp(random.normal(), -14));
    case Pattern::hard:
      return around(random, d.hard[static_cast<std::size_t>(random.pick(0, static_cast<Index>(d.hard.size()) - 1))]);
    case Pattern::lognormal:
      return std::exp(2 * random.normal());
    case Pattern::bits:
      return draw_finite_bits(random);
    case Pattern::huge:
      return draw_float(random, FloatClass::huge);
    case Pattern::tiny:
      if (random.pick(0, 3) == 0) return static_cast<double>(random.pick(-2, 2));
      return random.coin() ? draw_float(random, FloatClass::subnormal)
                           : std::ldexp(draw_float(random, FloatClass::one_bit), -114);  // from 2^-126
    case Pattern::constant:
      return centre;
    default:
      return random.normal();
  }
}

// Neighbours along one axis get opposite values, except for a few, which differ by a small term.
void cancel(RandomChoices& random, std::span<double> x, const Shape& shape, const Domain& d) {
  if (shape.rank() == 0) return;
  const Index axis = random.pick(0, shape.rank() - 1), stride = shape.strides()[static_cast<std::size_t>(axis)];
  for (Index i = 0; i < static_cast<Index>(x.size()); ++i) {
    if (i / stride % shape[axis] % 2 == 0) continue;
    const double partner = x[static_cast<std::size_t>(i - stride)];
    x[static_cast<std::size_t>(i)] = into(random.pick(0, 7) == 7 ? -partner * (1 + 0x1p-20) : -partner, d);
  }
}

Values fill_real(RandomChoices& random, Pattern p, const Shape& shape, const Domain& d) {
  if (p == Pattern::hard && d.hard.empty()) p = Pattern::wide;
  const double scale = std::ldexp(1.0, static_cast<int>(2 * random.pick(-2, 1)));
  const double centre = random.pick(0, 7) < (p == Pattern::near_ties ? 7 : 2) ? 1.0 / 3 : random.normal();
  std::vector<double> x(static_cast<std::size_t>(shape.size()));
  for (double& e : x) e = into(draw_one(random, p, d, scale, centre), d);
  if (p == Pattern::cancellation) cancel(random, x, shape, d);
  if (p == Pattern::sorted) std::sort(x.begin(), x.end());
  if (p == Pattern::sorted && random.coin()) std::reverse(x.begin(), x.end());
  return Values(shape, std::move(x));
}

}  // namespace

float draw_float(RandomChoices& random, FloatClass c) {
  const auto exponent = [&](int lo, int hi) { return static_cast<std::uint32_t>(random.pick(lo, hi)); };
  switch (c) {
    case FloatClass::zero:
      return with_sign(random, 0.0F);
    case FloatClass::one_bit:
      return with_sign(random, of_bits(exponent(127 - 12, 127 + 12), 0));
    case FloatClass::short_mantissa:
      return with_sign(random, of_bits(exponent(127 - 12, 127 + 12), exponent(0, 15) << 19));
    case FloatClass::normal:
      return with_sign(random, of_bits(exponent(1, 254), draw_mantissa(random)));
    case FloatClass::beside_power: {
      const float power = of_bits(exponent(1, 254), 0);
      return with_sign(random, std::nextafter(power, random.coin() ? 0.0F : std::numeric_limits<float>::infinity()));
    }
    case FloatClass::subnormal:
      return with_sign(random, of_bits(0, std::max(1U, draw_mantissa(random) >> exponent(0, 22))));
    case FloatClass::huge:
      return with_sign(random, of_bits(exponent(246, 254), draw_mantissa(random)));
    case FloatClass::infinite:
      return with_sign(random, std::numeric_limits<float>::infinity());
    default:
      return std::numeric_limits<float>::quiet_NaN();
  }
}

Values fill(spec::Choices& choices, Pattern pattern, const Shape& shape, const Domain& domain) {
  RandomChoices random(mix(static_cast<std::uint64_t>(choices.pick(0, std::numeric_limits<std::uint32_t>::max()))));
  const auto integers = [&](Index below) {
    return Values::generate(shape, [&](Index) { return static_cast<double>(random.pick(0, below - 1)); });
  };
  if (domain.extent >= 0) {
    const Index extent = std::max<Index>(1, domain.extent);
    if (!domain.ignored || (*domain.ignored >= 0 && *domain.ignored < extent)) return integers(extent);
    return Values::generate(shape, [&](Index) {
      return static_cast<double>(random.pick(0, 7) == 7 ? *domain.ignored : random.pick(0, extent - 1));
    });
  }
  if (domain.truth) return integers(2);
  return fill_real(random, pattern, shape, domain);
}

Values sprinkle_specials(spec::Choices& choices, const Values& x, Index zero) {
  static const std::vector<double> specials{std::numeric_limits<double>::quiet_NaN(),
                                            std::numeric_limits<double>::infinity(),
                                            -std::numeric_limits<double>::infinity(), -0.0, 0.0};
  Values y = x;
  const auto out = y.mutable_elements();
  if (out.empty()) return y;
  const Index places = choices.pick(1, std::min<Index>(4, static_cast<Index>(out.size())));
  for (Index i = 0; i < places; ++i) {
    const Index at = choices.pick(0, y.size() - 1);
    out[static_cast<std::size_t>(at)] = choices.one_of(specials);
  }
  if (choices.coin()) out[static_cast<std::size_t>(zero % y.size())] = choices.coin() ? -0.0 : 0.0;
  return y;
}

}  // namespace plumbline::crosscheck
