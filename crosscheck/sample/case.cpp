// What a case is about.
#include "crosscheck/sample/case.h"

namespace plumbline::crosscheck {

std::string Case::op_name() const {
  const spec::Node* only = nullptr;
  for (const spec::Node& node : graph.nodes()) {
    if (node.leaf != spec::Leaf::none) continue;
    if (only != nullptr) return "graph";
    only = &node;
  }
  return only == nullptr ? "graph" : std::string(only->op.name());
}

spec::Index Case::size() const {
  spec::Index n = graph.node(output()).shape.size();
  for (const Values& x : data) n += x.size();
  return n;
}

}  // namespace plumbline::crosscheck
