// Data patterns.
#include "crosscheck/sample/patterns.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "spec/num/round.h"

namespace plumbline::crosscheck {

using spec::Domain;
using spec::Format;
using spec::Index;
using spec::Shape;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

double with_sign(RandomChoices& random, double x) { return random.coin() ? -x : x; }

// The number of a biased exponent and the bits of a fraction.
double of_bits(const Format& f, Index exponent, Index fraction) {
  const int bits = f.precision - 1;
  if (exponent == 0) return std::ldexp(static_cast<double>(fraction), f.emin - bits);
  return std::ldexp(static_cast<double>(fraction + (Index{1} << bits)), static_cast<int>(exponent) - f.emax - bits);
}

Index draw_fraction(RandomChoices& random, const Format& f) {
  return random.pick(0, (Index{1} << (f.precision - 1)) - 1);
}

double nearest(double x, const Format& f) {
  if (f == spec::binary64) return x;
  return f == spec::binary32 ? static_cast<float>(x) : spec::round_to_format(x, f);
}

// The next number of the format towards `to`, from one of its numbers.
double next(double x, double to, const Format& f) {
  if (f == spec::binary64) return std::nextafter(x, to);
  if (f == spec::binary32) return std::nextafter(static_cast<float>(x), static_cast<float>(to));
  if (x == to || std::isnan(x)) return x;
  return spec::round_to(std::nextafter(x, to), f, to > x ? spec::Direction::up : spec::Direction::down);
}

// One-bit numbers lie within 2^±range.
int one_bit_range(const Format& f) { return std::min(12, f.emax - 2); }

// A share of the precision of binary32, of `f`.
int bits_of(const Format& f, int of_binary32) { return f.precision * of_binary32 / spec::binary32.precision; }

// The nearest number of the format inside the domain, rounded to an integer where the domain has whole numbers only.
double into(double x, const Domain& d, const Format& f) {
  if (std::isnan(x)) x = 0;
  if (std::isfinite(d.lo) && std::isfinite(d.hi) && (x < d.lo || x > d.hi))
    x = d.hi > d.lo ? d.lo + std::fmod(std::abs(x - d.lo), d.hi - d.lo) : d.lo;
  else if (x < d.lo)
    x = d.lo + (d.lo - x);
  else if (x > d.hi)
    x = d.hi - (x - d.hi);
  double y = nearest(std::clamp(x, -f.largest(), f.largest()), f);
  if (y < d.lo) y = next(y, infinity, f);
  if (y > d.hi) y = next(y, -infinity, f);
  return d.whole ? std::round(y) : y;
}

double steps_away(double x, Index ulps, const Format& f) {
  double y = nearest(x, f);
  for (Index i = 0; i < std::abs(ulps); ++i) y = next(y, ulps > 0 ? infinity : -infinity, f);
  return y;
}

double around(RandomChoices& random, double point, const Format& f) {
  switch (random.pick(0, 4)) {
    case 0:
      return point;
    case 1:
      return steps_away(point, random.pick(-4, 4), f);
    case 2:
      return point + std::ldexp(random.normal(), -static_cast<int>(random.pick(1, f.precision)));
    case 3:
      return point * (1 + std::ldexp(random.normal(), -static_cast<int>(random.pick(4, f.precision))));
    default:
      return point + random.normal();
  }
}

double draw_finite_bits(RandomChoices& random, const Format& f) {
  return draw_float(random, static_cast<FloatClass>(random.pick(0, static_cast<int>(FloatClass::infinite) - 1)), f);
}

// Patterns whose elements do not depend on one another; `scale` and `centre` are drawn once a tensor.
double draw_one(RandomChoices& random, Pattern p, const Domain& d, const Format& f, double scale, double centre) {
  switch (p) {
    case Pattern::grid: {
      const Index k = random.pick(-8, 8);
      return k == 0 && random.coin() ? -0.0 : static_cast<double>(k) * scale;
    }
    case Pattern::uniform: {
      const bool bounded = std::isfinite(d.lo) && std::isfinite(d.hi);
      return bounded ? d.lo + random.unit() * (d.hi - d.lo) : 2 * random.unit() - 1;
    }
    case Pattern::wide: {
      const int range = f.emax * 40 / spec::binary32.emax;
      return std::ldexp(random.normal(), static_cast<int>(random.pick(-range, range)));
    }
    case Pattern::near_ties:
      return steps_away(centre, random.pick(-2, 2), f);
    case Pattern::tiny_variance:
      return centre * 64 * (1 + std::ldexp(random.normal(), -bits_of(f, 14)));
    case Pattern::hard:
      return around(random, d.hard[static_cast<std::size_t>(random.pick(0, static_cast<Index>(d.hard.size()) - 1))], f);
    case Pattern::lognormal:
      return std::exp(2 * random.normal());
    case Pattern::bits:
      return draw_finite_bits(random, f);
    case Pattern::huge:
      return draw_float(random, FloatClass::huge, f);
    case Pattern::tiny:
      if (random.pick(0, 3) == 0) return static_cast<double>(random.pick(-2, 2));
      return random.coin() ? draw_float(random, FloatClass::subnormal, f)
                           : std::ldexp(draw_float(random, FloatClass::one_bit, f), f.emin + one_bit_range(f));
    case Pattern::constant:
      return centre;
    default:
      return random.normal();
  }
}

// Neighbours along one axis get opposite values, except for a few, which differ by a small term.
void cancel(RandomChoices& random, std::span<double> x, const Shape& shape, const Domain& d, const Format& f) {
  if (shape.rank() == 0) return;
  const Index axis = random.pick(0, shape.rank() - 1), stride = shape.strides()[static_cast<std::size_t>(axis)];
  for (Index i = 0; i < static_cast<Index>(x.size()); ++i) {
    if (i / stride % shape[axis] % 2 == 0) continue;
    const double partner = x[static_cast<std::size_t>(i - stride)];
    const double nearly = 1 + std::ldexp(1.0, -bits_of(f, 20));
    x[static_cast<std::size_t>(i)] = into(random.pick(0, 7) == 7 ? -partner * nearly : -partner, d, f);
  }
}

Values fill_real(RandomChoices& random, Pattern p, const Shape& shape, const Domain& d, const Format& f) {
  if (p == Pattern::hard && d.hard.empty()) p = Pattern::wide;
  const double scale = std::ldexp(1.0, static_cast<int>(2 * random.pick(-2, 1)));
  const double centre = random.pick(0, 7) < (p == Pattern::near_ties ? 7 : 2) ? 1.0 / 3 : random.normal();
  std::vector<double> x(static_cast<std::size_t>(shape.size()));
  for (double& e : x) e = into(draw_one(random, p, d, f, scale, centre), d, f);
  if (p == Pattern::cancellation) cancel(random, x, shape, d, f);
  if (p == Pattern::sorted) std::sort(x.begin(), x.end());
  if (p == Pattern::sorted && random.coin()) std::reverse(x.begin(), x.end());
  return Values(shape, std::move(x));
}

}  // namespace

