// Inverting initial values, and bounds on what chance does.
#include "crosscheck/laws/init/unit_samples.h"

#include <cmath>

#include "spec/layers/initialise.h"
#include "spec/num/approx.h"
#include "spec/num/roundoff.h"

namespace plumbline::crosscheck {

using spec::Approx;
using spec::Index;

namespace {

constexpr double grid = 0x1p-24;  // of the draws

struct Range {
  double lo, hi;
};

std::optional<Range> range_of(const spec::Initialiser& scheme, const spec::Shape& shape) {
  if (const auto* s = std::get_if<spec::UniformInit>(&scheme)) return Range{s->lo, s->hi};
  double a = 0;
  if (const auto* s = std::get_if<spec::XavierUniformInit>(&scheme))
    a = spec::limit_of(*s, shape);
  else if (const auto* s = std::get_if<spec::KaimingUniformInit>(&scheme))
    a = spec::limit_of(*s, shape);
  else
    return std::nullopt;
  return Range{-a, a};
}

// u = (x − lo)/(hi − lo) on the ends as binary32 holds them: two roundings stand between u and x. Their bounds depend
// on the binades of the product and of x only, never on the low bits of u [init B3]. TorchLean's samples have 32 bits
// and are rounded once more.
UnitSamples of_uniform(Range r, const Values& x, spec::StreamScheme streams) {
  constexpr double slack = 1 + 0x1p-40;  // of the double arithmetic here
  const bool exact = streams == spec::StreamScheme::separate;
  UnitSamples out{{}, grid, exact};
  const double lo = static_cast<float>(r.lo),
               width = static_cast<float>(static_cast<float>(r.hi) - static_cast<float>(r.lo));
  for (Index i = 0; i < x.size(); ++i) {
    const double product = x[i] - lo;
    const double of_sum = spec::roundoff(spec::binary32, std::abs(x[i]));
    const double of_product = spec::roundoff(spec::binary32, (std::abs(product) + of_sum) * slack);
    const double own = of_sum + (exact ? 1 : 3) * of_product;
    out.samples.push_back({product / width, own / width * slack});
  }
  return out;
}

// How far a kernel within its claims may lie from mean + std·z, for any draws [init B6].
double normal_error(const spec::NormalInit& s, const spec::Claims& claims) {
  const double u = spec::unit_roundoff(claims.intermediate), most_z = 6;  // √(2·24 ln 2) < 6
  const double functions =
      2 * claims.ulp(spec::Function::cos) + claims.ulp(spec::Function::log) + 2 * claims.ulp(spec::Function::sqrt);
  return s.std * most_z * u * (21 + functions) + 4 * u * (std::abs(s.mean) + s.std * most_z);
}

// Φ((x − mean)/std); the density of the normal law is below 0.4.
UnitSamples of_normal(const spec::NormalInit& s, const Values& x, const spec::Claims& claims) {
  UnitSamples out{{}, 3 * grid, false};
  const Approx root_half = sqrt(Approx(0.5)), half(0.5);
  const double radius = 0.4 * normal_error(s, claims) / s.std;
  for (Index i = 0; i < x.size(); ++i) {
    const Approx z = (Approx(x[i]) - Approx(s.mean)) / Approx(s.std);
    const Approx cdf = half + half * erf(z * root_half);
    out.samples.push_back({cdf.centre(), cdf.radius() + radius});
  }
  return out;
}

// F(x), F the law cut to [a, b]; the error of x counts by the slope there, which it hardly changes.
UnitSamples of_truncated(const spec::TruncatedNormalInit& s, const Values& x) {
  constexpr double slack = 1 + 0x1p-10;
  UnitSamples out{{}, grid, false};
  const TruncatedShare share(s);
  for (Index i = 0; i < x.size(); ++i) {
    const Approx at = share.mass_below(x[i]) / share.mass();
    out.samples.push_back({at.centre(), at.radius() + share.slope(x[i]) * truncated_error(s, x[i]) * slack});
  }
  return out;
}

}  // namespace

TruncatedShare::TruncatedShare(const spec::TruncatedNormalInit& s)
    : law_(s), side_(spec::NormalWindow(s).side()), root_half_(sqrt(Approx(0.5))) {
  const Approx z(spec::NormalWindow(s).alpha);
  at_alpha_ = side_ > 0 ? erfc(z * root_half_) : side_ < 0 ? -erfc(-z * root_half_) : -erf(z * root_half_);
  mass_ = mass_below(s.b);
}

Approx TruncatedShare::mass_below(double x) const {
  const Approx z = Approx((x - law_.mean) / law_.std) * root_half_;
  return Approx(0.5) * (at_alpha_ + (side_ > 0 ? -erfc(z) : side_ < 0 ? erfc(-z) : erf(z)));
}

double TruncatedShare::slope(double x) const {
  const double z = (x - law_.mean) / law_.std;
  return std::exp(-z * z / 2) / 2.5066282746310007 / (law_.std * mass_.centre());
}

double truncated_error(const spec::TruncatedNormalInit& s, double x) {
  const spec::NormalWindow w(s);
  const double most = std::max(std::abs(w.alpha), std::abs(w.beta)), z = (x - s.mean) / s.std;
  const double nearest = w.side() == 0 ? 0 : std::min(std::abs(w.alpha), std::abs(w.beta));
  const double terms = w.side() == 0 ? 1 : std::erfc(nearest / std::sqrt(2.0));  // of the difference that is a mass
  const double density = std::exp(-z * z / 2) / 2.5066282746310007;
  const double of_quantile = 0x1p-49 * terms / density, of_arithmetic = 0x1p-50 * (std::abs(s.mean) + s.std * most);
  return spec::roundoff(spec::binary32, std::abs(x)) * (1 + 0x1p-20) + s.std * of_quantile + of_arithmetic;
}

bool has_unit_samples(const spec::Initialiser& scheme) {
  return spec::draws_of(scheme, {1, 1}) > 0 && !std::holds_alternative<spec::OrthogonalInit>(scheme);
}

std::optional<UnitSamples> unit_samples(const spec::PlannedParameter& p, spec::StreamScheme streams, const Values& x,
                                        const spec::Claims& claims) {
  if (!has_unit_samples(p.scheme)) return std::nullopt;
  if (const auto s = spec::normal_law(p.scheme, p.shape)) {
    if (s->std == 0) return std::nullopt;
    return of_normal(*s, x, claims);
  }
  if (const auto* s = std::get_if<spec::TruncatedNormalInit>(&p.scheme)) return of_truncated(*s, x);
  const auto range = range_of(p.scheme, p.shape);
  if (!range || static_cast<float>(range->lo) == static_cast<float>(range->hi)) return std::nullopt;
  return of_uniform(*range, x, streams);
}

double dkw_bound(double n, double alpha) { return std::sqrt(std::log(2 / alpha) / (2 * n)); }

double most_hits(double n, double p, double alpha) {
  const double mean = n * p;
  for (double m = std::floor(mean) + 1; m <= n; ++m)  // P(X ≥ m) ≤ e^(m − np) (np/m)^m
    if (m - mean + m * std::log(mean / m) <= std::log(alpha)) return m;
  return n + 1;
}

double widest_gap(double n, double alpha) { return -std::expm1(std::log(alpha) / n); }

double bit_bound(double n, double alpha) { return std::sqrt(std::log(2 / alpha) / (2 * n)); }

}  // namespace plumbline::crosscheck
