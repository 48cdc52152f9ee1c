// What every subject can do.
#include "crosscheck/subjects/subject.h"

namespace plumbline::crosscheck {

spec::Result<Values> Subject::apply(const spec::Op& op, const std::vector<Values>& in,
                                    const std::vector<spec::Index>& extents) {
  spec::Graph graph;
  std::vector<spec::NodeId> inputs;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const std::string name = spec::concat('x', i);
    inputs.push_back(
        (extents[i] >= 0 ? graph.index_input(name, in[i].shape(), extents[i]) : graph.input(name, in[i].shape())).id());
  }
  const auto y = graph.try_apply(op, std::move(inputs));
  if (!y) return tl::unexpected(y.error());
  graph.output(graph.var(*y));
  auto result = run(graph, in, {*y}, {});
  if (!result) return tl::unexpected(result.error());
  return std::move(result->values.front());
}

}  // namespace plumbline::crosscheck
