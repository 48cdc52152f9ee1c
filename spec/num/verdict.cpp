// Names of verdicts and float classes, and λ.
#include "spec/num/verdict.h"

namespace plumbline::spec {

std::string_view verdict_name(Verdict v) {
  constexpr std::array<std::string_view, all_verdicts.size()> names{
      "pass", "fail", "suspect", "undecided", "mistrusted", "crash", "nondeterministic", "skipped"};
  return names[static_cast<std::size_t>(v)];
}

FloatClass float_class(double value, const Format& format) {
  if (std::isnan(value)) return FloatClass::nan;
  if (std::isinf(value)) return FloatClass::infinite;
  if (value == 0) return FloatClass::zero;
  return std::abs(value) < smallest_normal(format) ? FloatClass::subnormal : FloatClass::normal;
}

std::string_view float_class_name(FloatClass c) {
  constexpr std::array<std::string_view, 5> names{"zero", "subnormal", "normal", "infinite", "nan"};
  return names[static_cast<std::size_t>(c)];
}

double lambda(double false_alarm, double elements) {
  return std::sqrt(2 * (std::log(2 * elements) - std::log(false_alarm)));
}

}  // namespace plumbline::spec
