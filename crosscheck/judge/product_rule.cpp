// ct y/x in binary64: a scale, not a value that anything is compared with.
#include "crosscheck/judge/product_rule.h"

#include "crosscheck/judge/in_double.h"
#include "crosscheck/judge/infinite.h"

namespace plumbline::crosscheck {

std::optional<Values> first_term_of_product_rule(const spec::Graph& graph, const std::vector<Values>& data,
                                                 const Values& ct) {
  const spec::NodeId output = graph.outputs().front();
  const spec::Node& node = graph.node(output);
  const bool one_op = data.size() == 1 && graph.size() == 2 && node.op;
  if (!one_op || !is_elementwise(node.op, {data[0].shape()}, node.shape)) return std::nullopt;
  const Values y = in_double(graph, data, output, [](spec::NodeId) { return spec::Claims(); });
  return Values::generate(y.shape(), [&](spec::Index i) { return data[0][i] == 0 ? 0 : ct[i] * (y[i] / data[0][i]); });
}

}  // namespace plumbline::crosscheck
