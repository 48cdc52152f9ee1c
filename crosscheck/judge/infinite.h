// Judging outputs of data that hold infinities: the limit of the real function, or what IEEE arithmetic gives.
#pragma once

#include "crosscheck/judge/judge.h"
#include "spec/eval/exact.h"

namespace plumbline::crosscheck {

// Accepted are the limit, where it exists, and for an op that is not elementwise also the value of its method in IEEE
// arithmetic (NaN for ∞ − ∞): there the limit in several variables is a matter of taste, for a function of one it is not.
Judgement judge_infinite(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node, const Values& got,
                         const ClaimsOf& claims_of, const JudgeOptions& options);

// Whether each output element depends on one element of each input: the op maps scalars to a scalar and keeps the
// (broadcast) shape.
bool is_elementwise(const spec::Op& op, const spec::Shapes& in, const spec::Shape& out);

}  // namespace plumbline::crosscheck
