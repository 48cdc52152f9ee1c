// compile: a GraphSpec as one graph of ops: an executable program for runtime::compile, any number type, any session.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "spec/graph/graphspec/graphspec.h"

namespace plumbline::spec {

struct SpecOptions {
  bool training = false;   // batch statistics, and dropout
  std::uint64_t seed = 0;  // of dropout masks
};

// Whether masks of dropout are drawn, so that `record` needs the number of the step.
bool wants_step(const GraphSpec& spec, const SpecOptions& options);

// Leaves are the inputs, then the parameters in the order of spec.parameters(), then `step` where a mask needs it.
struct SpecProgram {
  Graph graph;  // its outputs are the spec's
  std::vector<NodeId> inputs;
  std::vector<PlacedParameter> parameters;
  std::vector<NodeId> leaves;                        // of the parameters; inputs where they are not trained
  std::vector<std::pair<NodeId, NodeId>> updates;    // in training: what is not trained, and what it becomes
  NodeId step = -1;                                  // an index leaf: training steps taken so far
};
Result<SpecProgram> compile(const GraphSpec& spec, const SpecOptions& options = {});

// The same on leaves of somebody else's graph, a session's for example. Throws spec::Error.
struct RecordedSpec {
  std::vector<Var> outputs;
  std::vector<std::pair<Var, Var>> updates;
};
RecordedSpec record(const GraphSpec& spec, std::span<const Var> inputs, std::span<const Var> parameters,
                    const SpecOptions& options = {}, std::optional<Var> step = std::nullopt);

}  // namespace plumbline::spec
