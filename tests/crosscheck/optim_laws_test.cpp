// The laws of optimisers: correct float steps always pass, broken ones are found.
#include <gtest/gtest.h>

#include <cmath>

#include "crosscheck/report/report.h"
#include "tests/crosscheck/reference_steps.h"

namespace plumbline::crosscheck {
namespace {

using spec::Index;
using spec::Optimiser;

Report run(OptimSubject& subject, std::uint64_t cases, std::string op = "*", std::uint64_t seed = 1) {
  Report report;
  StepOptions options;
  options.seed = seed, options.cases = cases, options.op = std::move(op);
  run_optim_laws(options, subject, report);
  return report;
}

TEST(OptimLaws, CorrectStepsPassAll) {
  ReferenceOptim subject;
  const Report report = run(subject, 40);
  for (const Finding& f : report.findings) ADD_FAILURE() << f.op << ' ' << f.law << ' ' << f.message;
  EXPECT_EQ(report.total(Verdict::pass), report.cases());
  for (const Cell& cell : report.cells) {
    if (cell.law != "optim_step") continue;
    // v − m² may be nothing but rounding, and c of lion's sign as well.
    if (cell.op != "rmsprop" && cell.op != "lion") {
      EXPECT_EQ(cell.unjudged_elements, 0U) << cell.op;
    }
    RecordProperty(cell.op, std::to_string(cell.max_ratio));
    std::printf("%s: worst error/bound %.3f, zero tolerance %llu of %llu\n", cell.op.c_str(), cell.max_ratio,
                static_cast<unsigned long long>(cell.zero_tolerance_elements),
                static_cast<unsigned long long>(cell.elements));
  }
}

bool caught(ReferenceOptim& bug, const std::string& op) {
  const Report report = run(bug, 12, op);
  return report.total(Verdict::fail) > 0;
}

bool with_hyperparameters(const std::string& op, std::function<void(Optimiser&, Index&)> change) {
  ReferenceOptim bug;
  bug.before = std::move(change);
  return caught(bug, op);
}

TEST(OptimLaws, AdamBugs) {
  for (const char* op : {"adam", "adamw"}) {
    ReferenceOptim inside;
    inside.denominator = [](float v, float e) { return std::sqrt(v + e); };
    EXPECT_TRUE(caught(inside, op)) << "eps inside the root";
    ReferenceOptim none;
    none.denominator = [](float v, float) { return std::sqrt(v); };
    EXPECT_TRUE(caught(none, op)) << "no eps";
    ReferenceOptim absolute;
    absolute.squared = [](float g) { return std::abs(g); };
    EXPECT_TRUE(caught(absolute, op)) << "|g| for g squared";
    EXPECT_TRUE(with_hyperparameters(op, [](Optimiser&, Index& t) { t = 1000000000; })) << "no bias correction";
    EXPECT_TRUE(with_hyperparameters(op, [](Optimiser&, Index& t) { t += 1; })) << "step counted from two";
    EXPECT_TRUE(with_hyperparameters(op, [](Optimiser& o, Index&) {
      std::visit(
          [](auto& a) {
            if constexpr (requires { a.beta1; }) std::swap(a.beta1, a.beta2);
          },
          o);
    })) << "betas exchanged";
    ReferenceOptim stale;
    stale.after = [](const FloatElement& old, float, FloatElement& now) { now.v = old.v; };
    EXPECT_TRUE(caught(stale, op)) << "second moment not stored";
    ReferenceOptim rough;
    rough.denominator = [](float v, float e) { return (std::sqrt(v) + e) * (1 + 0x1p-16F); };
    EXPECT_TRUE(caught(rough, op)) << "a fast reciprocal";
  }
}

TEST(OptimLaws, DecayOnTheWrongTerm) {
  EXPECT_TRUE(with_hyperparameters("adam", [](Optimiser& o, Index&) {
    const auto a = std::get<spec::Adam>(o);
    o = spec::Adamw{a.lr, a.beta1, a.beta2, a.eps, a.weight_decay};
  }));
  EXPECT_TRUE(with_hyperparameters("adamw", [](Optimiser& o, Index&) {
    const auto a = std::get<spec::Adamw>(o);
    o = spec::Adam{a.lr, a.beta1, a.beta2, a.eps, a.weight_decay};
  }));
  EXPECT_TRUE(with_hyperparameters("sgd", [](Optimiser& o, Index&) { std::get<spec::Sgd>(o).weight_decay *= -1; }));
}

TEST(OptimLaws, SgdBugs) {
  EXPECT_TRUE(with_hyperparameters("sgd", [](Optimiser& o, Index&) { std::get<spec::Sgd>(o).dampening = 0; }))
      << "no dampening";
  EXPECT_TRUE(with_hyperparameters("sgd", [](Optimiser& o, Index&) { std::get<spec::Sgd>(o).nesterov ^= true; }))
      << "nesterov";
  EXPECT_TRUE(with_hyperparameters("sgd", [](Optimiser&, Index& t) { t = 2; })) << "the first buffer dampened";
  EXPECT_TRUE(with_hyperparameters("sgd", [](Optimiser& o, Index&) { std::get<spec::Sgd>(o).lr *= 1 + 1e-5; }))
      << "lr slightly off";
  ReferenceOptim sign;
  sign.after = [](const FloatElement& old, float, FloatElement& now) { now.p = old.p + (old.p - now.p); };
  EXPECT_TRUE(caught(sign, "sgd")) << "ascent";
  ReferenceOptim idle;
  idle.after = [](const FloatElement& old, float, FloatElement& now) { now.p = old.p; };
  EXPECT_TRUE(caught(idle, "sgd")) << "no step";
}

TEST(OptimLaws, UncheckedHyperparameters) {
  ReferenceOptim bug;
  bug.validates = false;
  for (const char* op : {"sgd", "adam", "adamw"}) EXPECT_TRUE(caught(bug, op));
}

// On short dyadic numbers a plain step is exact, and so is its tolerance.
TEST(OptimLaws, GridStepsHaveNoTolerance) {
  const Optimiser o = spec::Sgd{.lr = 0.5, .momentum = 0.5};
  const spec::Shape shape{3};
  const OptimTensors old{Values(shape, {1, 2, 3}), Values(shape, {4, 8, -2}), Values(shape, {0, 0, 0}),
                         Values(shape, {0, 0, 0}), {}};
  const Values g(shape, {2, -1, 0.5});
  ReferenceOptim subject;
  OptimTensors got = *subject.step(o, 5, old, g);
  const auto right = judge_step(o, 5, old, g, got, {}, {});
  EXPECT_EQ(right.parameter.verdict, Verdict::pass);
  EXPECT_EQ(right.parameter.zero_tolerance, 3);
  EXPECT_EQ(right.moments.zero_tolerance, 3);
  got.p.mutable_elements()[1] = std::nextafter(static_cast<float>(got.p[1]), 9.0F);
  EXPECT_EQ(judge_step(o, 5, old, g, got, {}, {}).parameter.verdict, Verdict::fail);
}

}  // namespace
}  // namespace plumbline::crosscheck
