// Appending derivatives to a recorded function. What nothing moves has derivative 0.
#include "runtime/autograd/recorded.h"

#include "spec/graph/derivative.h"
#include "spec/ops/shape/full.h"

namespace plumbline::runtime::autograd {

namespace {

// The nodes of the arguments; an error if one is an index, no argument, or given twice.
Result<std::vector<NodeId>> nodes_of(std::string_view what, const Recorded& f, Wrt& wrt) {
  if (wrt.empty())
    for (std::size_t i = 0; i < f.arguments.size(); ++i)
      if (f.graph.node(f.arguments[i]).extent < 0) wrt.push_back(i);
  std::vector<NodeId> out;
  for (const std::size_t i : wrt) {
    if (i >= f.arguments.size())
      return spec::fail("[", what, "] argument ", i, " is none of the ", f.arguments.size(), " of the function");
    if (f.graph.node(f.arguments[i]).extent >= 0)
      return spec::fail("[", what, "] argument ", i, " holds indices, which have no derivative");
    if (std::find(out.begin(), out.end(), f.arguments[i]) != out.end())
      return spec::fail("[", what, "] argument ", i, " is given twice, expected each once");
    out.push_back(f.arguments[i]);
  }
  return out;
}

// New leaves beside the nodes, which become arguments.
std::vector<Var> leaves_beside(Recorded& f, const std::vector<NodeId>& nodes, std::string_view name) {
  std::vector<Var> out;
  for (const NodeId id : nodes) {
    out.push_back(f.graph.input(f.graph.unused(spec::concat(name, out.size())), f.graph.node(id).shape));
    f.arguments.push_back(out.back().id());
  }
  return out;
}

Var full(spec::Graph& graph, const Shape& shape, double value) {
  return graph.apply(spec::make_op(spec::Full{shape.dims(), value}), {});
}

void add_results(Recorded& f, const std::vector<Var>& derivatives, const std::vector<NodeId>& beside) {
  for (std::size_t k = 0; k < derivatives.size(); ++k)
    f.results.push_back(derivatives[k].id() >= 0 ? derivatives[k].id()
                                                 : full(f.graph, f.graph.node(beside[k]).shape, 0).id());
}

}  // namespace

Result<Recorded> vjp(const Recorded& f, Wrt wrt) {
  const auto nodes = nodes_of("vjp", f, wrt);
  if (!nodes) return tl::unexpected(nodes.error());
  Recorded out = f;
  const std::vector<Var> seeds = leaves_beside(out, f.results, "ct");
  add_results(out, append_vjp(out.graph, f.results, seeds, *nodes), *nodes);
  return out;
}

Result<Recorded> jvp(const Recorded& f, Wrt wrt) {
  const auto nodes = nodes_of("jvp", f, wrt);
  if (!nodes) return tl::unexpected(nodes.error());
  Recorded out = f;
  const std::vector<Var> tangents = leaves_beside(out, *nodes, "dx");
  add_results(out, append_jvp(out.graph, *nodes, tangents, f.results), f.results);
  return out;
}

Result<Recorded> value_and_grad(const Recorded& f, Wrt wrt) {
  const auto nodes = nodes_of("grad", f, wrt);
  if (!nodes) return tl::unexpected(nodes.error());
  if (f.results.size() != 1 || f.result_shape(0).size() != 1)
    return spec::fail("[grad] expects one result of one element, found ",
                      f.results.size() == 1 ? spec::concat(f.result_shape(0)) : spec::concat(f.results.size()));
  Recorded out = f;
  const Var seed = full(out.graph, f.result_shape(0), 1);
  add_results(out, append_vjp(out.graph, f.results, std::span(&seed, 1), *nodes), *nodes);
  return out;
}

Result<Recorded> grad(const Recorded& f, Wrt wrt) {
  auto out = value_and_grad(f, std::move(wrt));
  if (out) out->results.erase(out->results.begin());
  return out;
}

Result<Recorded> hvp(const Recorded& f, Wrt wrt) {
  const auto nodes = nodes_of("hvp", f, wrt);
  if (!nodes) return tl::unexpected(nodes.error());
  auto out = grad(f, wrt);
  if (!out) return out;
  const std::vector<NodeId> gradients = out->results;
  const std::vector<Var> v = leaves_beside(*out, *nodes, "v");
  add_results(*out, append_vjp(out->graph, gradients, v, *nodes), *nodes);
  return out;
}

}  // namespace plumbline::runtime::autograd
