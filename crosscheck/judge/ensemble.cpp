// Mean and energy of the errors of a tensor, class by class.
#include "crosscheck/judge/ensemble.h"

#include <algorithm>
#include <cmath>

namespace plumbline::crosscheck {

using spec::Index;

namespace {

// Σ σ·err/s over all elements, σ = ±1 by `sign` of an element.
struct Drift {
  double lo = 0, hi = 0;  // of the sum
};

template <class Sign>
Drift drift_of(const std::vector<UnitError>& errors, Sign&& sign) {
  Drift d;
  for (const UnitError& e : errors) {
    d.lo += sign(e) > 0 ? e.lo : -e.hi;
    d.hi += sign(e) > 0 ? e.hi : -e.lo;
  }
  return d;
}

// How many elements it has, and Σ of the squares of what exceeds their allowed part.
struct Class {
  double elements = 0, energy = 0;
};

// ln P of k classes having at least the energy t k, were each of it no more than a unit of deviation: a chi-square
// tail, −k/2 (t − 1 − ln t) [tier B7].
double log_tail(double k, double t) { return t <= 1 ? 0 : -k / 2 * (t - 1 - std::log(t)); }

}  // namespace

std::optional<EnsembleFinding> suspicious(const std::vector<UnitError>& errors, const std::vector<Index>& classes,
                                          const JudgeOptions& options) {
  if (errors.empty() || options.tier != Tier::statistics) return std::nullopt;
  std::vector<Class> by_class;
  double allowed = 0;
  for (const UnitError& e : errors) {
    const auto name = static_cast<std::size_t>(classes.empty() ? e.at : classes[static_cast<std::size_t>(e.at)]);
    if (name >= by_class.size()) by_class.resize(std::max(name + 1, 2 * by_class.size()));
    auto& [n, energy] = by_class[name];
    const double least = std::max({0.0, e.lo, -e.hi}), beyond = std::max(0.0, least - e.allowed);
    n += 1, energy += beyond * beyond, allowed += e.allowed;
  }
  double squares = 0, energy = 0;
  Index count = 0;
  for (const Class& c : by_class)
    if (c.elements > 0) squares += c.elements * c.elements, energy += c.energy / c.elements, ++count;
  const auto n = static_cast<double>(errors.size()), k = static_cast<double>(count);
  const double lambda = options.lambda_of_tensors(), most = allowed + lambda * std::sqrt(squares);
  const auto found = [&](const char* what, double mean) {
    return EnsembleFinding{spec::concat("the mean of ", what, " is ", mean, " over ", count,
                                        " independent classes of ", errors.size(), " elements, and at most ",
                                        most / n, " is rounding"),
                           count};
  };
  const Drift plain = drift_of(errors, [](const UnitError&) { return 1.0; });
  if (plain.lo > most || plain.hi < -most) return found("err/s", (plain.lo + plain.hi) / (2 * n));
  const Drift away = drift_of(errors, [](const UnitError& e) { return e.sign; });
  if (away.lo > most || away.hi < -most) return found("err/s away from 0", (away.lo + away.hi) / (2 * n));
  if (log_tail(k, energy / k) < -lambda * lambda / 2)
    return EnsembleFinding{spec::concat("the energy of err/s beyond what may be systematic is ", energy / k,
                                        " over ", count, " independent classes, where rounding has 1"),
                           count};
  return std::nullopt;
}

}  // namespace plumbline::crosscheck
