// Every layer of the registry as a module: its steps have the same bits, eager and compiled.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "crosscheck/laws/layers/layer_law.h"
#include "runtime/module/scalar_module.h"
#include "spec/ops/arithmetic/square.h"
#include "spec/ops/reduce/sum.h"

namespace plumbline::runtime {
namespace {

using spec::Tensor;
using spec::Var;

template <class T>
Tensor<T> as(const Tensor<double>& x) {
  return Tensor<T>::generate(x.shape(), [&](spec::Index i) { return static_cast<T>(x[i]); });
}

// A drawn layer with Σ y² of its results y as the loss; running state and steps are inputs like x.
struct DrawnModule {
  spec::ScalarModuleDef def;
  std::vector<AnyTensor> inputs;
};
DrawnModule draw_module(const crosscheck::Layer& layer, std::uint64_t number) {
  const auto c = spec::value_or_throw(crosscheck::draw_layer_case(layer, 3, number, 0));
  DrawnModule out;
  out.def.graph = c.recorded;
  const Var y = out.def.graph.var(c.recorded.outputs().front());
  out.def.loss = call(spec::Sum{}, std::vector<Var>{call(spec::Square{}, std::vector<Var>{y})}).id();
  const auto leaves = c.recorded.leaves();
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const spec::Node& leaf = c.recorded.node(leaves[i]);
    if (leaf.leaf == spec::Leaf::param) {
      out.def.params.push_back(leaves[i]);
      out.def.parameters.push_back({leaf.name, leaf.shape, c.data[i]});
      continue;
    }
    out.def.inputs.push_back(leaves[i]);
    if (leaf.extent < 0) out.inputs.emplace_back(as<float>(c.data[i]));
    else out.inputs.emplace_back(as<std::int64_t>(c.data[i]));
  }
  return out;
}

bool same(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

TEST(ScalarModule, StepsOfEveryLayerHaveTheSameBits) {
  const auto kernels = KernelTable::builtin();
  for (const auto& layer : crosscheck::all_layers())
    for (std::uint64_t number = 0; number < 6; ++number) {
      const auto [def, in] = draw_module(layer, number);
      auto eager = spec::value_or_throw(ScalarModule<float>::create(def, kernels));
      auto compiled = spec::value_or_throw(
          ScalarModule<float>::create(def, kernels, {.backend = Backend::compiled, .threads = 2}));
      for (int step = 0; step < 2; ++step) {
        const auto a = eager.step(0x1p-20F, in), b = compiled.step(0x1p-20F, in);
        // Where a step overshoots the next one may be refused, by both.
        ASSERT_TRUE(step > 0 || a) << layer.name << ", case " << number << ": " << a.error().what();
        ASSERT_EQ(a.has_value(), b.has_value()) << layer.name << ", case " << number;
        if (a) {
          ASSERT_TRUE(same(*a, *b)) << layer.name << ", case " << number;
        }
      }
      for (std::size_t i = 0; i < def.params.size(); ++i) {
        const auto a = eager.parameters()[i].value().elements(), b = compiled.parameters()[i].value().elements();
        ASSERT_TRUE(std::ranges::equal(a, b, same)) << layer.name << ' ' << def.parameters[i].name;
      }
    }
}

}  // namespace
}  // namespace plumbline::runtime
