// A case: a graph, often of one op, with the data of its leaves; everything that one check needs.
#pragma once

#include <cstdint>
#include <string>

#include "spec/graph/graph.h"

namespace plumbline::crosscheck {

// The values of a tensor of floats of any format, held exactly in double.
using Values = spec::Tensor<double>;

struct Case {
  spec::Graph graph;         // its outputs are what is checked; one output
  std::vector<Values> data;  // one for each leaf, in the order of graph.leaves()
  Values cotangent;          // of the output, for backward laws; empty otherwise
  std::uint64_t seed = 0;    // of the run
  std::uint64_t number = 0;  // of the case within (op, law)

  // The op under test: the name of the output's op, or "graph" where there are several ops.
  std::string op_name() const;
  spec::NodeId output() const { return graph.outputs().front(); }
  spec::Index size() const;  // elements of data and output
};

}  // namespace plumbline::crosscheck
