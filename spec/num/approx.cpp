// Approx arithmetic: the error of each double operation is found exactly, or bounded, and added to the radius.
#include "spec/num/approx.h"

#include <algorithm>

#include "spec/lang/floats.h"

namespace plumbline::spec {

using namespace upward;

namespace {
// Any real number in [lo, hi].
Approx between(double lo, double hi) {
  if (lo == hi) return Approx::within(lo, 0);
  const double c = lo / 2 + hi / 2;
  return Approx::within(c, std::max(raised(c - lo), raised(hi - c)));
}
// NaN in, NaN out; a pole survives only where `pole_survives`.
Approx undefined(const Approx& x, const Approx& y, bool pole_survives) {
  if (x.known() == Known::nan || y.known() == Known::nan) return Approx::in(Known::nan);
  const bool one_pole = (x.known() == Known::pole) != (y.known() == Known::pole);
  const bool rest_known = x.known() != Known::nothing && y.known() != Known::nothing;
  return Approx::in(pole_survives && one_pole && rest_known ? Known::pole : Known::nothing);
}
bool values(const Approx& x, const Approx& y) { return x.is_value() && y.is_value(); }
}  // namespace

Approx Approx::within(double centre, double radius) {
  if (!std::isfinite(centre) || !std::isfinite(radius)) return in(Known::nothing);
  Approx x;
  x.centre_ = centre, x.radius_ = radius;
  return x;
}

Approx::Approx(Index value) : centre_(static_cast<double>(value)) {
  const auto rest = static_cast<__int128>(value) - static_cast<__int128>(centre_);
  radius_ = static_cast<double>(rest < 0 ? -rest : rest);
}

double lower(const Approx& x) {
  if (!x.is_value()) return -infinity;
  return x.radius() == 0 ? x.centre() : lowered(x.centre() - x.radius());
}
double upper(const Approx& x) {
  if (!x.is_value()) return infinity;
  return x.radius() == 0 ? x.centre() : raised(x.centre() + x.radius());
}

Approx operator+(const Approx& x, const Approx& y) {
  if (!values(x, y)) return undefined(x, y, true);
  const double a = x.centre_, b = y.centre_, c = a + b, t = c - a;
  const double rest = std::abs((a - (c - t)) + (b - t));  // TwoSum: exact
  if (rest + x.radius_ + y.radius_ == 0) return std::isfinite(c) ? Approx::exactly(c) : Approx::in(Known::nothing);
  return Approx::within(c, add(x.radius_, y.radius_, rest));
}

Approx operator*(const Approx& x, const Approx& y) {
  if (!values(x, y)) return undefined(x, y, false);
  const double a = x.centre_, b = y.centre_, c = a * b;
  if (!std::isfinite(c)) return Approx::in(Known::nothing);
  double rest = std::abs(std::fma(a, b, -c));  // exact unless it underflows
  if (std::abs(c) < 0x1p-960 && a != 0 && b != 0) rest += tiny;
  if (x.radius_ == 0 && y.radius_ == 0) return Approx::within(c, rest);
  const double inherited = add(mul(std::abs(a), y.radius_), mul(std::abs(b), x.radius_), mul(x.radius_, y.radius_));
  return Approx::within(c, add(inherited, rest));
}

// (a + e)/(b + f) − c = (a − c·b + e − c·f)/(b + f)
Approx operator/(const Approx& x, const Approx& y) {
  if (!values(x, y)) return undefined(x, y, x.known() == Known::pole && std::abs(y.centre_) > y.radius_);
  const double a = x.centre_, b = y.centre_;
  if (std::abs(b) <= y.radius_) {
    if (b != 0 || y.radius_ != 0 || std::abs(a) <= x.radius_)
      return Approx::in(x.is_exact() && y.is_exact() ? Known::nan : Known::nothing);
    return Approx::in(Known::pole);
  }
  if (a == 0 && x.radius_ == 0) return Approx(0.0);
  const double c = a / b;
  if (!std::isfinite(c)) return Approx::in(Known::nothing);
  double rest = std::abs(std::fma(-c, b, a)) * wider;
  if (std::abs(a) < 0x1p-900 || std::abs(c) < 0x1p-960) rest += tiny;
  const double top = add(rest, x.radius_, mul(std::abs(c), y.radius_));
  return Approx::within(c, div(top, sub_down(std::abs(b), y.radius_)));
}

Approx abs(const Approx& x) {
  if (!x.is_value()) return x;
  if (std::abs(x.centre()) >= x.radius()) return x.centre() < 0 ? -x : x;
  return between(0, std::max(-lower(x), upper(x)));
}

Approx ramp(const Approx& x) {
  if (!x.is_value()) return x.known() == Known::pole ? Approx::in(Known::nothing) : x;
  if (lower(x) >= 0) return x;
  return upper(x) <= 0 ? Approx(0.0) : between(0, upper(x));
}

Approx maximum(const Approx& x, const Approx& y) {
  if (!values(x, y)) return undefined(x, y, false);
  if (lower(x) >= upper(y)) return x;
  if (lower(y) >= upper(x)) return y;
  return between(std::max(lower(x), lower(y)), std::max(upper(x), upper(y)));
}

namespace {
Approx stepped(const Approx& x, double (*step)(double)) {
  if (!x.is_value()) return x.known() == Known::pole ? Approx::in(Known::nothing) : x;
  return between(step(lower(x)), step(upper(x)));
}
}  // namespace
Approx floor(const Approx& x) { return stepped(x, std::floor); }
Approx round_even(const Approx& x) { return stepped(x, round_even<double>); }

Approx minimum(const Approx& x, const Approx& y) { return -maximum(-x, -y); }

Approx ratio(const Approx&, Index p, Index q) { return Approx(p) / Approx(q); }

Approx pi(const Approx&) { return Approx::within(0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53); }

Truth less(const Approx& x, const Approx& y) {
  if (x.known() == Known::nan || y.known() == Known::nan) return Tri::no;
  if (!values(x, y)) return Tri::unknown;
  if (upper(x) < lower(y)) return Tri::yes;
  return lower(x) >= upper(y) ? Tri::no : Tri::unknown;
}

Truth equal(const Approx& x, const Approx& y) {
  if (x.known() == Known::nan || y.known() == Known::nan) return Tri::no;
  if (!values(x, y)) return Tri::unknown;
  if (upper(x) < lower(y) || upper(y) < lower(x)) return Tri::no;
  return x.is_exact() && y.is_exact() ? Tri::yes : Tri::unknown;
}

Approx select(Truth t, const Approx& x, const Approx& y) {
  if (t.exact != Tri::unknown) return t.exact == Tri::yes ? x : y;
  if (values(x, y)) return between(std::min(lower(x), lower(y)), std::max(upper(x), upper(y)));
  return Approx::in(x.known() == y.known() ? x.known() : Known::nothing);
}

std::optional<Index> to_index(const Approx& x) {
  if (!x.is_exact() || std::abs(x.centre()) >= 0x1p62 || x.centre() != std::floor(x.centre())) return std::nullopt;
  return static_cast<Index>(x.centre());
}

}  // namespace plumbline::spec
