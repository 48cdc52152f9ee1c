// Finding the guilty node of a recorded case.
#include "crosscheck/cli/accused.h"

#include <algorithm>

#include "crosscheck/audit/runner.h"
#include "crosscheck/laws/evidence.h"
#include "spec/eval/exact.h"

namespace plumbline::crosscheck {

using spec::NodeId;

namespace {

// What is run: the case's graph, or its gradient for a law about gradients.
struct Trial {
  spec::Graph graph;
  std::vector<Values> data;
  NodeId first = 0;                     // nodes from here on are judged first, then those before
  std::optional<spec::GradGraph> grad;  // for a law about gradients
};

Trial trial_of(const Replay& replay) {
  const Case& c = replay.c;
  if (replay.law == "backward")
    if (const auto grad = spec::grad_graph(c.graph)) {
      Trial trial{grad->graph, c.data, c.graph.size(), *grad};
      trial.data.push_back(c.cotangent);
      return trial;
    }
  return {c.graph, c.data, 0, std::nullopt};
}

bool graver_than(const Judgement& a, const Judgement& b) {
  if (a.verdict != b.verdict) return graver(a.verdict, b.verdict) == a.verdict;
  return a.max_ratio > b.max_ratio;
}

}  // namespace

std::optional<Accused> accuse(const Replay& replay, Subject& subject, const JudgeOptions& options) {
  const Trial trial = trial_of(replay);
  std::vector<NodeId> nodes;
  for (NodeId id = 0; id < trial.graph.size(); ++id)
    if (trial.graph.node(id).leaf == spec::Leaf::none) nodes.push_back(id);
  const auto run = trial.grad ? subject.backward(*trial.grad, trial.data, nodes, hostile(replay.c))
                              : subject.run(trial.graph, trial.data, nodes, hostile(replay.c));
  if (!run || nodes.empty()) return std::nullopt;
  std::vector<Values> values = leaf_values(trial.graph, trial.data);
  for (std::size_t i = 0; i < nodes.size(); ++i) values[static_cast<std::size_t>(nodes[i])] = run->values[i];
  JudgeOptions judging = options;
  judging.vacuity = false;
  std::stable_partition(nodes.begin(), nodes.end(), [&](NodeId id) { return id >= trial.first; });
  std::optional<Accused> worst;
  for (NodeId id : nodes) {
    const spec::Node& node = trial.graph.node(id);
    const auto kernel = subject.kernel(trial.graph, id);
    const auto in = inputs_of(trial.graph, id, values);
    auto graph = spec::graph_of(node.op, trial.graph.shapes_of(node.inputs));
    if (!graph) continue;
    const Values& got = values[static_cast<std::size_t>(id)];
    Judgement judgement = judge_op(node.op, in, got, kernel.claims, judging);
    if (worst && !graver_than(judgement, worst->judgement)) continue;
    worst = Accused{node_label(trial.graph, id),
                    kernel.name,
                    kernel.fallback,
                    trial.first > 0,
                    std::move(*graph),
                    in,
                    got,
                    kernel.claims,
                    std::move(judgement)};
    if (is_finding(worst->judgement.verdict)) break;
  }
  return worst;
}

}  // namespace plumbline::crosscheck
