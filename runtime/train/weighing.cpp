// What the ops of a loss say about it.
#include "runtime/train/weighing.h"

#include <algorithm>

namespace plumbline::runtime::train {

namespace {

bool reduces(const spec::Op& op, const char* how) {
  const spec::Attributes all = op->attributes();
  return std::ranges::find(all, spec::Attribute{"reduction", how}) != all.end();
}

}  // namespace

Weighing weighing_of(const spec::Graph& graph, spec::NodeId loss, spec::NodeId target) {
  Weighing out;
  const spec::Node& last = graph.node(loss);
  out.summed = last.leaf == spec::Leaf::none && (last.op->name() == "sum" || reduces(last.op, "sum"));
  for (spec::NodeId id = 0; id <= loss; ++id) {
    const spec::Node& node = graph.node(id);
    if (node.leaf != spec::Leaf::none || std::ranges::find(node.inputs, target) == node.inputs.end()) continue;
    if (const auto ignored = node.op->ignored_index(); ignored && reduces(node.op, "mean")) out.ignored = ignored;
  }
  return out;
}

Weighing::Weight Weighing::of(const AnyTensor& target, Index n) const {
  auto count = static_cast<double>(n);
  if (ignored && !summed)
    count = std::visit(
        [&](const auto& labels) {
          return static_cast<double>(std::ranges::count_if(labels.elements(), [&](const auto& label) {
            return exact(label) != static_cast<double>(*ignored);
          }));
        },
        target);
  return {summed ? 1 : count, count};
}

}  // namespace plumbline::runtime::train
