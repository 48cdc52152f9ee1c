// Judging outputs of data that hold infinities: the limit of the real function, or what IEEE arithmetic gives.
#pragma once

#include "crosscheck/judge/judge.h"
#include "spec/eval/exact.h"

namespace plumbline::crosscheck {

// An element whose value does not change with the size of the numbers that stand for the infinities is judged like any
// other. Of the rest, a function of one variable must give its limit; in several variables the limit depends on how the
// infinities are approached, and formulas differ: beside the limit, what the textbook or the method gives in IEEE
// arithmetic counts as unjudged, and anything else fails.
Judgement judge_infinite(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                         const Values& got, const ClaimsOf& claims_of, const JudgeOptions& options);

// Whether each output element depends on one element of each input: the op maps scalars to a scalar and keeps the
// (broadcast) shape.
bool is_elementwise(const spec::Op& op, const spec::Shapes& in, const spec::Shape& out);

}  // namespace plumbline::crosscheck
