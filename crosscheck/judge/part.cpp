// y[e] = f(x[e], …), the inputs broadcast.
#include "crosscheck/judge/part.h"

#include <cmath>

#include "crosscheck/judge/in_double.h"
#include "crosscheck/judge/infinite.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

// An op that looks elementwise may still move elements or draw by their place, as flip and dropout do.
bool has_values_of(const Part& part, const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                   const std::vector<Index>& elements) {
  const ClaimsOf plain = [](spec::NodeId) { return spec::Claims(); };
  const Values whole = in_double(graph, data, node, plain), some = in_double(part.graph, part.data, part.node, plain);
  for (Index i = 0; i < some.size(); ++i) {
    const double a = whole[elements[static_cast<std::size_t>(i)]], b = some[i];
    if (a != b && !(std::isnan(a) && std::isnan(b))) return false;
  }
  return true;
}

}  // namespace

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
  if (!has_values_of(out, graph, data, node, elements)) return std::nullopt;
  return out;
}

}  // namespace plumbline::crosscheck
