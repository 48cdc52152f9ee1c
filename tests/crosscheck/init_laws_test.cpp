// The laws of initialisers: correct ones always pass, broken ones are found, chance never alarms.
#include <gtest/gtest.h>

#include <cmath>

#include "crosscheck/laws/init/unit_samples.h"
#include "crosscheck/report/report.h"
#include "tests/crosscheck/reference_steps.h"

namespace plumbline::crosscheck {
namespace {

using spec::PlannedParameter;

Report run(InitSubject& subject, std::uint64_t cases, std::string law = "*", std::string op = "*",
           std::uint64_t seed = 1) {
  Report report;
  StepOptions options;
  options.seed = seed, options.cases = cases, options.law = std::move(law), options.op = std::move(op);
  run_init_laws(options, subject, report);
  return report;
}

std::uint64_t findings(const Report& r) {
  return r.total(Verdict::fail) + r.total(Verdict::suspect) + r.total(Verdict::crash);
}

TEST(InitLaws, CorrectInitialisersPassAll) {
  ReferenceInit subject;
  const Report report = run(subject, 40);
  for (const Finding& f : report.findings) ADD_FAILURE() << f.op << ' ' << f.law << ' ' << f.message;
  EXPECT_EQ(report.total(Verdict::pass), report.cases());
  EXPECT_GE(report.cells.size(), 20U);
}

// [init B1] to [init B5]: at a stated 1e-9 a run, many seeds raise no alarm.
TEST(InitLaws, ChanceDoesNotAlarm) {
  ReferenceInit subject;
  for (std::uint64_t seed = 100; seed < 104; ++seed)
    for (const char* law : {"init_distribution", "init_independence"})
      EXPECT_EQ(findings(run(subject, 8, law, "*", seed)), 0U);
}

// Which laws find the bug. Every bug must be found by the bits; those that change the distribution by it as well.
std::string caught_by(ReferenceInit& bug, const std::string& op) {
  std::string laws;
  for (const Cell& cell : run(bug, 12, "*", op).cells)
    if (cell.verdicts.size() != cell.verdicts.count(Verdict::pass)) laws += cell.law + ' ';
  return laws;
}

std::string with_scheme_bug(const std::string& op, std::function<void(PlannedParameter&)> change) {
  ReferenceInit bug;
  bug.before = [change](spec::InitPlan& plan) {
    for (auto& p : plan.parameters) change(p);
  };
  return caught_by(bug, op);
}
std::string with_value_bug(const std::string& op,
                           std::function<void(const PlannedParameter&, std::vector<float>&)> change) {
  ReferenceInit bug;
  bug.after = std::move(change);
  return caught_by(bug, op);
}
void scale(std::vector<float>& x, float by) {
  for (float& a : x) a *= by;
}

TEST(InitLaws, WrongFan) {
  const auto bug = with_scheme_bug("kaiming_uniform", [](PlannedParameter& p) {
    if (auto* s = std::get_if<spec::KaimingUniformInit>(&p.scheme))
      s->mode = s->mode == "fan_in" ? "fan_out" : "fan_in";
  });
  EXPECT_EQ(bug, "init_values init_distribution ");
}

TEST(InitLaws, WrongGain) {
  EXPECT_EQ(with_value_bug("xavier_uniform", [](const auto&, auto& x) { scale(x, std::sqrt(2.0F)); }),
            "init_values init_distribution ");
  EXPECT_EQ(with_value_bug("xavier_uniform", [](const auto&, auto& x) { scale(x, 0.95F); }),
            "init_values init_distribution ");
  EXPECT_NE(with_value_bug("normal", [](const auto&, auto& x) { scale(x, 1.5F); }).find("init_distribution"),
            std::string::npos);
}

TEST(InitLaws, SharedStream) {
  ReferenceInit bug;
  bug.before = [](spec::InitPlan& plan) {
    for (auto& p : plan.parameters) p.stream = 5;
  };
  for (const char* op : {"uniform", "normal", "xavier_uniform", "kaiming_uniform"})
    EXPECT_EQ(caught_by(bug, op), "init_values init_independence ") << op;
}

// Keys that are neighbours give one sequence, a place on.
TEST(InitLaws, ShiftedStream) {
  ReferenceInit bug;
  std::vector<float> last;
  bug.after = [&](const PlannedParameter& p, std::vector<float>& x) {
    if (p.name == "layer.0.weight")
      last = x;
    else if (p.name == "layer.1.weight")
      for (std::size_t i = 0; i + 1 < last.size() && i < x.size(); ++i) x[i] = last[i + 1];
  };
  EXPECT_NE(caught_by(bug, "uniform").find("init_independence"), std::string::npos);
}

TEST(InitLaws, TruncatedLowBits) {
  const auto bug = with_value_bug("uniform", [](const PlannedParameter& p, std::vector<float>& x) {
    const auto& s = std::get<spec::UniformInit>(p.scheme);
    const float lo = static_cast<float>(s.lo), width = static_cast<float>(s.hi) - lo;
    for (float& a : x) a = lo + width * std::ldexp(std::floor(std::ldexp((a - lo) / width, 20)), -20);
  });
  EXPECT_EQ(bug, "init_values init_distribution ");
}

TEST(InitLaws, CopiedRows) {
  EXPECT_NE(with_value_bug("normal",
                           [](const PlannedParameter& p, std::vector<float>& x) {
                             const auto row =
                                 static_cast<std::size_t>(p.shape.size() / std::max<spec::Index>(1, p.shape[0]));
                             for (std::size_t i = row; i < x.size(); ++i) x[i] = x[i - row];
                           })
                .find("init_distribution"),
            std::string::npos);
}

TEST(InitLaws, SmallBugsAreFoundByTheBits) {
  EXPECT_EQ(with_value_bug("uniform",
                           [](const auto&, auto& x) {
                             if (!x.empty()) x.back() = std::nextafter(x.back(), 1.0F);
                           }),
            "init_values ");
  EXPECT_EQ(with_value_bug("normal",
                           [](const auto&, auto& x) {
                             if (!x.empty()) x.back() *= 1 + 0x1p-18F;
                           }),
            "init_values ");
  EXPECT_EQ(with_value_bug("zeros",
                           [](const auto&, auto& x) {
                             if (!x.empty()) x.front() = 1e-45F;
                           }),
            "init_values ");
  EXPECT_EQ(with_value_bug("flat", [](const auto&, auto& x) { std::reverse(x.begin(), x.end()); }), "init_values ");
}

TEST(InitLaws, UncheckedPlans) {
  ReferenceInit bug;
  bug.validates = false;
  EXPECT_NE(caught_by(bug, "zeros").find("init_plan"), std::string::npos);
}

// [init B2]: the tail is Chernoff's, so that m hits of probability p are rarer than α. The exact binomial tail agrees.
TEST(InitLaws, HitsAreRarerThanClaimed) {
  for (const double n : {10.0, 100.0, 1000.0})
    for (const double p : {1e-6, 1e-3, 0.1})
      for (const double alpha : {1e-3, 1e-9, 1e-15}) {
        const double m = most_hits(n, p, alpha);
        double tail = 0;
        for (double k = m; k <= n; ++k)
          tail += std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) +
                           (n - k) * std::log1p(-p));
        EXPECT_LE(tail, alpha) << n << ' ' << p;
      }
}

}  // namespace
}  // namespace plumbline::crosscheck
