// Auditing every node of a run: judged on its own inputs, then end to end, and its error split in two.
#include <chrono>
#include <cmath>

#include "crosscheck/judge/reading.h"
#include "spec/eval/exact.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::NodeId;

namespace {

// The largest |x_i − exact_i|, from the middle of the filter's enclosure.
double largest_error(const Filtered& exact, const Values& x) {
  double most = 0;
  for (Index i = 0; i < x.size(); ++i)
    if (exact[i].is_value()) {
      const double error = std::abs(x[i] - exact[i].exact.centre() - exact[i].exact.tail());
      most = std::isnan(error) ? spec::upward::infinity : std::max(most, error);
    }
  return most;
}

// The largest distance between two exact values.
double largest_distance(const Filtered& x, const Filtered& y) {
  double most = 0;
  for (Index i = 0; i < x.size(); ++i)
    if (x[i].is_value() && y[i].is_value()) {
      const auto &a = x[i].exact, &b = y[i].exact;
      most = std::max(most, std::abs(a.centre() - b.centre() + (a.tail() - b.tail())));
    }
  return most;
}

// The largest bound of the elements that have one.
double largest_bound(const Filtered& x) {
  double most = 0;
  for (const auto& element : x.elements())
    if (element.d < spec::upward::infinity) most = std::max(most, element.d);
  return most;
}

// The exact op on the node's own inputs, as the graph of that op alone.
struct Local {
  spec::Graph graph;
  std::vector<Values> data;
};

Local local_case(const spec::Graph& graph, const std::vector<Values>& values, NodeId id) {
  const spec::Node& node = graph.node(id);
  Local out;
  for (NodeId i : node.inputs) out.data.push_back(values[static_cast<std::size_t>(i)]);
  out.graph = spec::value_or_throw(spec::graph_of(node.op, graph.shapes_of(node.inputs)));
  return out;
}

}  // namespace

std::vector<NodeReport> audit_nodes(const spec::Graph& graph, const std::vector<Values>& values,
                                    const std::function<std::pair<std::string, bool>(NodeId)>& kernel_of,
                                    const ClaimsOf& claims_of, const JudgeOptions& options) {
  std::vector<Values> leaves;
  for (NodeId id : graph.leaves()) leaves.push_back(values[static_cast<std::size_t>(id)]);
  std::vector<NodeId> computed;
  for (NodeId id = 0; id < graph.size(); ++id)
    if (graph.node(id).leaf == spec::Leaf::none && values[static_cast<std::size_t>(id)].shape() == graph.node(id).shape)
      computed.push_back(id);
  const Reading compounding(graph, leaves, computed, claims_of);  // its claims are those of the readings
  Refinement refinement(Reading(graph, leaves, computed, claims_of));
  const std::vector<Filtered> ideal = compounding.filtered();
  JudgeOptions whole = options;
  whole.vacuity = false;
  std::vector<NodeReport> out;
  for (NodeId id : computed) {
    const auto at = static_cast<std::size_t>(id);
    const spec::Node& node = graph.node(id);
    NodeReport report;
    report.node = id;
    report.name = node.name.empty() ? spec::concat('%', id) : node.name;
    report.op = node.op.name();
    std::tie(report.kernel, report.fallback) = kernel_of(id);
    const auto begin = std::chrono::steady_clock::now();
    const Local local = local_case(graph, values, id);
    const auto claims_here = [&](NodeId) { return claims_of(id); };
    const NodeId output = local.graph.outputs().front();
    const Reading alone(local.graph, local.data, {output}, claims_here);
    Filtered own = alone.filtered()[static_cast<std::size_t>(output)];
    report.introduced = largest_error(own, values[at]);
    report.propagated = largest_distance(own, ideal[at]);
    report.bound = largest_bound(own), report.compounded = largest_bound(ideal[at]);
    const Values& got = values[at];
    report.local = spec::has_infinity(local.data)
                       ? judge_node(local.graph, local.data, output, got, claims_here, options)
                       : judge_expected(local.graph, local.data, output, got, claims_here, options, {std::move(own)});
    const auto middle = std::chrono::steady_clock::now();
    report.end_to_end = spec::has_infinity(leaves)
                            ? judge_node(graph, leaves, id, got, claims_of, whole)
                            : judge_expected(graph, leaves, id, got, claims_of, whole, {ideal[at], &refinement});
    report.seconds = std::chrono::duration<double>(middle - begin).count();
    report.seconds_end_to_end = std::chrono::duration<double>(std::chrono::steady_clock::now() - middle).count();
    out.push_back(std::move(report));
  }
  return out;
}

}  // namespace plumbline::crosscheck
