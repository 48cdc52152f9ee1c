// Judging outputs of data that hold infinities: the limit of the real function, or what IEEE arithmetic gives.
#pragma once

#include "crosscheck/judge/judge.h"
#include "spec/eval/exact.h"

namespace plumbline::crosscheck {

// A function of one variable must give its limit. In several variables the limit depends on how the infinities are
// approached, and formulas differ: there an element is judged where the textbook and the method, read exactly and in
// IEEE arithmetic of two formats, agree; elsewhere it counts as unjudged.
Judgement judge_infinite(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                         const Values& got, const ClaimsOf& claims_of, const JudgeOptions& options);

// Whether each output element depends on one element of each input: the op maps scalars to a scalar and keeps the
// (broadcast) shape.
bool is_elementwise(const spec::Op& op, const spec::Shapes& in, const spec::Shape& out);

}  // namespace plumbline::crosscheck
