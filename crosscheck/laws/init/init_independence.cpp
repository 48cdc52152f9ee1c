// init_independence: no two parameters of a plan show the same draws, nor one another's a few places on.
#include <algorithm>
#include <cmath>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/init/init_laws.h"
#include "crosscheck/laws/init/unit_samples.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

constexpr Index most_lag = 8;  // keys that are neighbours give one sequence, shifted

struct Samples {
  const spec::PlannedParameter* owner;
  UnitSamples unit;
};

// How often sample i of a and sample i + lag of b are one draw, as far as their radii tell; and of how many.
struct Hits {
  double count = 0, of = 0, probability = 0;
};

Hits compare(const UnitSamples& a, const UnitSamples& b, Index lag) {
  Hits hits;
  const auto n = static_cast<Index>(a.samples.size()), m = static_cast<Index>(b.samples.size());
  for (Index i = std::max<Index>(0, -lag); i < n && i + lag < m; ++i) {
    const UnitSample &x = a.samples[static_cast<std::size_t>(i)], &y = b.samples[static_cast<std::size_t>(i + lag)];
    const double apart = x.radius + y.radius;
    ++hits.of, hits.count += std::abs(x.at - y.at) <= apart;
    hits.probability = std::max(hits.probability, 4 * apart + 2 * std::max(a.quantum, b.quantum));
  }
  return hits;
}

class InitIndependence final : public InitLaw {
 public:
  std::string_view name() const override { return "init_independence"; }
  std::string_view summary() const override { return "no two parameters share their random draws"; }
  bool applies(const spec::Initialiser& scheme) const override { return has_unit_samples(scheme); }
  bool statistical() const override { return true; }

  Outcome check(const InitCase& c, InitSubject& subject, const JudgeOptions& options, double asked) const override {
    if (options.tier != Tier::statistics) return skipped("the law is statistical");
    const auto values = subject.initialise(c.plan);
    if (!values || values->size() != c.plan.parameters.size()) return failed("refused or incomplete");
    std::vector<Samples> all;
    for (std::size_t i = 0; i < values->size(); ++i)
      if (auto s = unit_samples(c.plan.parameters[i], c.plan.streams, (*values)[i], subject.claims()))
        all.push_back({&c.plan.parameters[i], std::move(*s)});
    const double pairs = std::max(1.0, static_cast<double>(all.size() * (all.size() - 1)) / 2);
    const double alpha = options.false_alarm_of_laws() / (asked * pairs * (2 * most_lag + 1));
    for (std::size_t i = 0; i < all.size(); ++i)
      for (std::size_t j = i + 1; j < all.size(); ++j)
        if (auto finding = meet(all[i], all[j], alpha)) return *finding;
    return all.size() < 2 ? skipped("fewer than two stochastic parameters") : Outcome();
  }

 private:
  static std::optional<Outcome> meet(const Samples& a, const Samples& b, double alpha) {
    for (Index lag = -most_lag; lag <= most_lag; ++lag) {
      const Hits hits = compare(a.unit, b.unit, lag);
      if (hits.of == 0 || hits.count < most_hits(hits.of, hits.probability, alpha)) continue;
      Outcome o;
      o.verdict = Verdict::suspect, o.node = b.owner->name;
      o.message = spec::concat("parameters ", a.owner->name, " and ", b.owner->name, " share ", hits.count, " of ",
                               hits.of, " draws at distance ", lag);
      return o;
    }
    return std::nullopt;
  }
};

}  // namespace

std::unique_ptr<InitLaw> init_independence_law() { return std::make_unique<InitIndependence>(); }

}  // namespace plumbline::crosscheck
