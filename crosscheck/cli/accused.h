// The tensor that a recorded case is about: found by running the case again and judging node by node.
#pragma once

#include <optional>
#include <string>

#include "crosscheck/audit/replay.h"
#include "crosscheck/judge/judge.h"

namespace plumbline::crosscheck {

// One node as an op of its own, on the very floats that it was given.
struct Accused {
  std::string label;  // `%4 = softmax`
  std::string kernel;
  bool fallback = false, gradient = false;
  spec::Graph graph;  // of that op alone
  std::vector<Values> data;
  Values got;
  spec::Claims claims;
  Judgement judgement;
};

// The first node, in order of computation, that does not pass on its own inputs; else the one that comes nearest to its
// bound. Nothing where the subject refuses the case.
std::optional<Accused> accuse(const Replay& replay, Subject& subject, const JudgeOptions& options);

}  // namespace plumbline::crosscheck
