// Certified values: decided roundings, digits, limits at infinity, derivatives.
#include "spec/eval/exact.h"

#include <gtest/gtest.h>

#include <cmath>

namespace plumbline::spec {
namespace {

const Catalogue& catalogue() {
  static const Catalogue all = Catalogue::builtin();
  return all;
}

constexpr double infinity = std::numeric_limits<double>::infinity();

Graph op_graph(std::string_view name, const Attributes& attributes, const Shapes& shapes) {
  return value_or_throw(graph_of(value_or_throw(catalogue().parse(name, attributes)), shapes));
}

std::vector<double> values(const Graph& g, const Tensors<double>& in) {
  const auto exact = exact_value(g, in, g.outputs().front());
  EXPECT_EQ(exact.undecided, 0);
  return {exact.rounded.elements().begin(), exact.rounded.elements().end()};
}

Tensor<double> row(std::vector<double> v) {
  const auto n = static_cast<Index>(v.size());
  return Tensor<double>({n}, std::move(v));
}

TEST(Exact, ValuesAreCorrectlyRounded) {
  const Graph g = op_graph("exp", {}, {{3}});
  EXPECT_EQ(values(g, {row({0, 1, -745})}), (std::vector<double>{1, 0x1.5bf0a8b145769p+1, 0x1p-1074}));
}

TEST(Exact, DigitsAreCertified) {
  const Graph g = op_graph("sqrt", {}, {{1}});
  const auto x = exact_value(g, {row({2})}, g.outputs().front());
  EXPECT_EQ(certified_digits(x.enclosure[0], 20), "1.4142135623730950488");
}

TEST(Exact, AnInfiniteInputGivesTheLimit) {
  EXPECT_EQ(values(op_graph("tanh", {}, {{2}}), {row({infinity, -infinity})}), (std::vector<double>{1, -1}));
  EXPECT_EQ(values(op_graph("softmax", {{"axis", "0"}}, {{2}}), {row({infinity, 0})}), (std::vector<double>{1, 0}));
  EXPECT_EQ(values(op_graph("softmax", {{"axis", "0"}}, {{2}}), {row({-infinity, 3})}), (std::vector<double>{0, 1}));
  EXPECT_EQ(values(op_graph("sum", {}, {{2}}), {row({infinity, 1})}), (std::vector<double>{infinity}));
  for (const char* name : {"silu", "gelu"}) {
    const auto y = values(op_graph(name, {}, {{2}}), {row({-infinity, infinity})});
    EXPECT_EQ(y, (std::vector<double>{0, infinity})) << name;
  }
}

TEST(Exact, ALimitThatDoesNotExistIsNan) {
  for (const auto& [name, a, b] : {std::tuple{"sub", infinity, infinity}, std::tuple{"mul", infinity, 0.0},
                                  std::tuple{"div", infinity, infinity}, std::tuple{"add", infinity, -infinity}}) {
    EXPECT_TRUE(std::isnan(values(op_graph(name, {}, {{1}, {1}}), {row({a}), row({b})})[0])) << name;
  }
}

TEST(Exact, DomainErrorsAreNan) {
  EXPECT_TRUE(std::isnan(values(op_graph("log", {}, {{1}}), {row({-1})})[0]));
  EXPECT_TRUE(std::isnan(values(op_graph("div", {}, {{1}, {1}}), {row({0}), row({0})})[0]));
}

TEST(Exact, ForwardAndReverseDerivativesAgree) {
  const Graph g = op_graph("mul", {}, {{2}, {2}});
  const Tensor<double> x = row({3, 5}), y = row({7, 11}), ct = row({2, -1}), dx = row({1, 4});
  const auto jvp = exact_jvp(g, {x, y}, {dx}, g.outputs().front());
  EXPECT_EQ(jvp.rounded[0], 7);
  EXPECT_EQ(jvp.rounded[1], 44);
  const auto vjp = exact_vjp(g, {x, y}, ct);
  ASSERT_TRUE(vjp) << vjp.error().what();
  EXPECT_EQ((*vjp)[0].rounded[0], 14);
  EXPECT_EQ((*vjp)[0].rounded[1], -11);
  EXPECT_EQ((*vjp)[1].rounded[1], -5);
}

TEST(Exact, DataThatDoNotFitAreRefused) {
  const Graph g = op_graph("one_hot", {{"num_classes", "3"}}, {{2}});
  EXPECT_TRUE(check_data(g, {row({0, 2})}));
  EXPECT_FALSE(check_data(g, {row({0, 3})}));
  EXPECT_FALSE(check_data(g, {row({0, 1.5})}));
  EXPECT_FALSE(check_data(g, {row({0, 1, 2})}));
}

}  // namespace
}  // namespace plumbline::spec