double draw_float(RandomChoices& random, FloatClass c, const Format& f) {
  const int bits = f.precision - 1, range = one_bit_range(f), most = 2 * f.emax;
  const auto exponent = [&](int lo, int hi) { return random.pick(lo, hi); };
  switch (c) {
    case FloatClass::zero:
      return with_sign(random, 0.0);
    case FloatClass::one_bit:
      return with_sign(random, of_bits(f, exponent(f.emax - range, f.emax + range), 0));
    case FloatClass::short_mantissa: {
      const Index upper = exponent(0, 15) << (bits - 4);
      return with_sign(random, of_bits(f, exponent(f.emax - range, f.emax + range), upper));
    }
    case FloatClass::normal: {
      const Index fraction = draw_fraction(random, f);
      return with_sign(random, of_bits(f, exponent(1, most), fraction));
    }
    case FloatClass::beside_power: {
      const double power = of_bits(f, exponent(1, most), 0);
      return with_sign(random, next(power, random.coin() ? 0.0 : infinity, f));
    }
    case FloatClass::subnormal: {
      const Index fraction = draw_fraction(random, f);
      return with_sign(random, of_bits(f, 0, std::max<Index>(1, fraction >> exponent(0, bits - 1))));
    }
    case FloatClass::huge: {
      const Index fraction = draw_fraction(random, f);
      return with_sign(random, of_bits(f, exponent(most - std::min(8, f.emax / 4), most), fraction));
    }
    case FloatClass::infinite:
      return with_sign(random, infinity);
    default:
      return std::numeric_limits<double>::quiet_NaN();
  }
}

Values fill(spec::Choices& choices, Pattern pattern, const Shape& shape, const Domain& domain,
            const Format& format) {
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
  return fill_real(random, pattern, shape, domain, format);
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
