// Derivatives of functions and models: exactly, within the bounds of the exact derivative, eager and compiled.
#include <gtest/gtest.h>

#include "crosscheck/judge/judge.h"
#include "runtime/autograd/model.h"
#include "runtime/functional/functional.h"
#include "runtime/nn/activations.h"
#include "runtime/nn/layers.h"
#include "runtime/train/train_step.h"
#include "spec/eval/interpret.h"
#include "spec/graph/derivative.h"
#include "spec/num/dual.h"
#include "spec/num/rational.h"

namespace plumbline::runtime {
namespace {

namespace F = functional;
using autograd::Recorded;
using spec::Dual;
using spec::Rational;
using spec::Tensor;
using spec::Tensors;
using spec::Var;

template <class N>
Tensors<N> exactly(const Recorded& f, const Tensors<N>& arguments) {
  const auto values = spec::interpret<N>(f.graph, f.in_leaf_order(arguments), f.results);
  Tensors<N> out;
  for (const NodeId id : f.results) out.push_back(values[static_cast<std::size_t>(id)]);
  return out;
}

Tensor<double> ramp(const Shape& shape, Index seed) {
  return Tensor<double>::generate(shape, [&](Index i) { return static_cast<double>((i * 7 + seed * 5) % 9 - 4) / 4; });
}
// f of each element, which may be of another type.
template <class A, class F>
auto mapped(const Tensor<A>& x, F&& f) {
  return Tensor<std::remove_cvref_t<decltype(f(x[0]))>>::generate(x.shape(), [&](Index i) { return f(x[i]); });
}
template <class T, class A>
Tensor<T> as(const Tensor<A>& x) {
  return mapped(x, [](A v) { return static_cast<T>(v); });
}
Tensor<Rational> rational(const Tensor<double>& x) {
  return mapped(x, [](double v) { return Rational(v); });
}
template <class T>
std::vector<T> elements(const Tensor<T>& x) {
  return {x.elements().begin(), x.elements().end()};
}

// A polynomial with small dyadic data: nothing rounds, so that every derivative is the exact one, bit for bit.
const auto cubic = [](const Var& x) { return F::sum(F::mul(F::square(x), F::add(x, F::flip(x, {.axes = {0}})))); };

TEST(Autograd, SeedsOfNestedDerivativesHaveNamesOfTheirOwn) {
  const auto f = spec::value_or_throw(autograd::record(cubic, {Shape{4}}));
  const auto twice = spec::value_or_throw(autograd::vjp(spec::value_or_throw(autograd::vjp(f)), {0}));
  std::vector<std::string> names;
  for (const spec::NodeId id : twice.arguments) names.push_back(twice.graph.node(id).name);
  EXPECT_EQ(names, (std::vector<std::string>{"x0", "ct0", "ct0.1", "ct1"}));
}

TEST(Autograd, DerivativesOfAPolynomialAreExact) {
  const Tensor<double> x = ramp({4}, 1), v = ramp({4}, 2);
  const auto f = spec::value_or_throw(autograd::record(cubic, {Shape{4}}));
  const auto exact_gradient = exactly<Rational>(*autograd::grad(f), {rational(x)})[0];
  const auto exact_product = exactly<Rational>(*autograd::hvp(f), {rational(x), rational(v)})[1];
  const auto gradient = *autograd::grad(cubic, x);
  const auto product = *autograd::hvp(cubic, x, v);
  const auto jacobian = *autograd::jacrev([](const Var& t) { return F::square(t); }, x);
  for (Index i = 0; i < 4; ++i) {
    EXPECT_EQ(equal(Rational(gradient[i]), exact_gradient[i]).exact, spec::Tri::yes);
    EXPECT_EQ(equal(Rational(product[i]), exact_product[i]).exact, spec::Tri::yes);
    for (Index j = 0; j < 4; ++j) EXPECT_EQ(jacobian[i * 4 + j], i == j ? 2 * x[i] : 0);
  }
  EXPECT_EQ(elements(*autograd::grad(cubic, as<float>(x))), elements(as<float>(gradient)));
}

// Forward over reverse, reverse over reverse, and the Jacobian of the gradient by duals over the rationals.
TEST(Autograd, HessiansAgreeAndAreSymmetric) {
  const Tensor<double> x = ramp({3}, 3);
  const auto h = *autograd::hessian(cubic, x);
  const auto gradient = [](const Var& t) {
    const Var y = cubic(t);
    const Var one = F::full(y, {.dims = {}, .value = 1});
    const NodeId wrt = t.id();
    return append_grad(t.graph(), y.id(), one, std::span(&wrt, 1))[0];
  };
  EXPECT_EQ(elements(h), elements(*autograd::jacrev(gradient, x)));
  EXPECT_EQ(elements(h), elements(*autograd::jacfwd(gradient, x)));
  const auto f = spec::value_or_throw(autograd::record(gradient, {Shape{3}}));
  for (Index j = 0; j < 3; ++j) {
    const auto moving = Tensor<Dual<Rational>>::generate({3}, [&](Index i) {
      return Dual<Rational>{Rational(x[i]), Rational(i == j ? 1 : 0)};
    });
    const auto column = exactly<Dual<Rational>>(f, {moving})[0];
    for (Index i = 0; i < 3; ++i) {
      EXPECT_EQ(equal(column[i].slope, Rational(h[i * 3 + j])).exact, spec::Tri::yes);
      EXPECT_EQ(h[i * 3 + j], h[j * 3 + i]);
    }
  }
}

// Each result of a kernels' run lies within the bound that is derived for the exact derivative.
template <class T>
void expect_within_bounds(const Recorded& f, const Tensors<double>& arguments) {
  auto planned = spec::value_or_throw(autograd::Planned<T>::create(f));
  std::vector<autograd::Value<T>> given;
  std::vector<crosscheck::Values> data;
  for (const auto& x : arguments) {
    given.emplace_back(as<T>(x));
    data.push_back(as<double>(as<T>(x)));
  }
  const auto got = spec::value_or_throw(planned(given));
  crosscheck::JudgeOptions options;
  options.tier = crosscheck::Tier::proof, options.vacuity = false;
  for (std::size_t k = 0; k < got.size(); ++k) {
    const auto judgement = judge_node(
        f.graph, f.in_leaf_order(data), f.results[k], as<double>(got[k]),
        [&](NodeId id) {
          const Kernel* kernel = planned.program()->node(id).kernel;
          return kernel != nullptr ? kernel->claims : spec::Claims();  // null: a leaf, or nothing that is needed
        },
        options);
    EXPECT_EQ(judgement.verdict, spec::Verdict::pass) << judgement.note;
    EXPECT_EQ(judgement.unjudged, 0);
  }
}

const auto smooth = [](const Var& x, const Var& w) {
  return F::sum(F::square(F::tanh(F::linear(x, w))));
};

TEST(Autograd, KernelsLieWithinTheBoundsOfExactDerivatives) {
  const auto f = spec::value_or_throw(autograd::record(smooth, {Shape{2, 3}, Shape{2, 3}}));
  const Tensors<double> x{ramp({2, 3}, 1), ramp({2, 3}, 2)}, v{ramp({2, 3}, 4), ramp({2, 3}, 5)};
  expect_within_bounds<float>(*autograd::value_and_grad(f), x);
  expect_within_bounds<double>(*autograd::value_and_grad(f), x);
  expect_within_bounds<float>(*autograd::jvp(f), {x[0], x[1], v[0], v[1]});
  expect_within_bounds<float>(*autograd::hvp(f), {x[0], x[1], v[0], v[1]});
  expect_within_bounds<double>(*autograd::hvp(f), {x[0], x[1], v[0], v[1]});
}

TEST(Autograd, EagerAndCompiledHaveTheSameBits) {
  const Tensor<float> x = as<float>(ramp({2, 3}, 1)), w = as<float>(ramp({2, 3}, 2));
  const autograd::Options eager{.mode = autograd::Mode::eager};
  const auto a = *autograd::value_and_grad(smooth, Tensors<float>{x, w}),
             b = *autograd::value_and_grad(smooth, Tensors<float>{x, w}, eager);
  EXPECT_EQ(elements(a.value), elements(b.value));
  for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(elements(a.grads[i]), elements(b.grads[i]));
}

TEST(Autograd, APlanIsReused) {
  auto h = *autograd::Planned<float>::create(*autograd::hvp(*autograd::record(cubic, {Shape{4}})));
  const auto v = as<float>(ramp({4}, 1));
  for (Index seed = 0; seed < 5; ++seed) {
    const auto x = as<float>(ramp({4}, seed));
    EXPECT_EQ(elements((*h(x, v))[1]), elements(*autograd::hvp(cubic, x, v)));
  }
  EXPECT_EQ(h.plans(), 1);
}

TEST(Autograd, WhatNothingMovesHasDerivativeZero) {
  const auto f = [](const Var& x) { return F::full(x, {.dims = {2}, .value = 3}); };
  const auto x = as<float>(ramp({3}, 1));
  EXPECT_EQ(elements(autograd::vjp(f, x, as<float>(ramp({2}, 1)))->product), std::vector<float>(3, 0));
  EXPECT_EQ(elements(autograd::jvp(f, x, x)->product), std::vector<float>(2, 0));
  EXPECT_EQ(elements(*autograd::grad([](const Var& t) { return F::sum(F::detach(t)); }, x)), std::vector<float>(3, 0));
}

TEST(Autograd, MistakesAreNamed) {
  const auto x = as<float>(ramp({3}, 1)), y = as<float>(ramp({4}, 1));
  const auto square = [](const Var& t) { return F::square(t); };
  EXPECT_STREQ(autograd::grad(square, x).error().what(), "[grad] expects one result of one element, found [3]");
  EXPECT_STREQ(autograd::vjp(square, x, y).error().what(), "[call] argument 1: expected shape [3], found [4]");
  EXPECT_STREQ(autograd::grad([](const Var& a, const Var& b) { return F::matmul(a, b); }, Tensors<float>{x, y})
                   .error().what(),
               "[matmul] inner dims differ: 3 vs 4 [matmul C2]");
  EXPECT_STREQ(autograd::grad([](const Var&) { return Var(); }, x).error().what(),
               "[record] result 0: found a node of another graph, expected one of the function's");
  const auto f = *autograd::record([](const Var& t, const Var& i) { return F::embedding(i, t); },
                                   {{Shape{4, 2}}, {Shape{3}, 4}});
  EXPECT_STREQ(autograd::vjp(f, {1}).error().what(), "[vjp] argument 1 holds indices, which have no derivative");
  EXPECT_STREQ(autograd::vjp(f, {2}).error().what(), "[vjp] argument 2 is none of the 2 of the function");
  auto planned = *autograd::Planned<float>::create(f);
  EXPECT_STREQ(planned(as<float>(ramp({4, 2}, 1)), Tensor<std::int64_t>({3}, {0, 9, 1})).error().what(),
               "[embedding] input x1: index 9 at element 1 is out of range for its axis with extent 4");
}

// A model and its loss: by params, input and target, against the training step and against the exact reading.
const nn::Sequential model{nn::Linear{.in_features = 3, .out_features = 4}, nn::Tanh{},
                           nn::Linear{.in_features = 4, .out_features = 2}};

template <class T>
autograd::Point<T> point() {
  autograd::Point<T> p;
  Index seed = 0;
  const Initialisation plan = *model.parameters({5, 3});
  for (const auto& init : plan.parameters)
    p.params.push_back({init.name, as<T>(ramp(init.shape, ++seed))});
  p.x = as<T>(ramp({5, 3}, 7)), p.target = as<T>(ramp({5, 2}, 8));
  return p;
}

TEST(ModelLoss, GradientsAreThoseOfATrainingStep) {
  auto derivatives = *autograd::ModelLoss<float>::create(model, loss::mse, {5, 3}, {5, 2});
  const auto p = point<float>();
  const auto g = *derivatives.value_and_grad(p);
  const auto recorded = *train::record_loss(model, loss::mse, {5, 3}, {5, 2});
  const auto kernels = KernelTable::builtin();
  auto step = *TrainStep::create(recorded.graph(), recorded.loss, spec::Sgd{}, kernels);
  for (std::size_t i = 0; i < p.params.size(); ++i)
    std::ranges::copy(p.params[i].value.elements(), step.parameter(i).begin());
  ASSERT_TRUE(step.program().set(recorded.input, std::get<Tensor<float>>(p.x).elements()));
  ASSERT_TRUE(step.program().set(recorded.target, std::get<Tensor<float>>(p.target).elements()));
  ASSERT_TRUE(step.evaluate());
  for (std::size_t i = 0; i < p.params.size(); ++i)
    EXPECT_TRUE(std::ranges::equal(step.gradient(i), g.params[i].value.elements())) << p.params[i].name;
  EXPECT_EQ(g.value[0], step.program().value(recorded.loss)[0]);
  EXPECT_EQ(elements(g.input), elements(*derivatives.grad_input(p)));
  EXPECT_EQ(elements(g.target), elements(*derivatives.grad_target(p)));
  EXPECT_EQ(elements(tlist::flatten(g.params)), elements(tlist::flatten(*derivatives.grad_params(p))));
  EXPECT_EQ(elements(g.value), elements(*autograd::loss_at(model, loss::mse, p)->value(p)));
}

TEST(ModelLoss, DirectionsLieWithinTheBoundsOfTheExactOnes) {
  const auto recorded = *autograd::record_model_loss(model, loss::mse, {5, 3}, {5, 2}, {});
  const auto p = point<double>();
  Tensors<double> given;
  for (const auto& item : p.params) given.push_back(item.value);
  given.push_back(std::get<Tensor<double>>(p.x)), given.push_back(std::get<Tensor<double>>(p.target));
  for (Index i = 0; i < 4; ++i) given.push_back(ramp(p.params[static_cast<std::size_t>(i)].value.shape(), 20 + i));
  expect_within_bounds<float>(*autograd::jvp(recorded.f, {0, 1, 2, 3}), given);
  expect_within_bounds<float>(*autograd::hvp(recorded.f, {0, 1, 2, 3}), given);
}

TEST(ModelLoss, ProductsWithParamsAgreeWithOneAnother) {
  auto derivatives = *autograd::ModelLoss<double>::create(model, loss::mse, {5, 3}, {5, 2});
  auto output = *autograd::ModelOutput<double>::create(model, {5, 3});
  const auto p = point<double>();
  const auto rows = *output.jacrev_params(p);
  ASSERT_EQ(rows.size(), 10U);
  const auto ct = autograd::unit<double>({5, 2}, 3);
  EXPECT_EQ(elements(tlist::flatten(rows[3])), elements(tlist::flatten(*output.vjp_params(p, ct))));
  EXPECT_TRUE(derivatives.hvp_params(p, p.params));
  EXPECT_TRUE(derivatives.jvp_params(p, p.params));
  EXPECT_EQ(output.vjp_input(p, ct)->shape(), (Shape{5, 3}));
}

TEST(ModelLoss, MistakesAreNamed) {
  auto derivatives = *autograd::ModelLoss<float>::create(model, loss::mse, {5, 3}, {5, 2});
  auto p = point<float>();
  p.params.pop_back();
  EXPECT_STREQ(derivatives.grad_params(p).error().what(), "[autograd] expected 4 params, found 3");
  p.params[1].name = "bias";
  EXPECT_STREQ(derivatives.grad_params(p).error().what(),
               "[autograd] param 1: expected 0.bias [4], found bias [4]");
  EXPECT_STREQ(autograd::ModelLoss<float>::create(model, loss::mse, {5, 4}, {5, 2}).error().what(),
               "[linear] expects last axis 3, got 4 at layer 0");
  EXPECT_STREQ(autograd::ModelLoss<float>::create(model, loss::with(loss::mse, {.reduction = Reduction::none}), {5, 3},
                                                  {5, 2}).error().what(),
               "[train] loss: found shape [5, 2], expected one number");
}

TEST(TensorLists, AreMappedZippedAndFlattened) {
  const TensorList<double> a{{"w", ramp({2, 2}, 1)}, {"b", ramp({2}, 2)}};
  const auto sum = *tlist::add_scaled(a, -1.0, a);
  EXPECT_EQ(elements(tlist::flatten(sum)), std::vector<double>(6, 0));
  const auto back = *tlist::unflatten(tlist::flatten(a), a);
  EXPECT_TRUE(tlist::check_alike(a, back));
  EXPECT_EQ(elements(back[1].value), elements(a[1].value));
  const auto exact = tlist::map(a, [](double x) { return Rational(x); });
  EXPECT_EQ(equal(*tlist::dot(exact, exact), Rational(*tlist::dot(a, a))).exact, spec::Tri::yes);
  EXPECT_STREQ(tlist::add(a, TensorList<double>{{"w", ramp({2}, 1)}}).error().what(),
               "[tlist] tensor 0: expected w [2, 2], found w [2]");
}

}  // namespace
}  // namespace plumbline::runtime
