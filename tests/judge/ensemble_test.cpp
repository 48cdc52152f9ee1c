// Errors that no single element betrays: a bias of many rows, a wrong eps, too much energy; and what must not be told.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "crosscheck/judge/ensemble.h"
#include "crosscheck/judge/independence.h"
#include "crosscheck/judge/reading.h"
#include "crosscheck/sample/draw.h"
#include "spec/graph/catalogue.h"

namespace plumbline::crosscheck {
namespace {

using spec::Index;
using spec::Shape;

const spec::Claims claims = spec::Claims::in(spec::binary32);

spec::Op op_of(const std::string& name, const spec::Attributes& attributes = {}) {
  return spec::value_or_throw(spec::Catalogue::builtin().parse(name, attributes));
}
Values normal(const Shape& shape, std::uint64_t seed) {
  RandomChoices choices(seed, "ensemble", "test", 0, 0);
  return fill(choices, Pattern::normal, shape, spec::Domain::any());
}
spec::Graph graph_of(const spec::Op& op, const std::vector<Values>& in) {
  spec::Shapes shapes;
  for (const Values& x : in) shapes.push_back(x.shape());
  return spec::value_or_throw(spec::graph_of(op, shapes));
}
Judgement judged(const spec::Op& op, const std::vector<Values>& in, const Values& got,
                 const spec::Claims& of = claims) {
  return judge_op(op, in, got, of, JudgeOptions{});
}

// The nearest floats to the exact values, each moved by move(element, its value, s, b).
template <class F>
Values moved(const spec::Op& op, const std::vector<Values>& in, F&& move, const spec::Claims& of = claims) {
  const spec::Graph graph = graph_of(op, in);
  const spec::NodeId node = graph.outputs().front();
  const Filtered x =
      Reading(graph, in, {node}, [&](spec::NodeId) { return of; }).filtered()[static_cast<std::size_t>(node)];
  return Values::generate(x.shape(), [&](Index i) {
    const double y = x[i].exact.centre();
    return static_cast<double>(static_cast<float>(y + move(i, y, x[i].deviation(), x[i].b)));
  });
}

TEST(Ensemble, ABiasOfManyRowsIsSuspect) {
  const spec::Op op = op_of("layer_norm");
  const auto shifted = [](Index, double, double s, double) { return 6 * s; };
  for (const Index rows : {Index{1}, Index{64}}) {
    const Values x = normal({rows, 64}, 1);
    EXPECT_EQ(judged(op, {x}, moved(op, {x}, shifted)).verdict, rows == 1 ? Verdict::pass : Verdict::suspect) << rows;
  }
}

TEST(Ensemble, AScaleOfManyRowsIsSuspect) {
  const spec::Op op = op_of("layer_norm");
  const Values x = normal({64, 64}, 2);
  const auto outward = [](Index, double y, double s, double) { return std::copysign(6 * s, y); };
  EXPECT_EQ(judged(op, {x}, moved(op, {x}, outward)).verdict, Verdict::suspect);
}

// On data of growing spread a wrong eps matters less and less: from some spread on no row betrays it, but all of them.
TEST(Ensemble, AWrongEpsIsSuspectWhereNoRowShowsIt) {
  const spec::Op right = op_of("layer_norm"), wrong = op_of("layer_norm", {{"eps", "1e-06"}});
  const auto still = [](Index, double, double, double) { return 0.0; };
  bool told_by_all = false;
  for (double spread = 1; spread < 16 && !told_by_all; spread *= std::exp2(0.0625)) {
    const Values x = map(normal({64, 48}, 3), [&](double v) { return double(static_cast<float>(v * spread)); });
    bool told_by_one = false;
    for (Index row = 0; row < 64 && !told_by_one; ++row) {
      const Values one = Values::generate({1, 48}, [&](Index k) { return x[row * 48 + k]; });
      told_by_one = judged(right, {one}, moved(wrong, {one}, still)).verdict != Verdict::pass;
    }
    told_by_all = !told_by_one && judged(right, {x}, moved(wrong, {x}, still)).verdict == Verdict::suspect;
  }
  EXPECT_TRUE(told_by_all);
}

TEST(Ensemble, TooMuchEnergyIsSuspect) {
  const spec::Op op = op_of("sum", {{"axes", "[1]"}});
  const Values x = normal({128, 256}, 4), coin = normal({128}, 5);
  const auto spread = [&](Index i, double, double s, double) { return std::copysign(6 * s, coin[i]); };
  const Judgement j = judged(op, {x}, moved(op, {x}, spread));
  EXPECT_EQ(j.verdict, Verdict::suspect) << j.note;
}

// What the claims allow: functions that are off by their ulps always in the same direction.
TEST(Ensemble, AClaimedBiasIsNoSuspicion) {
  for (const char* name : {"exp", "tanh", "softmax", "log_softmax"}) {
    const spec::Op op = op_of(name);
    const Values x = normal({64, 32}, 6);
    const auto biased = [](Index, double, double, double b) { return b * 3 / 4; };
    EXPECT_EQ(judged(op, {x}, moved(op, {x}, biased)).verdict, Verdict::pass) << name;
  }
}

TEST(Ensemble, ErrorsThatMayShareACauseAreNotAdded) {
  const auto shifted = [](Index, double, double s, double) { return 6 * s; };
  const Values x = normal({64, 64}, 7), w = normal({64}, 8);
  const Values copies = Values::generate({64, 64}, [&](Index i) { return x[i % 64]; });
  const spec::Op op = op_of("layer_norm");
  EXPECT_EQ(judged(op, {x, w}, moved(op, {x, w}, shifted)).verdict, Verdict::pass);
  EXPECT_EQ(judged(op, {copies}, moved(op, {copies}, shifted)).verdict, Verdict::pass);
  EXPECT_NE(judged(op, {x, w}, moved(op, {x, w}, shifted)).note.find("stood down"), std::string::npos);
}

Index classes(const std::string& name, const std::vector<Values>& in, const spec::Attributes& attributes = {}) {
  const spec::Graph graph = graph_of(op_of(name, attributes), in);
  const auto found =
      dependence_classes(graph, in, graph.outputs().front(), [](spec::NodeId) { return claims; });
  return static_cast<Index>(std::set<Index>(found->begin(), found->end()).size());
}

TEST(Ensemble, ClassesFollowTheInputs) {
  const Values x = normal({4, 6}, 9), y = normal({4, 6}, 10), row = normal({6}, 11), square = normal({6, 3}, 12);
  EXPECT_EQ(classes("add", {x, y}), 24);
  EXPECT_EQ(classes("add", {x, row}), 6);
  EXPECT_EQ(classes("softmax", {x}), 4);
  EXPECT_EQ(classes("softmax", {x}, {{"axis", "0"}}), 6);
  EXPECT_EQ(classes("batch_norm", {x}), 6);
  EXPECT_EQ(classes("matmul", {x, square}), 1);
  EXPECT_EQ(classes("where", {map(x, [](double v) { return v > 0 ? 1.0 : 0.0; }), x, y}), 24);
  EXPECT_EQ(classes("exp", {map(x, [](double) { return 0.75; })}), 1);
}

// Too large to replace element by element: by slices.
TEST(Ensemble, ClassesOfLargeInputsFollowTheirSlices) {
  const Values distinct = Values::generate({96, 160}, [](Index i) { return 1 + std::ldexp(double(i), -14); });
  const Values x = normal({96, 160}, 13), images = normal({4, 8, 20, 20}, 14);
  EXPECT_EQ(classes("layer_norm", {x}), 96);
  EXPECT_EQ(classes("softmax", {x}, {{"axis", "0"}}), 160);
  EXPECT_EQ(classes("batch_norm", {x}), 160);
  EXPECT_EQ(classes("layer_norm", {x, normal({160}, 15)}), 1) << "a weight is shared";
  EXPECT_EQ(classes("exp", {distinct}), 96 * 160);
  EXPECT_EQ(classes("global_avg_pool2d", {images}), 32);
  EXPECT_EQ(classes("transpose", {distinct}), 96 * 160);
}

TEST(Ensemble, OnlyWhereStatisticsAreAskedFor) {
  JudgeOptions proofs;
  proofs.tier = Tier::proof;
  const std::vector<UnitError> errors{{64, 64, 0, 1, 0}, {64, 64, 0, 1, 1}};
  EXPECT_FALSE(suspicious(errors, {}, proofs));
  EXPECT_TRUE(suspicious(errors, {}, JudgeOptions{}));
}

}  // namespace
}  // namespace plumbline::crosscheck
