// y… = f(x…) recorded as a graph, and its derivatives as recorded functions again: they compose.
#pragma once

#include <concepts>
#include <string>
#include <vector>

#include "spec/graph/graph.h"
#include "spec/lang/check.h"

namespace plumbline::runtime::autograd {

using spec::Index;
using spec::NodeId;
using spec::Result;
using spec::Shape;
using spec::Var;

// What a function takes: real numbers of a shape, or integers in [0, extent).
struct Argument {
  Argument(Shape s) : shape(std::move(s)) {}
  Argument(Shape s, Index e) : shape(std::move(s)), extent(e) {}
  Shape shape;
  Index extent = -1;
};

// `arguments` are the graph's leaves in the order in which the function takes them; `results` are its nodes. The exact
// reading is spec::interpret<N>(graph, in_leaf_order(arguments), results).
struct Recorded {
  spec::Graph graph;
  std::vector<NodeId> arguments, results;

  const Shape& argument_shape(std::size_t i) const { return graph.node(arguments[i]).shape; }
  const Shape& result_shape(std::size_t k) const { return graph.node(results[k]).shape; }
  // Values given in the order of the arguments, in the order of the graph's leaves.
  template <class V>
  std::vector<V> in_leaf_order(const std::vector<V>& given) const {
    check(given.size() == arguments.size(), "a value for each argument");
    std::vector<V> out;
    for (const NodeId leaf : graph.leaves())
      for (std::size_t i = 0; i < arguments.size(); ++i)
        if (arguments[i] == leaf) out.push_back(given[i]);
    return out;
  }
};

// f is called once with Vars: f(x), f(x, y), … up to six, or f(std::vector<Var>). It returns a Var or several.
template <class F>
concept VarFunction =
    std::invocable<F, const std::vector<Var>&> || std::invocable<F, Var> || std::invocable<F, Var, Var> ||
    std::invocable<F, Var, Var, Var> || std::invocable<F, Var, Var, Var, Var> ||
    std::invocable<F, Var, Var, Var, Var, Var> || std::invocable<F, Var, Var, Var, Var, Var, Var>;

template <VarFunction F>
std::vector<Var> call_with(F&& f, const std::vector<Var>& x) {
  const auto listed = [](auto&& y) {
    if constexpr (std::convertible_to<decltype(y), Var>) return std::vector<Var>{y};
    else return std::vector<Var>(std::move(y));
  };
  if constexpr (std::invocable<F, const std::vector<Var>&>) return listed(f(x));
  else {
    std::vector<Var> out;
    bool called = false;
    const auto with = [&]<std::size_t... I>(std::index_sequence<I...>) {
      if constexpr (std::invocable<F, decltype((void)I, Var())...>)
        if (!called && x.size() == sizeof...(I)) out = listed(f(x[I]...)), called = true;
    };
    [&]<std::size_t... N>(std::index_sequence<N...>) { (with(std::make_index_sequence<N + 1>{}), ...); }(
        std::make_index_sequence<6>{});
    if (!called) throw spec::Error(spec::concat("[record] the function does not take ", x.size(), " arguments"));
    return out;
  }
}

// Errors: what recording the ops refuses, a result that is no node of the graph.
template <VarFunction F>
Result<Recorded> record(F&& f, const std::vector<Argument>& arguments) {
  Recorded out;
  std::vector<Var> x;
  for (const Argument& a : arguments) {
    const std::string name = spec::concat('x', x.size());
    x.push_back(a.extent < 0 ? out.graph.input(name, a.shape) : out.graph.index_input(name, a.shape, a.extent));
    out.arguments.push_back(x.back().id());
  }
  try {
    for (const Var& y : call_with(f, x)) {
      if (y.id() < 0 || &y.graph() != &out.graph)
        return spec::fail("[record] result ", out.results.size(),
                          ": found a node of another graph, expected one of the function's");
      out.results.push_back(y.id());
    }
  } catch (const spec::Error& error) {
    return tl::unexpected(error);
  }
  return out;
}

// Positions of arguments; empty: all real ones.
using Wrt = std::vector<std::size_t>;

// (x…, ct…) → (y…, cotangents of wrt…), a cotangent for each result.
Result<Recorded> vjp(const Recorded& f, Wrt wrt = {});
// (x…, dx of wrt…) → (y…, dy…)
Result<Recorded> jvp(const Recorded& f, Wrt wrt = {});
// x… → (y, gradients of wrt…); y is one element.
Result<Recorded> value_and_grad(const Recorded& f, Wrt wrt = {});
// x… → gradients of wrt…
Result<Recorded> grad(const Recorded& f, Wrt wrt = {});
// (x…, v of wrt…) → (gradients…, H v…), the gradient of ⟨gradient, v⟩.
Result<Recorded> hvp(const Recorded& f, Wrt wrt = {});

}  // namespace plumbline::runtime::autograd
