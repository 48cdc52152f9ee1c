// Cases made from cases: other data and shapes, nodes cut to leaves, another output.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "crosscheck/sample/case.h"

namespace plumbline::crosscheck {

struct Edit {
  std::map<spec::NodeId, Values> values;        // leaves with other data of any shape, and op nodes that become leaves
  std::map<spec::NodeId, spec::Index> extents;  // of index leaves
  std::function<std::optional<spec::Op>(const spec::Op&)> op = {};  // null: every op stays as it is
  spec::NodeId output = -1;                                         // −1: the same
};

// The case so changed, without the nodes that its output does not need; nullopt where something does not fit. A
// cotangent of another shape takes the old one's numbers in turn.
std::optional<Case> edited(const Case& c, const Edit& edit);

}  // namespace plumbline::crosscheck
