// Recording modules and their gradients.
#include "spec/graph/module.h"

#include <algorithm>

#include "spec/ops/shape/full.h"

namespace plumbline::spec {

Result<ScalarModuleDef> define_module(std::vector<ModuleParameter> parameters, const std::vector<ModuleInput>& inputs,
                                      const ScalarLoss& loss) {
  ScalarModuleDef def;
  std::vector<Var> params, given;
  try {
    for (const ModuleParameter& p : parameters) {
      params.push_back(def.graph.param(p.name, p.shape));
      def.params.push_back(params.back().id());
      if (!p.requires_grad) def.state.frozen.push_back(params.back().id());
    }
    for (const ModuleInput& x : inputs) {
      given.push_back(x.extent < 0 ? def.graph.input(x.name, x.shape)
                                   : def.graph.index_input(x.name, x.shape, x.extent));
      def.inputs.push_back(given.back().id());
    }
    def.parameters = std::move(parameters);
    def.loss = loss(params, given).id();
  } catch (const Error& e) {
    return tl::unexpected(e);
  }
  if (def.loss >= 0 && def.loss < def.graph.size()) def.graph.output(def.graph.var(def.loss));
  if (auto ok = check_module(def); !ok) return tl::unexpected(ok.error());
  return def;
}

namespace {

Result<void> check_parameter(const ModuleParameter& p, const Node& leaf) {
  if (leaf.leaf != Leaf::param) return fail("[module] parameter ", p.name, " is no param of the graph");
  if (leaf.shape != p.shape)
    return fail("[module] parameter ", p.name, " has shape ", p.shape, ", its leaf has ", leaf.shape);
  if (const auto* planned = std::get_if<PlannedInit>(&p.initial)) {
    if (auto ok = validate(planned->scheme, p.shape); !ok)
      return fail("[module] parameter ", p.name, ": ", ok.error().what());
  } else if (const Shape& given = std::get<Tensor<double>>(p.initial).shape(); given != p.shape) {
    return fail("[module] parameter ", p.name, ": expected an initial value of shape ", p.shape, ", found ", given);
  }
  return {};
}

}  // namespace

Result<void> check_module(const ScalarModuleDef& def) {
  const auto here = [&](NodeId id) { return id >= 0 && id < def.graph.size(); };
  if (!here(def.loss)) return fail("[module] loss ", def.loss, " is no node of the graph");
  if (def.graph.node(def.loss).shape.rank() != 0)
    return fail("[module] the loss is no scalar: ", def.graph.node(def.loss).shape);
  if (def.params.size() != def.parameters.size())
    return fail("[module] ", def.params.size(), " params, but ", def.parameters.size(), " parameters");
  for (std::size_t i = 0; i < def.params.size(); ++i) {
    if (!here(def.params[i])) return fail("[module] parameter ", def.parameters[i].name, " has no leaf");
    if (auto ok = check_parameter(def.parameters[i], def.graph.node(def.params[i])); !ok) return ok;
  }
  for (const NodeId leaf : def.graph.leaves()) {
    const auto among = [&](const std::vector<NodeId>& list) { return std::ranges::find(list, leaf) != list.end(); };
    const bool running = std::ranges::any_of(def.state.states, [&](const auto& s) { return s.leaf == leaf; });
    if (!among(def.params) && !among(def.inputs) && !running && leaf != def.state.step)
      return fail("[module] leaf ", def.graph.node(leaf).name, " is neither parameter, input nor state");
  }
  return {};
}

ModuleGradients module_gradients(const ScalarModuleDef& def) {
  ModuleGradients out{def.graph, std::vector<NodeId>(def.params.size(), -1)};
  std::vector<NodeId> learning;
  for (const NodeId p : def.params)
    if (std::ranges::find(def.state.frozen, p) == def.state.frozen.end()) learning.push_back(p);
  const Var seed = out.graph.apply(make_op(Full{{}, 1.0}), {});
  const auto cotangents = append_grad(out.graph, def.loss, seed, learning);
  for (std::size_t i = 0, j = 0; i < def.params.size() && j < learning.size(); ++i)
    if (learning[j] == def.params[i]) out.gradients[i] = cotangents[j++].id();
  return out;
}

}  // namespace plumbline::spec
