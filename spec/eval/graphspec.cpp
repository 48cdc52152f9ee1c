// One binding as a graph of its own.
#include "spec/eval/graphspec.h"

namespace plumbline::spec {

Result<BindingGraph> graph_of(const GraphSpec& spec, TermId binding, const SpecOptions& options) {
  if (binding < 0 || binding >= spec.size() || spec.is_input(binding))
    return fail("[graphspec] ", binding, " is no binding");
  const Binding& b = spec.binding(binding);
  BindingGraph out;
  std::vector<Var> in;
  Site site{{}, spec.position(binding), options.training, options.seed, std::nullopt};
  for (std::size_t i = 0; i < b.inputs.size(); ++i) {
    const TermId from = b.inputs[i];
    in.push_back(spec.extent(from) >= 0
                     ? out.graph.index_input(concat('x', i), spec.shape(from), spec.extent(from))
                     : out.graph.input(concat('x', i), spec.shape(from)));
  }
  for (const ParameterSpec& p : b.parameters) site.parameters.push_back(out.graph.param(p.name, p.shape));
  if (options.training && b.primitive->name() == "dropout")
    site.step = out.graph.index_input("step", {}, max_elements);
  try {
    out.graph.output(b.primitive->meaning(in, site));
    if (options.training)
      for (const Var& next : b.primitive->next_states(in, site)) out.next_states.push_back(next.id());
  } catch (const Error& e) {
    return tl::unexpected(e);
  }
  return out;
}

}  // namespace plumbline::spec
