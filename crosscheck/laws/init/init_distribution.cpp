// init_distribution: samples of a parameter look like its scheme, whatever stream they come from.
#include <algorithm>
#include <cmath>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/init/init_laws.h"
#include "crosscheck/laws/init/unit_samples.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

constexpr Index fewest = 64;                // samples, below which chance explains everything
constexpr int low_bits = 4;                 // of a draw, that are looked at
constexpr double selection_bias = 0x1p-10;  // of a low bit, by which elements still show it [init B5]
constexpr int tests = 4 + low_bits;         // of one parameter: shape, both ends, repeats, bits

Outcome suspected(std::string message) {
  Outcome o;
  o.verdict = Verdict::suspect, o.message = std::move(message);
  return o;
}

// No sample lies outside the range: that would be no accident.
std::optional<Outcome> outside(const UnitSamples& s) {
  for (std::size_t i = 0; i < s.samples.size(); ++i) {
    const UnitSample& x = s.samples[i];
    if (!(x.at + x.radius >= 0 && x.at - x.radius <= 1))
      return failed(spec::concat("element ", i, " lies outside the range of the scheme: quantile ", x.at));
  }
  return std::nullopt;
}

// The samples in order, and the largest radius of all of them.
struct Ordered {
  std::vector<double> at;
  double radius = 0;
};
Ordered ordered(const UnitSamples& s) {
  Ordered out;
  for (const UnitSample& x : s.samples) out.at.push_back(x.at), out.radius = std::max(out.radius, x.radius);
  std::sort(out.at.begin(), out.at.end());
  return out;
}

// sup |F_n − F| by Dvoretzky, Kiefer and Wolfowitz; both ends of the range are reached.
std::optional<Outcome> shape(const UnitSamples& s, double alpha) {
  const Ordered x = ordered(s);
  const auto n = static_cast<double>(x.at.size());
  double most = 0;
  for (std::size_t i = 0; i < x.at.size(); ++i) {
    const auto below = static_cast<double>(i);
    most = std::max({most, (below + 1) / n - x.at[i] - x.radius, x.at[i] - x.radius - below / n});
  }
  if (const double bound = dkw_bound(n, alpha) + s.quantum; most > bound)
    return suspected(spec::concat("the distribution differs from the scheme's by ", most, ", chance allows ", bound));
  const double gap = widest_gap(n, alpha) + s.quantum + x.radius;
  if (x.at.front() > gap)
    return suspected(spec::concat("no sample below quantile ", x.at.front(), ", chance allows ", gap));
  if (x.at.back() < 1 - gap)
    return suspected(spec::concat("no sample above quantile ", x.at.back(), ", chance allows ", 1 - gap));
  return std::nullopt;
}

// A value that an earlier element has already: rows that were copied, a stream that starts again.
std::optional<Outcome> repeats(const UnitSamples& s, double alpha) {
  const Ordered x = ordered(s);
  const auto n = static_cast<double>(x.at.size());
  double hits = 0;
  for (std::size_t i = 1; i < x.at.size(); ++i) hits += x.at[i] == x.at[i - 1];
  const double allowed = most_hits(n, n * (4 * x.radius + 2 * s.quantum), alpha);
  if (hits >= allowed)
    return suspected(
        spec::concat(hits, " of ", n, " samples repeat an earlier one, chance allows fewer than ", allowed));
  return std::nullopt;
}

// The low bits of the draws, where the element still shows them.
std::optional<Outcome> bits(const UnitSamples& s, double alpha) {
  for (int bit = 0; bit < low_bits; ++bit) {
    double seen = 0, ones = 0;
    for (const UnitSample& x : s.samples) {
      if (std::ldexp(x.radius, 24) >= 0.5) continue;  // the draw is not known for certain
      ++seen, ones += (static_cast<Index>(std::round(std::ldexp(x.at, 24))) >> bit) & 1;
    }
    if (seen < static_cast<double>(fewest)) return std::nullopt;
    if (const double bound = bit_bound(seen, alpha) + selection_bias; std::abs(ones / seen - 0.5) > bound)
      return suspected(spec::concat("bit ", bit, " of the draws is 1 in ", ones, " of ", seen, " elements"));
  }
  return std::nullopt;
}

class InitDistribution final : public InitLaw {
 public:
  std::string_view name() const override { return "init_distribution"; }
  std::string_view summary() const override { return "samples of a parameter are distributed as its scheme says"; }
  bool applies(const spec::Initialiser& scheme) const override { return has_unit_samples(scheme); }
  bool statistical() const override { return true; }

  Outcome check(const InitCase& c, InitSubject& subject, const JudgeOptions& options, double asked) const override {
    const auto values = subject.initialise(c.plan);
    if (!values || values->size() != c.plan.parameters.size()) return failed("refused or incomplete");
    const double parameters = static_cast<double>(c.plan.parameters.size());
    const double alpha = options.false_alarm_of_laws() / (asked * tests * parameters);
    Outcome out = skipped(spec::concat("fewer than ", fewest, " samples"));
    for (std::size_t i = 0; i < values->size(); ++i) {
      const spec::PlannedParameter& p = c.plan.parameters[i];
      const auto samples = unit_samples(p, c.plan.streams, (*values)[i], subject.claims());
      if (!samples) continue;
      auto finding = outside(*samples);
      if (!finding && static_cast<Index>(samples->samples.size()) >= fewest && options.tier == Tier::statistics) {
        if (out.verdict == Verdict::skipped) out = Outcome();
        finding = shape(*samples, alpha);
        if (!finding) finding = repeats(*samples, alpha);
        if (!finding && samples->shows_bits) finding = bits(*samples, alpha);
      }
      if (!finding) continue;
      finding->message = spec::concat("parameter ", p.name, ", ", print(p.scheme), ": ", finding->message);
      finding->node = p.name;
      return *finding;
    }
    return out;
  }
};

}  // namespace

std::unique_ptr<InitLaw> init_distribution_law() { return std::make_unique<InitDistribution>(); }

}  // namespace plumbline::crosscheck
