// y[e] = f(x[e], …), the inputs broadcast.
#include "crosscheck/judge/part.h"

#include "crosscheck/judge/infinite.h"

namespace plumbline::crosscheck {

using spec::Index;

std::optional<Part> part_of(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                            const std::vector<Index>& elements) {
  const spec::Node& all = graph.node(node);
  const auto leaves = graph.leaves();
  if (!all.op || all.inputs != leaves || leaves.empty() ||
      !is_elementwise(all.op, graph.shapes_of(all.inputs), all.shape))
    return std::nullopt;
  const spec::Shape some{static_cast<Index>(elements.size())};
  auto narrow = spec::graph_of(all.op, spec::Shapes(leaves.size(), some));
  if (!narrow) return std::nullopt;
  Part out{std::move(*narrow), {}, -1};
  out.node = out.graph.outputs().front();
  for (const Values& x : data) {
    const auto from = spec::broadcast_offsets(x.shape(), all.shape);
    out.data.push_back(Values::generate(some, [&](Index i) {
      return x[from[static_cast<std::size_t>(elements[static_cast<std::size_t>(i)])]];
    }));
  }
  return out;
}

}  // namespace plumbline::crosscheck
