// The verdict on one float: classes first, then |got − exact| against the bound, then against what rounding looks like.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "spec/num/rounded.h"

namespace plumbline::spec {

// Only `pass` is a pass. `suspect` is statistical, at a stated false-alarm probability; `mistrusted` is a case that
// proves nothing.
enum class Verdict : std::uint8_t { pass, fail, suspect, undecided, mistrusted, crash, nondeterministic, skipped };
inline constexpr std::array all_verdicts{
    Verdict::pass,       Verdict::fail,  Verdict::suspect,          Verdict::undecided,
    Verdict::mistrusted, Verdict::crash, Verdict::nondeterministic, Verdict::skipped};
std::string_view verdict_name(Verdict v);

enum class FloatClass : std::uint8_t { zero, subnormal, normal, infinite, nan };
// Of a value that is stored in the format.
FloatClass float_class(double value, const Format& format);
std::string_view float_class_name(FloatClass c);

// The λ of the second tier: P(|err| > b + λs for any of the elements) ≤ false_alarm [tier B4].
double lambda(double false_alarm, double elements);
// The budget of a run, where none is stated.
inline constexpr double default_false_alarm = 1e-9, default_elements = 1e9;

// Which zero is right where the exact value is zero.
enum class ZeroSign : std::uint8_t { either, positive, negative };

struct Judged {
  Verdict verdict = Verdict::undecided;
  bool unjudged = false;        // the claims bound nothing here; the verdict is pass
  bool zero_tolerance = false;  // only the exact value is accepted
  double ratio = 0;             // |got − exact|/bound
  double ulps = 0;              // |got − exact| in ulps of the claimed output format at the exact value
};

namespace judging {

inline Judged passed_if(bool right) {
  return {right ? Verdict::pass : Verdict::fail, false, false, right ? 0 : upward::infinity,
          right ? 0 : upward::infinity};
}
inline Judged unjudged() { return {Verdict::pass, true, false, 0, 0}; }

// Is `got` what overflow gives, on a side where the computed value may have overflowed? A format without infinity
// saturates, or gives NaN.
template <class C>
bool overflowed(const Rounded<C>& x, double got, const Format& f) {
  if (!x.may_overflow()) return false;
  if (!f.has_infinity && std::isnan(got)) return true;
  const bool beyond = std::isinf(got) || (!f.has_infinity && std::abs(got) >= largest(f));
  return beyond && (x.flags & (got > 0 ? x.overflow_up : x.overflow_down)) != 0;
}

}  // namespace judging

// `expected` must be finished. Undecided: look again with a narrower enclosure [verdict B1]. λ = ∞: proof only.
template <class C>
Judged judge(const Rounded<C>& expected, double got, double lambda, ZeroSign zero = ZeroSign::either) {
  using upward::infinity;
  const Rounded<C>& x = expected;
  const Format& format = x.claims != nullptr ? x.claims->output : binary64;
  constexpr bool filter = std::same_as<C, Approx>;
  if (!(x.d < infinity)) {
    return !x.is_unreal() && (filter || known(x.exact) == Known::nothing) ? Judged() : judging::unjudged();
  }
  if (known(x.exact) == Known::nan) return judging::passed_if(std::isnan(got));
  if (known(x.exact) == Known::pole) return judging::passed_if(!std::isfinite(got));
  if (judging::overflowed(x, got, format)) return judging::passed_if(true);
  if (!std::isfinite(got) || x.certainly_overflows(format)) return judging::passed_if(false);
  const C gap = abs(x.exact - real(x.exact, got));
  const double near = std::max(0.0, lower(gap)), far = upper(gap), middle = far < infinity ? near / 2 + far / 2 : far;
  Judged out;
  out.zero_tolerance = x.d == 0;
  out.ratio = middle == 0 ? 0 : middle / x.d;
  out.ulps = middle == 0 ? 0 : middle / ulp_bound(format, x.magnitude());
  out.verdict = far <= x.d ? Verdict::pass : near > x.d ? Verdict::fail : Verdict::undecided;
  const bool wrong_zero = zero != ZeroSign::either && got == 0 && std::signbit(got) != (zero == ZeroSign::negative);
  if (out.verdict == Verdict::pass && wrong_zero && x.d == 0) out.verdict = Verdict::fail;
  if (out.verdict == Verdict::pass && near > x.b + lambda * x.deviation()) out.verdict = Verdict::suspect;
  return out;
}

}  // namespace plumbline::spec
