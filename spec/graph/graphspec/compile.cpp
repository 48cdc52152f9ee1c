// Recording the meaning of each binding, one after another; a shared name is recorded once.
#include "spec/graph/graphspec/compile.h"

#include <algorithm>
#include <map>

namespace plumbline::spec {

bool wants_step(const GraphSpec& spec, const SpecOptions& options) {
  return options.training && std::ranges::any_of(spec.bindings(), [](const Binding& b) {
           return b.primitive->name() == "dropout";
         });
}

RecordedSpec record(const GraphSpec& spec, std::span<const Var> inputs, std::span<const Var> parameters,
                    const SpecOptions& options, std::optional<Var> step) {
  if (inputs.size() != spec.inputs().size())
    throw Error(concat("[graphspec] found ", inputs.size(), " inputs, expected ", spec.inputs().size()));
  std::map<TermId, std::vector<Var>> owned;
  const std::vector<PlacedParameter> places = spec.parameters();
  if (parameters.size() != places.size())
    throw Error(concat("[graphspec] found ", parameters.size(), " parameters, expected ", places.size()));
  for (std::size_t i = 0; i < places.size(); ++i) owned[places[i].binding].push_back(parameters[i]);

  RecordedSpec out;
  std::vector<Var> value(inputs.begin(), inputs.end());
  for (TermId id = static_cast<TermId>(inputs.size()); id < spec.size(); ++id) {
    const Binding& b = spec.binding(id);
    std::vector<Var> in;
    for (const TermId i : b.inputs) in.push_back(value[static_cast<std::size_t>(i)]);
    const Site site{owned[b.shares.value_or(id)], spec.position(id), options.training, options.seed, step};
    value.push_back(b.primitive->meaning(in, site));
    if (!options.training || b.shares) continue;
    std::size_t k = 0;
    const std::vector<Var> next = b.primitive->next_states(in, site);
    for (std::size_t p = 0; p < b.parameters.size(); ++p)
      if (!b.parameters[p].trained && k < next.size()) out.updates.emplace_back(site.parameters[p], next[k++]);
  }
  for (const TermId id : spec.outputs()) out.outputs.push_back(value[static_cast<std::size_t>(id)]);
  return out;
}

namespace {

void record_program(SpecProgram& out, const GraphSpec& spec, const SpecOptions& options) {
  std::vector<Var> inputs, parameters;
  for (const SpecInput& x : spec.inputs())
    inputs.push_back(x.extent >= 0 ? out.graph.index_input(x.name, x.shape, x.extent)
                                   : out.graph.input(x.name, x.shape));
  for (const PlacedParameter& p : out.parameters)
    parameters.push_back(p.spec.trained ? out.graph.param(p.name, p.spec.shape)
                                        : out.graph.input(p.name, p.spec.shape));
  std::optional<Var> step;
  if (wants_step(spec, options)) step = out.graph.index_input(out.graph.unused("step"), {}, max_elements);
  if (step) out.step = step->id();
  for (const Var& v : inputs) out.inputs.push_back(v.id());
  for (const Var& v : parameters) out.leaves.push_back(v.id());
  const RecordedSpec recorded = record(spec, inputs, parameters, options, step);
  for (const Var& y : recorded.outputs) out.graph.output(y);
  for (const auto& [state, next] : recorded.updates) out.updates.emplace_back(state.id(), next.id());
}

}  // namespace

Result<SpecProgram> compile(const GraphSpec& spec, const SpecOptions& options) {
  SpecProgram out;
  out.parameters = spec.parameters();
  try {
    record_program(out, spec, options);
  } catch (const Error& e) {
    return tl::unexpected(e);
  }
  return out;
}

}  // namespace plumbline::spec
