// Mean and energy of the errors of a tensor, class by class.
#include "crosscheck/judge/ensemble.h"

#include <algorithm>
#include <cmath>

namespace plumbline::crosscheck {

using spec::Index;

namespace {

std::size_t class_of(const UnitError& e, const std::vector<Index>& classes) {
  return static_cast<std::size_t>(classes.empty() ? e.at : classes[static_cast<std::size_t>(e.at)]);
}

// Σ w·err/s over all elements, between lo and hi, and what rounding may make of it: Σ |w|·allowed + λ √Σ (Σ |w|)², the
// inner sum over a class [tier B7].
struct Drift {
  double lo = 0, hi = 0, most = 0, weight = 0;
  bool suspicious() const { return lo > most || hi < -most; }
};

template <class Weight>
Drift drift_of(const std::vector<UnitError>& errors, const std::vector<Index>& classes, double lambda,
               Weight&& weight) {
  Drift d;
  std::vector<double> by_class;
  for (const UnitError& e : errors) {
    const double w = weight(e), size = std::abs(w);
    d.lo += w * (w > 0 ? e.lo : e.hi), d.hi += w * (w > 0 ? e.hi : e.lo);
    d.most += size * e.allowed, d.weight += size;
    const std::size_t name = class_of(e, classes);
    if (name >= by_class.size()) by_class.resize(std::max(name + 1, 2 * by_class.size()));
    by_class[name] += size;
  }
  double squares = 0;
  for (double size : by_class) squares += size * size;
  d.most += lambda * std::sqrt(squares);
  return d;
}

// How many elements it has, and Σ of the squares of what exceeds their allowed part.
struct Class {
  double elements = 0, energy = 0;
};

// ln P of k classes having at least the energy t k, were each of it no more than a unit of deviation: a chi-square
// tail, −k/2 (t − 1 − ln t) [tier B7].
double log_tail(double k, double t) { return t <= 1 ? 0 : -k / 2 * (t - 1 - std::log(t)); }

// Of the parts of the errors that exceed what may be systematic: the average square of a class, and its classes.
Class energy_of(const std::vector<UnitError>& errors, const std::vector<Index>& classes) {
  std::vector<Class> by_class;
  for (const UnitError& e : errors) {
    const std::size_t name = class_of(e, classes);
    if (name >= by_class.size()) by_class.resize(std::max(name + 1, 2 * by_class.size()));
    const double beyond = std::max({0.0, e.lo - e.allowed, -e.hi - e.allowed});
    by_class[name].elements += 1, by_class[name].energy += beyond * beyond;
  }
  Class all;
  for (const Class& c : by_class)
    if (c.elements > 0) all.elements += 1, all.energy += c.energy / c.elements;
  return all;
}

}  // namespace

std::optional<EnsembleFinding> suspicious(const std::vector<UnitError>& errors, const std::vector<Index>& classes,
                                          const JudgeOptions& options) {
  if (errors.empty() || options.tier != Tier::statistics) return std::nullopt;
  const double lambda = options.lambda_of_tensors();
  const Class all = energy_of(errors, classes);
  const auto count = static_cast<Index>(all.elements);
  const auto told = [&](const char* what, const Drift& d) {
    return EnsembleFinding{spec::concat("the mean of ", what, " is ", (d.lo + d.hi) / (2 * d.weight), " over ", count,
                                        " independent classes of ", errors.size(), " elements, and at most ",
                                        d.most / d.weight, " is rounding"),
                           count};
  };
  const Drift plain = drift_of(errors, classes, lambda, [](const UnitError&) { return 1.0; });
  if (plain.suspicious()) return told("err/s", plain);
  const Drift away = drift_of(errors, classes, lambda, [](const UnitError& e) { return e.sign; });
  if (away.suspicious()) return told("err/s away from 0", away);
  double longest = 0;
  for (const UnitError& e : errors) longest = std::max(longest, e.lever);
  const Drift scale = drift_of(errors, classes, lambda, [&](const UnitError& e) {
    const double part = longest > 0 ? e.lever / longest : 0;
    return e.sign * part * part * part * part;
  });
  if (scale.suspicious()) return told("err/s of the largest elements away from 0", scale);
  if (log_tail(all.elements, all.energy / all.elements) < -lambda * lambda / 2)
    return EnsembleFinding{spec::concat("the energy of err/s beyond what may be systematic is ",
                                        all.energy / all.elements, " over ", count,
                                        " independent classes, where rounding has 1"),
                           count};
  return std::nullopt;
}

}  // namespace plumbline::crosscheck
