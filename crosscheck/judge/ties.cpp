// Membership in the set of right answers.
#include "crosscheck/judge/ties.h"

#include <algorithm>

namespace plumbline::crosscheck {

using spec::NodeId;

bool pass_other_ties(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const Values& got,
                     std::vector<std::optional<spec::Judged>>& fixed) {
  const std::vector<NodeId> leaves = graph.leaves();
  std::vector<Values> in;
  for (NodeId i : graph.node(node).inputs) {
    const auto at = std::find(leaves.begin(), leaves.end(), i);
    if (at == leaves.end()) return false;
    in.push_back(data[static_cast<std::size_t>(at - leaves.begin())]);
  }
  if (!graph.node(node).op) return false;
  const std::vector<spec::Tri> among = graph.node(node).op->among_ties(in, got);
  fixed.resize(among.empty() ? fixed.size() : among.size());
  bool found = false;
  for (std::size_t i = 0; i < among.size(); ++i) {
    if (among[i] != spec::Tri::yes) continue;
    fixed[i] = spec::judging::passed_if(true);
    found = true;
  }
  return found;
}

}  // namespace plumbline::crosscheck
