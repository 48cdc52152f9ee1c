// Modules: one definition in float, double, Rational, Ball and Binary<binary32>, and what a step is in each.
#include "runtime/module/scalar_module.h"

#include <gtest/gtest.h>

#include <bit>

#include "crosscheck/judge/judge.h"
#include "runtime/module/definition.h"
#include "runtime/nn/builders.h"
#include "spec/eval/exact.h"
#include "spec/eval/scalar_module.h"
#include "spec/num/ball.h"
#include "spec/num/binary.h"
#include "spec/num/rational.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/square.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/shape/full.h"

namespace plumbline::runtime {
namespace {

using spec::Ball;
using spec::Binary;
using spec::Index;
using spec::Rational;
using spec::ScalarModuleDef;
using spec::Shape;
using spec::Tensor;
using spec::Var;
using Binary32 = Binary<spec::binary32>;
using Vars = std::vector<Var>;
namespace init = runtime_init;

const KernelTable& kernels() {
  static const KernelTable table = KernelTable::builtin();
  return table;
}

// Sixteenths that look random: exact in every format.
Tensor<double> sixteenths(const Shape& shape, Index seed) {
  return Tensor<double>::generate(shape, [&](Index i) {
    return static_cast<double>((i * 37 + seed * 11 + i * i * 5) % 29 - 14) / 16;
  });
}
template <class T>
Tensor<T> as(const Tensor<double>& x) {
  return Tensor<T>::generate(x.shape(), [&](Index i) { return static_cast<T>(x[i]); });
}
template <class N>
Tensor<N> exactly(const Tensor<double>& x) {
  return Tensor<N>::generate(x.shape(), [&](Index i) { return N(x[i]); });
}
template <class T>
std::vector<T> elements(const Tensor<T>& x) {
  return {x.elements().begin(), x.elements().end()};
}

// mse(f(x), y) of a small perceptron, inputs x [4, 3] and y [4, 2].
ScalarModuleDef perceptron() {
  const auto model = nn::run(5, nn::sequential(nn::linear({.in_features = 3, .out_features = 5}), nn::relu(),
                                               nn::linear({.in_features = 5, .out_features = 2})));
  return spec::value_or_throw(module_of(model, loss::mse, {4, 3}, {4, 2}));
}
// The same with batch statistics and dropout.
ScalarModuleDef with_state() {
  const auto model = nn::run(5, nn::sequential(nn::linear({.in_features = 3, .out_features = 4}),
                                               nn::batch_norm({.num_features = 4}), nn::tanh(),
                                               nn::dropout({.p = 0.5}),
                                               nn::linear({.in_features = 4, .out_features = 2})));
  return spec::value_or_throw(module_of(model, loss::mse, {4, 3}, {4, 2}));
}
std::vector<Tensor<double>> sample(Index k) { return {sixteenths({4, 3}, 2 * k), sixteenths({4, 2}, 2 * k + 1)}; }
template <class T>
std::vector<AnyTensor> inputs(Index k) {
  std::vector<AnyTensor> out;
  for (const auto& x : sample(k)) out.emplace_back(as<T>(x));
  return out;
}
template <class N>
spec::Tensors<N> exact_inputs(Index k) {
  spec::Tensors<N> out;
  for (const auto& x : sample(k)) out.push_back(exactly<N>(x));
  return out;
}

template <class T>
std::vector<std::vector<T>> values(const ScalarModule<T>& m) {
  std::vector<std::vector<T>> out;
  for (const auto& p : m.parameters()) out.push_back(elements(p.value()));
  for (const auto& s : m.states()) out.push_back(elements(s.value()));
  return out;
}

// Loss, gradients, and all parameters and states behind steps of both kinds.
template <class T>
std::vector<std::vector<T>> history(const ScalarModuleDef& def, const ModuleOptions& options) {
  auto m = spec::value_or_throw(ScalarModule<T>::create(def, kernels(), options));
  auto adam = spec::value_or_throw(m.init_optim(spec::Adam{.lr = 0.125}));
  std::vector<std::vector<T>> out;
  for (Index k = 0; k < 3; ++k) {
    out.push_back({*m.forward(inputs<T>(k)), *m.step(T(0.25), inputs<T>(k)), *m.step_with(adam, inputs<T>(k + 1))});
    const auto gradients = spec::value_or_throw(m.backward(inputs<T>(k)));
    for (const auto& g : gradients) out.push_back(elements(g.value));
    for (auto& v : values(m)) out.push_back(std::move(v));
  }
  return out;
}

TEST(ScalarModule, EagerAndCompiledGiveTheSameBits) {
  for (const auto& def : {perceptron(), with_state()})
    for (const int threads : {1, 3}) {
      EXPECT_EQ(history<float>(def, {.backend = Backend::eager}),
                history<float>(def, {.backend = Backend::compiled, .threads = threads}));
      EXPECT_EQ(history<double>(def, {.backend = Backend::eager, .threads = threads}),
                history<double>(def, {.backend = Backend::compiled}));
    }
}

// The module's step as a graph: p − lr·g for each parameter, lr as the format holds it.
struct StepGraph {
  spec::Graph graph;
  std::vector<spec::NodeId> next;
};
StepGraph step_graph(const ScalarModuleDef& def, double lr) {
  auto [graph, gradients] = spec::module_gradients(def);
  StepGraph out;
  for (std::size_t i = 0; i < gradients.size(); ++i) {
    const Var p = graph.var(def.params[i]);
    if (gradients[i] < 0) out.next.push_back(p.id());
    else out.next.push_back(spec::sub(p, spec::mul(spec::literal(p, lr), graph.var(gradients[i]))).id());
  }
  out.graph = std::move(graph);
  return out;
}

// A step in floats lies within the bound that is derived for the exact one.
template <class T>
void expect_step_within_bound(const ScalarModuleDef& def, Backend backend) {
  auto m = spec::value_or_throw(ScalarModule<T>::create(def, kernels(), {.backend = backend}));
  std::vector<crosscheck::Values> params;
  for (const auto& p : m.parameters())
    params.push_back(Tensor<double>::generate(p.shape(), [&](Index i) { return static_cast<double>(p.value()[i]); }));
  ASSERT_TRUE(m.step(T(0.125), inputs<T>(0)));
  const StepGraph step = step_graph(def, 0.125);
  const auto data = spec::in_leaf_order(def, step.graph, params, sample(0), {}, Tensor<double>::scalar(0));
  crosscheck::JudgeOptions options;
  options.tier = crosscheck::Tier::proof, options.vacuity = false;
  for (std::size_t i = 0; i < step.next.size(); ++i) {
    const auto& got = m.parameters()[i].value();
    const auto judgement = judge_node(
        step.graph, data, step.next[i],
        Tensor<double>::generate(got.shape(), [&](Index k) { return static_cast<double>(got[k]); }),
        [&](spec::NodeId id) {
          const spec::Node& node = step.graph.node(id);
          return kernels().find(node.op, step.graph.shapes_of(node.inputs), Device::cpu, dtype_of<T>).claims;
        },
        options);
    EXPECT_EQ(judgement.verdict, spec::Verdict::pass) << judgement.note;
    EXPECT_EQ(judgement.unjudged, 0);
  }
}

TEST(ScalarModule, StepsLieWithinTheBoundOfTheExactStep) {
  for (const Backend backend : {Backend::eager, Backend::compiled}) {
    expect_step_within_bound<float>(perceptron(), backend);
    expect_step_within_bound<double>(perceptron(), backend);
  }
}

// L = (w x − y)²: at w = 3, x = 2, y = 1 the gradient is 20, and a quarter of it takes w to −2.
ScalarModuleDef parabola() {
  return spec::value_or_throw(spec::define_module(
      {{"w", {}, Tensor<double>::scalar(3)}}, {{"x", {}}, {"y", {}}}, [](const Vars& p, const Vars& in) {
        return call(spec::Square{}, Vars{spec::sub(spec::mul(p[0], in[0]), in[1])});
      }));
}
template <class N>
N stepped_parabola() {
  auto m = spec::value_or_throw(spec::ScalarModule<N>::create(parabola()));
  const spec::Tensors<N> x{Tensor<N>::scalar(N(2)), Tensor<N>::scalar(N(1))};
  EXPECT_EQ(equal(spec::value_or_throw(m.step(N(0.25), x)), N(25)).exact, spec::Tri::yes);
  return m.params()[0][0];
}
TEST(ScalarModule, OneDefinitionIsReadOverAnyNumber) {
  EXPECT_EQ(equal(stepped_parabola<Rational>(), Rational(-2)).exact, spec::Tri::yes);
  EXPECT_EQ(equal(stepped_parabola<Ball>(), Ball(-2)).exact, spec::Tri::yes);
  EXPECT_EQ(stepped_parabola<Binary32>().value(), -2);
  for (const Backend backend : {Backend::eager, Backend::compiled}) {
    auto m = spec::value_or_throw(ScalarModule<float>::create(parabola(), kernels(), {.backend = backend}));
    EXPECT_EQ(*m.step(0.25F, {Tensor<float>::scalar(2), Tensor<float>::scalar(1)}), 25);
    EXPECT_EQ(m.parameters()[0].value()[0], -2);
  }
}

// Balls hold the rational parameters behind each step, also of momentum.
TEST(ScalarModule, BallsHoldTheExactSteps) {
  const ScalarModuleDef def = perceptron();
  auto exact = spec::value_or_throw(spec::ScalarModule<Rational>::create(def));
  auto balls = spec::value_or_throw(spec::ScalarModule<Ball>::create(def, Ball::exact(0, 128)));
  const spec::Optimiser sgd = spec::Sgd{.lr = 0.25, .momentum = 0.5};
  auto a = spec::value_or_throw(exact.init_optim(sgd));
  auto b = spec::value_or_throw(balls.init_optim(sgd));
  for (Index k = 0; k < 2; ++k) {
    ASSERT_TRUE(exact.step_with(a, exact_inputs<Rational>(k)));
    ASSERT_TRUE(balls.step_with(b, exact_inputs<Ball>(k)));
    for (std::size_t i = 0; i < exact.params().size(); ++i)
      for (Index j = 0; j < exact.params()[i].size(); ++j)
        EXPECT_EQ(spec::nearest_double(balls.params()[i][j]), exact.params()[i][j].nearest());
  }
}

// L = Σ (w x + b − y)² left to right, of elementwise ops alone: each rounds once, in the order of the definition.
ScalarModuleDef elementwise_module() {
  std::vector<spec::ModuleParameter> parameters{{"w", {}, Tensor<double>::scalar(0.1)},
                                                {"b", {}, Tensor<double>::scalar(-0.7)}};
  return spec::value_or_throw(spec::define_module(
      parameters, {{"x0", {}}, {"y0", {}}, {"x1", {}}, {"y1", {}}}, [](const Vars& p, const Vars& in) {
        const auto term = [&](const Var& x, const Var& y) {
          return call(spec::Square{}, Vars{spec::sub(spec::add(spec::mul(p[0], x), p[1]), y)});
        };
        return spec::add(term(in[0], in[1]), term(in[2], in[3]));
      }));
}
// Where each kernel rounds once an operation, in the order of the definition, a step has the bits of Binary<binary32>.
TEST(ScalarModule, StepsOfSingleRoundingsAreBinarys) {
  const ScalarModuleDef def = elementwise_module();
  const spec::Graph graph = spec::module_gradients(def).graph;
  for (const spec::Node& node : graph.nodes()) {
    if (node.leaf != spec::Leaf::none) continue;
    const auto& claims = kernels().find(node.op, graph.shapes_of(node.inputs), Device::cpu, DType::f32).claims;
    ASSERT_FALSE(claims.fma) << node.op.name();
  }
  for (const Backend backend : {Backend::eager, Backend::compiled}) {
    auto floats = spec::value_or_throw(ScalarModule<float>::create(def, kernels(), {.backend = backend}));
    auto bits = spec::value_or_throw(spec::ScalarModule<Binary32>::create(def));
    for (Index k = 1; k < 200; ++k) {
      std::vector<AnyTensor> xs;
      spec::Tensors<Binary32> same;
      for (Index j = 0; j < 4; ++j) {
        const float x = static_cast<float>((k * 7919 + j * 104729) % 1009) / 1009 - 0.5F;
        xs.emplace_back(Tensor<float>::scalar(x));
        same.push_back(Tensor<Binary32>::scalar(Binary32(static_cast<double>(x))));
      }
      const float loss = *floats.step(0.1F, xs);
      const Binary32 exact = *bits.step(Binary32(static_cast<double>(0.1F)), same);
      ASSERT_EQ(std::bit_cast<std::uint32_t>(loss), exact.bits());
      for (std::size_t i = 0; i < 2; ++i)
        ASSERT_EQ(std::bit_cast<std::uint32_t>(floats.parameters()[i].value()[0]), bits.params()[i][0].bits());
    }
  }
}

TEST(ScalarModule, PlannedValuesAreTheSameNumbersEverywhere) {
  const ScalarModuleDef def = perceptron();
  const auto f = spec::value_or_throw(ScalarModule<float>::create(def, kernels()));
  const auto d = spec::value_or_throw(ScalarModule<double>::create(def, kernels()));
  const auto e = spec::value_or_throw(spec::ScalarModule<Rational>::create(def));
  for (std::size_t i = 0; i < def.parameters.size(); ++i)
    for (Index k = 0; k < e.params()[i].size(); ++k) {
      EXPECT_EQ(e.params()[i][k].nearest(), static_cast<double>(f.parameters()[i].value()[k]));
      EXPECT_EQ(d.parameters()[i].value()[k], static_cast<double>(f.parameters()[i].value()[k]));
    }
}

TEST(ScalarModule, InstantiatesWithACast) {
  const auto halved = spec::value_or_throw(ScalarModule<double>::instantiate(
      parabola(), [](double x) { return x / 2; }, kernels()));
  EXPECT_EQ(halved.parameters()[0].value()[0], 1.5);
  const auto exact = spec::value_or_throw(
      spec::ScalarModule<Rational>::instantiate(parabola(), [](double x) { return Rational(x) / Rational(3); }));
  EXPECT_EQ(equal(exact.params()[0][0], Rational(1)).exact, spec::Tri::yes);
}

TEST(ScalarModule, TrainsAndAverages) {
  auto one = spec::value_or_throw(ScalarModule<float>::create(perceptron(), kernels()));
  auto other =
      spec::value_or_throw(ScalarModule<float>::create(perceptron(), kernels(), {.backend = Backend::compiled}));
  const std::vector<std::vector<AnyTensor>> samples{inputs<float>(0), inputs<float>(1), inputs<float>(2)};
  std::vector<float> losses;
  ASSERT_TRUE(one.train_sgd(0.125F, 7, samples, [&](Index, float loss) { losses.push_back(loss); }));
  auto sgd = spec::value_or_throw(other.init_optim(spec::Sgd{.lr = 0.125}));
  ASSERT_TRUE(other.train_with(sgd, 7, samples));
  EXPECT_EQ(values(one), values(other));
  EXPECT_EQ(losses.size(), 7u);
  EXPECT_EQ(one.steps(), 7);
  double total = 0;
  for (const auto& s : samples) total += static_cast<double>(*one.forward(s));
  EXPECT_EQ(*one.mean_loss(samples), static_cast<float>(total / 3));
  EXPECT_EQ(one.mean_loss({}).error().what(),
            std::string("[module] mean loss: found no samples, expected at least one"));
  const auto exact = spec::value_or_throw(spec::ScalarModule<Rational>::create(parabola()));
  const auto at = [](int x) { return Tensor<Rational>::scalar(Rational(x)); };
  const std::vector<spec::Tensors<Rational>> points{{at(1), at(1)}, {at(0), at(1)}};
  EXPECT_EQ(spec::value_or_throw(exact.mean_loss(points)).nearest(), 2.5);
}

TEST(ScalarModule, FrozenParametersStay) {
  const std::vector<spec::ModuleParameter> parameters{{"w", {}, Tensor<double>::scalar(3)},
                                                      {"b", {}, Tensor<double>::scalar(1), /*requires_grad=*/false}};
  const auto frozen =
      spec::value_or_throw(spec::define_module(parameters, {{"x", {}}}, [](const Vars& p, const Vars& in) {
        return call(spec::Square{}, Vars{spec::add(spec::mul(p[0], in[0]), p[1])});
      }));
  for (const Backend backend : {Backend::eager, Backend::compiled}) {
    auto m = spec::value_or_throw(ScalarModule<float>::create(frozen, kernels(), {.backend = backend}));
    ASSERT_TRUE(m.step(0.125F, {Tensor<float>::scalar(1)}));
    EXPECT_EQ(m.parameters()[0].value()[0], 2);
    EXPECT_EQ(m.parameters()[1].value()[0], 1);
    EXPECT_EQ((*m.backward({Tensor<float>::scalar(1)}))[1].value[0], 0);
    auto exact = spec::value_or_throw(spec::ScalarModule<Rational>::create(frozen));
    ASSERT_TRUE(exact.step(Rational(0.125), {Tensor<Rational>::scalar(Rational(1))}));
    EXPECT_EQ(exact.params()[0][0].nearest(), 2);
    EXPECT_EQ(exact.params()[1][0].nearest(), 1);
  }
}

// Mistakes are named, and nothing has changed.
TEST(ScalarModule, MistakesAreNamed) {
  auto m = spec::value_or_throw(ScalarModule<float>::create(perceptron(), kernels()));
  const auto before = values(m);
  EXPECT_EQ(m.step(0.1F, {Tensor<float>::scalar(1)}).error().what(),
            std::string("[module] expected 2 inputs, found 1"));
  EXPECT_EQ(m.step(0.1F, {as<float>(sixteenths({4, 2}, 0)), as<float>(sixteenths({4, 2}, 0))}).error().what(),
            std::string("[module] input x: expected f32 [4, 3], found f32 [4, 2]"));
  EXPECT_EQ(m.forward(inputs<double>(0)).error().what(),
            std::string("[module] input x: expected f32 [4, 3], found f64 [4, 3]"));
  auto list = m.params();
  list[1].value = Tensor<float>({1}, {7});
  EXPECT_EQ(m.set_params(list).error().what(),
            std::string("[module] parameter 1: expected 0.bias [5], found 0.bias [1]"));
  EXPECT_EQ(m.step(-1, inputs<float>(0)).has_value(), false);
  EXPECT_EQ(values(m), before);
  auto labels = spec::value_or_throw(
      module_of(nn::linear({.in_features = 3, .out_features = 5}), loss::cross_entropy, {2, 3}, {Shape{2}, 5}));
  auto classifier = spec::value_or_throw(ScalarModule<float>::create(labels, kernels()));
  const std::vector<AnyTensor> wrong{Tensor<float>::full({2, 3}, 1), Tensor<std::int64_t>({2}, {1, 5})};
  EXPECT_FALSE(classifier.step(0.1F, wrong));
  const auto no_scalar = spec::define_module({{"w", {2}}}, {}, [](const Vars& p, const Vars&) { return p[0]; });
  EXPECT_EQ(no_scalar.error().what(), std::string("[module] the loss is no scalar: [2]"));
  EXPECT_EQ(ScalarModule<float>::create(perceptron(), {}, {.device = Device::cuda}).error().what(),
            std::string("[module] found device cuda, expected cpu: this build has no CUDA kernels"));
  const auto misfit = spec::define_module({{"w", {2}, Tensor<double>::scalar(1)}}, {},
                                          [](const Vars& p, const Vars&) { return p[0]; });
  EXPECT_FALSE(misfit);
}

TEST(RuntimeInit, ModulesStartFromPlansAndLists) {
  const ScalarModuleDef def = perceptron();
  const std::vector<init::FloatInit> schemes{init::kaiming_uniform(3, 1), init::zeros(), init::uniform(-1, 1, 2),
                                             init::ones()};
  auto m = spec::value_or_throw(ScalarModule<float>::with_initialisers(def, schemes, kernels()));
  EXPECT_TRUE(m.parameters()[0].host_stale());
  EXPECT_EQ(elements(m.parameters()[3].value()), (std::vector<float>{1, 1}));
  ASSERT_TRUE(m.step(0.5F, inputs<float>(0)));
  EXPECT_TRUE(m.parameters()[3].host_stale());
  std::vector<ParameterShape> own;
  for (const auto& p : def.parameters) own.push_back({p.name, p.shape});
  const auto plan = spec::value_or_throw(init::Plan::of(own, schemes));
  auto same = spec::value_or_throw(
      ScalarModule<float>::with_plan(def, plan, kernels(), {.backend = Backend::compiled}));
  ASSERT_TRUE(same.step(0.5F, inputs<float>(0)));
  EXPECT_EQ(values(m), values(same));
  EXPECT_EQ(ScalarModule<float>::with_initialisers(def, {}, kernels()).error().what(),
            std::string("parameter 0.weight: found no initialiser, expected 4, got 0"));
}

}  // namespace
}  // namespace plumbline::runtime
