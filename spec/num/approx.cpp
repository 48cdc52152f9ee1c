// Approx arithmetic: the error of each double operation is found exactly, or bounded, and kept.
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

struct Pair {
  double sum, rest;
};
// a + b = sum + rest, exactly (Knuth's TwoSum).
Pair two_sum(double a, double b) {
  const double c = a + b, t = c - a;
  return {c, (a - (c - t)) + (b - t)};
}
constexpr double u = 0x1p-53, slack = 1 + 0x1p-49;  // of a few operations on bounds
}  // namespace

Approx Approx::within(double centre, double tail, double error) {
  const auto [sum, rest] = two_sum(centre, tail);
  if (!std::isfinite(sum + rest) || !std::isfinite(error)) return in(Known::nothing);
  Approx x;
  x.centre_ = sum, x.tail_ = rest, x.error_ = error;
  return x;
}

Approx::Approx(Index value) : centre_(static_cast<double>(value)) {
  if (value >> 53 == 0 || value >> 53 == -1) return;
  tail_ = static_cast<double>(static_cast<Index>(static_cast<__int128>(value) - static_cast<__int128>(centre_)));
}

double lower(const Approx& x) {
  if (!x.is_value()) return -infinity;
  return x.is_exact() ? x.centre() : lowered(x.centre() + lowered(x.tail() - x.error()));
}
double upper(const Approx& x) {
  if (!x.is_value()) return infinity;
  return x.is_exact() ? x.centre() : raised(x.centre() + raised(x.tail() + x.error()));
}

Approx operator+(const Approx& x, const Approx& y) {
  if (!values(x, y)) return undefined(x, y, true);
  const auto [c, e] = two_sum(x.centre_, y.centre_);
  if (x.tail_ == 0 && y.tail_ == 0) return Approx::within(c, e, add(x.error_, y.error_));
  const auto [tails, tails_rest] = two_sum(x.tail_, y.tail_);
  const auto [rest, rest_rest] = two_sum(e, tails);
  return Approx::within(c, rest, add(x.error_, y.error_, add(std::abs(tails_rest), std::abs(rest_rest))));
}

// (a + a′)(b + b′) = ab + (ab′ + a′b) + a′b′
Approx operator*(const Approx& x, const Approx& y) {
  if (!values(x, y)) return undefined(x, y, false);
  const double a = x.centre_, b = y.centre_, c = a * b;
  if (!std::isfinite(c)) return Approx::in(Known::nothing);
  double rest = std::fma(a, b, -c), own = 0;  // exact unless it underflows
  if (std::abs(c) < 0x1p-960 && a != 0 && b != 0) own = tiny;
  if (x.tail_ != 0 || y.tail_ != 0) {
    const double one = x.tail_ * b, cross = std::fma(a, y.tail_, one), sum = rest + cross;
    own += ((std::abs(one) + std::abs(cross) + std::abs(sum)) * u + std::abs(x.tail_ * y.tail_)) * slack + 8 * tiny;
    rest = sum;
  }
  if (x.error_ == 0 && y.error_ == 0) return Approx::within(c, rest, own);
  const double inherited = add(mul(std::abs(a) * slack, y.error_), mul(std::abs(b) * slack, x.error_),
                               mul(x.error_, y.error_));
  return Approx::within(c, rest, add(inherited, own));
}

// (a + e)/(b + f) − (c + c′) = (r − c′b + e − (c + c′)f)/(b + f) with r = a − cb, and e, f the tails and the errors.
Approx operator/(const Approx& x, const Approx& y) {
  if (!values(x, y)) return undefined(x, y, x.known() == Known::pole && std::abs(y.centre_) > y.radius());
  const double a = x.centre_, b = y.centre_;
  if (std::abs(b) <= y.radius()) {
    if (b != 0 || y.radius() != 0 || std::abs(a) <= x.radius())
      return Approx::in(x.is_exact() && y.is_exact() ? Known::nan : Known::nothing);
    return Approx::in(Known::pole);
  }
  if (a == 0 && x.error_ == 0) return Approx(0.0);
  const double c = a / b;
  if (!std::isfinite(c)) return Approx::in(Known::nothing);
  const double tails = std::fma(-c, y.tail_, x.tail_), r = std::fma(-c, b, a) + tails, second = r / b;
  double rest = ((std::abs(tails) + std::abs(r)) * u + std::abs(std::fma(-second, b, r)) +
                 std::abs(second * y.tail_)) * slack;
  if (r != 0 || tails != 0 || std::abs(a) < 0x1p-900 || std::abs(c) < 0x1p-960) rest += 8 * tiny;
  const double top = add(rest, x.error_, mul(std::abs(c) * slack, y.error_));
  return Approx::within(c, second, div(top, sub_down(std::abs(b), y.radius())));
}

Approx abs(const Approx& x) {
  if (!x.is_value()) return x;
  if (lower(x) >= 0) return x;
  if (upper(x) <= 0) return -x;
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
  const Approx gap = x - y;
  if (lower(gap) >= 0) return x;
  if (upper(gap) <= 0) return y;
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

Approx pi(const Approx&) { return Approx::within(0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53, 0x1p-106); }

Truth less(const Approx& x, const Approx& y) {
  if (x.known() == Known::nan || y.known() == Known::nan) return Tri::no;
  if (!values(x, y)) return Tri::unknown;
  if (upper(x) < lower(y)) return Tri::yes;
  if (lower(x) >= upper(y)) return Tri::no;
  const Approx gap = y - x;
  if (lower(gap) > 0) return Tri::yes;
  return upper(gap) <= 0 ? Tri::no : Tri::unknown;
}

Truth equal(const Approx& x, const Approx& y) {
  if (x.known() == Known::nan || y.known() == Known::nan) return Tri::no;
  if (!values(x, y)) return Tri::unknown;
  if (upper(x) < lower(y) || upper(y) < lower(x)) return Tri::no;
  if (x.is_point() && y.is_point()) return x.centre() == y.centre() && x.tail() == y.tail() ? Tri::yes : Tri::no;
  return Tri::unknown;
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
