// Some elements of an elementwise op, as an op on a vector: what is open is asked alone [verdict B3].
#pragma once

#include <optional>
#include <vector>

#include "crosscheck/judge/judge.h"

namespace plumbline::crosscheck {

struct Part {
  spec::Graph graph;  // of the same op, on vectors
  std::vector<Values> data;
  spec::NodeId node = -1;
};

// The given elements of a node; nullopt unless the graph is one op that maps its leaves element by element.
std::optional<Part> part_of(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                            const std::vector<spec::Index>& elements);

}  // namespace plumbline::crosscheck
