// LoRA: attached with B = 0 it is the model; merged it is the attached one, exactly and within bounds; only it learns.
#include <gtest/gtest.h>

#include "crosscheck/judge/judge.h"
#include "runtime/adapters/lora.h"
#include "runtime/autograd/model.h"
#include "runtime/nn/builders.h"
#include "runtime/train/fit.h"
#include "spec/eval/interpret.h"
#include "spec/num/rational.h"

namespace plumbline::runtime {
namespace {

using adapters::LoraConfig;
using spec::Rational;
using spec::Tensor;
using train::Runner;
using train::Task;

Tensor<float> ramp(const Shape& shape, Index seed) {
  return Tensor<float>::generate(shape, [&](Index i) { return static_cast<float>((i * 7 + seed * 5) % 9 - 4) / 8; });
}
template <class T>
std::vector<T> elements(const Tensor<T>& x) {
  return {x.elements().begin(), x.elements().end()};
}

const nn::Sequential model{nn::Linear{.in_features = 3, .out_features = 5}, nn::Relu{},
                           nn::Mlp{.widths = {5, 4, 2}}};
const LoraConfig config{.rank = 2, .alpha = 4, .layers = {"0", "2.1"}, .seed = 7};
const nn::InputType batch{6, 3};

nn::Sequential attached() { return spec::value_or_throw(adapters::attach(model, batch, config)); }

template <class T>
TensorList<T> values(const nn::Sequential& of) {
  TensorList<T> out;
  Index seed = 0;
  const Initialisation plan = *of.parameters(batch);
  for (const auto& p : plan.parameters) {
    const auto x = ramp(p.shape, ++seed);
    out.push_back({p.name, Tensor<T>::generate(p.shape, [&](Index i) { return T(x[i]); })});
  }
  return out;
}

TEST(Lora, NamesStayAndOnlyAdaptersLearn) {
  std::vector<std::string> names, learning;
  const Initialisation plan = *attached().parameters(batch);
  for (const auto& p : plan.parameters) {
    names.push_back(p.name);
    if (p.requires_grad) learning.push_back(p.name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"0.weight", "0.bias", "0.lora_A", "0.lora_B", "2.0.weight", "2.0.bias",
                                             "2.1.weight", "2.1.bias", "2.1.lora_A", "2.1.lora_B"}));
  EXPECT_EQ(learning, (std::vector<std::string>{"0.lora_A", "0.lora_B", "2.1.lora_A", "2.1.lora_B"}));
}

TEST(Lora, AttachedItBeginsAsTheModel) {
  auto base = *Runner<float>::create(Task::classification(model, {3}, 2), {.seed = 4});
  auto tuned = *Runner<float>::create(Task::classification(attached(), {3}, 2), {.seed = 4});
  ASSERT_TRUE(tuned.set_params(*adapters::overlay(tuned.params(), base.params())));
  const auto x = ramp({6, 3}, 1);
  EXPECT_EQ(elements(*base.predict(x)), elements(*tuned.predict(x)));
}

TEST(Lora, TrainingMovesTheAdaptersAlone) {
  auto tuned = *Runner<float>::create(Task::classification(attached(), {3}, 2), {.seed = 4});
  const auto before = tuned.params();
  const data::Sample sample{ramp({6, 3}, 1), Tensor<std::int64_t>({6}, {0, 1, 1, 0, 1, 0})};
  ASSERT_TRUE(tuned.set_optimiser(optim::adam({.lr = 0.05})));
  const double first = *tuned.step(sample);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(tuned.step(sample));
  EXPECT_LT(tuned.evaluate(sample)->loss, first);
  const auto after = tuned.params();
  for (std::size_t i = 0; i < before.size(); ++i) {
    const bool same = elements(before[i].value) == elements(after[i].value);
    EXPECT_EQ(same, !adapters::is_adapter(before[i].name)) << before[i].name;
    EXPECT_EQ(tuned.gradient(i).empty(), !adapters::is_adapter(before[i].name));
  }
  EXPECT_EQ(adapters::adapter_params(after).size(), 4U);
  // What was saved of it makes the tuned model of the base model again.
  auto again = *Runner<float>::create(Task::classification(attached(), {3}, 2), {.seed = 4});
  ASSERT_TRUE(again.set_params(*adapters::overlay(again.params(), adapters::adapter_params(after))));
  EXPECT_EQ(elements(*again.predict(std::get<Tensor<float>>(sample.x))),
            elements(*tuned.predict(std::get<Tensor<float>>(sample.x))));
}

// The output of a model over N; its leaves are x and the params by name.
template <class N>
Tensor<N> read(const nn::Sequential& of, const TensorList<N>& params, const Tensor<N>& x) {
  const auto r = *autograd::record_model(of, batch, {.training = false});
  spec::Tensors<N> arguments;
  for (const std::string& name : r.params) arguments.push_back(*tlist::find(params, name));
  arguments.push_back(x);
  const NodeId y = r.f.results[0];
  return spec::interpret<N>(r.f.graph, r.f.in_leaf_order(arguments), std::span(&y, 1))[static_cast<std::size_t>(y)];
}


TEST(Lora, MergedIsAttachedExactly) {
  const nn::Sequential rational{nn::Linear{.in_features = 3, .out_features = 5}, nn::Relu{},
                                nn::Linear{.in_features = 5, .out_features = 2}};
  const auto tuned = *adapters::attach(rational, batch, {.rank = 3, .alpha = 2, .layers = {"*"}});
  const auto params = values<Rational>(tuned);
  const auto merged = *adapters::merge(tuned, params);
  EXPECT_EQ(merged.params.size(), 4U);
  const auto x = Tensor<Rational>::generate({6, 3}, [](Index i) { return Rational(static_cast<double>(i % 5 - 2)); });
  const auto a = read(tuned, params, x), b = read(merged.model, merged.params, x);
  for (Index i = 0; i < a.size(); ++i) EXPECT_EQ(equal(a[i], b[i]).exact, spec::Tri::yes);
}

// The merged model's output in float lies within the bound derived for it, on the weights that merging rounded; and
// exactly rounded weights give back the attached one where nothing rounds.
TEST(Lora, MergedLiesWithinItsBound) {
  const auto params = values<float>(attached());
  const auto merged = *adapters::merge(attached(), params);
  const auto r = *autograd::record_model(merged.model, batch, {.training = false});
  auto planned = *autograd::Planned<float>::create(r.f);
  const auto x = ramp({6, 3}, 2);
  std::vector<autograd::Value<float>> given;
  std::vector<crosscheck::Values> data;
  const auto exact = [](const Tensor<float>& t) {
    return crosscheck::Values::generate(t.shape(), [&](Index i) { return static_cast<double>(t[i]); });
  };
  for (const auto& item : merged.params) given.emplace_back(item.value), data.push_back(exact(item.value));
  given.emplace_back(x), data.push_back(exact(x));
  const auto got = *planned(given);
  crosscheck::JudgeOptions options;
  options.tier = crosscheck::Tier::proof, options.vacuity = false;
  const auto judgement = judge_node(r.f.graph, r.f.in_leaf_order(data), r.f.results[0], exact(got[0]),
                                    [&](NodeId id) {
                                      const Kernel* kernel = planned.program()->node(id).kernel;
                                      return kernel != nullptr ? kernel->claims : spec::Claims();  // of a leaf
                                    },
                                    options);
  EXPECT_EQ(judgement.verdict, spec::Verdict::pass) << judgement.note;
  // Small dyadic numbers: W + 2 B A is exact in float.
  const auto widened = [](float v) { return static_cast<double>(v); };
  const auto a = read(attached(), tlist::map(params, widened), exact(x));
  const auto b = read(merged.model, tlist::map(merged.params, widened), exact(x));
  EXPECT_EQ(elements(a), elements(b));
}

TEST(Lora, UnmergedGivesTheVeryBitsBack) {
  const auto params = values<float>(attached());
  auto merged = *adapters::merge(attached(), params);
  EXPECT_EQ(elements(tlist::flatten(*adapters::unmerge(*adapters::merge(attached(), params)))),
            elements(tlist::flatten(params)));
  EXPECT_NE(elements(*tlist::find(merged.params, "0.weight")), elements(*tlist::find(params, "0.weight")));
  EXPECT_EQ(elements(*tlist::find(merged.params, "2.0.weight")), elements(*tlist::find(params, "2.0.weight")));
  // What the plain model learned would be lost.
  merged.params.back().value.mutable_elements()[0] += 1;
  EXPECT_EQ(adapters::unmerge(merged).error().what(),
            "[lora] param " + merged.params.back().name + ": found other numbers, expected those of the merge");
}

TEST(Lora, MistakesAreNamed) {
  const auto error = [](const LoraConfig& c) { return std::string(adapters::attach(model, batch, c).error().what()); };
  EXPECT_EQ(error({.rank = 0}), "[lora] rank: expected 1 to 1048576, found 0");
  EXPECT_EQ(error({.layers = {"7"}}), "[lora] layers: found no linear layer at 7, expected at least one");
  EXPECT_EQ(error({.layers = {}}), "[lora] layers: found no pattern, expected at least one");
  EXPECT_STREQ(adapters::attach(attached(), batch, config).error().what(),
               "[lora] found a model that has adapters already, expected one without");
  EXPECT_STREQ(adapters::merge(model, TensorList<float>{}).error().what(),
               "[lora] found a model without adapters, expected one that attach made");
  EXPECT_STREQ(adapters::overlay(values<float>(model), TensorList<float>{{"9.weight", ramp({1}, 1)}}).error().what(),
               "[lora] found a param 9.weight, expected those of the model");
  auto params = values<float>(attached());
  std::erase_if(params, [](const auto& item) { return item.name == "0.lora_B"; });
  EXPECT_STREQ(adapters::merge(attached(), params).error().what(), "[lora] found 0.lora_A without 0.lora_B");
}

}  // namespace
}  // namespace plumbline::runtime
