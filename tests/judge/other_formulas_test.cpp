// Gradients by automatic differentiation pass where their terms cancel; wrong ones do not. Attributes that go untold.
#include <gtest/gtest.h>

#include <cmath>

#include "crosscheck/judge/product_rule.h"
#include "crosscheck/judge/vacuity.h"
#include "crosscheck/sample/draw.h"
#include "spec/eval/exact.h"
#include "spec/graph/catalogue.h"

namespace plumbline::crosscheck {
namespace {

using spec::Index;
using spec::Shape;

const spec::Claims claims = spec::Claims::in(spec::binary32);

spec::Graph graph_of(const std::string& name, const std::vector<Values>& in) {
  spec::Shapes shapes;
  for (const Values& x : in) shapes.push_back(x.shape());
  const spec::Op op = spec::value_or_throw(spec::Catalogue::builtin().parse(name, {}));
  return spec::value_or_throw(spec::graph_of(op, shapes));
}
Values normal(const Shape& shape, std::uint64_t seed, double scale = 1) {
  RandomChoices choices(seed, "formulas", "test", 0, 0);
  return map(fill(choices, Pattern::normal, shape, spec::Domain::any()),
             [&](double v) { return double{static_cast<float>(v * scale)}; });
}

// The gradient of a function of one variable, as `crosscheck check --vjp` judges it.
template <class F>
Verdict gradient(const std::string& name, F&& derivative) {
  const Values x = normal({4096}, 1, 3), ct = normal({4096}, 2);
  const spec::Graph graph = graph_of(name, {x});
  const spec::GradGraph grad = spec::value_or_throw(spec::grad_graph(graph));
  JudgeOptions options;
  options.any_method = options.one_rounding_too = true;
  options.formula_ulps = 4;
  options.first_term = first_term_of_product_rule(graph, {x}, ct);
  const Values got = Values::generate(x.shape(), [&](Index i) {
    return double{derivative(static_cast<float>(x[i]), static_cast<float>(ct[i]))};
  });
  return judge_node(grad.graph, {x, ct}, grad.cotangents[0], got, [](spec::NodeId) { return claims; }, options).verdict;
}

float hardswish(float x, float ct) { return x <= -3 ? 0 : x < 3 ? ct * (x / 3 + 0.5F) : ct; }
float softsign(float x, float ct) {
  const float t = 1 + std::abs(x), c = ct / t;
  return c + (x < 0 ? -1.0F : 1.0F) * (-ct * (x / t / t));
}

TEST(OtherFormulas, OfAutomaticDifferentiationPass) {
  EXPECT_EQ(gradient("hardswish", hardswish), Verdict::pass);
  EXPECT_EQ(gradient("softsign", softsign), Verdict::pass);
}

TEST(OtherFormulas, WrongOnesDoNot) {
  const auto off = [](auto f, float factor) { return [=](float x, float ct) { return factor * f(x, ct); }; };
  for (const float factor : {1.05F, 0.95F, 1 + 0x1p-12F}) {
    EXPECT_EQ(gradient("hardswish", off(hardswish, factor)), Verdict::fail);
    EXPECT_EQ(gradient("softsign", off(softsign, factor)), Verdict::fail);
  }
}

// Beside a variance of thousands an eps of 1e-05 is nothing that the bound on long sums could see.
TEST(Untold, AnEpsBesideLargeNumbers) {
  const auto told = [](double scale) {
    const Values x = map(normal({32, 2, 16, 16}, 3), [&](double v) { return double{static_cast<float>(v * scale)}; });
    const spec::Graph graph = graph_of("batch_norm", {x});
    return untold_attributes(graph, {x}, graph.outputs().front(), claims);
  };
  ASSERT_EQ(told(64).size(), 1U);
  EXPECT_EQ(told(64).front().substr(0, 4), "eps=");
  EXPECT_TRUE(told(0x1p-8).empty());
}

}  // namespace
}  // namespace plumbline::crosscheck
