// The sign of exact zeros: IEEE 754's for addition, multiplication, negation and copies; either elsewhere.
#pragma once

#include "crosscheck/judge/judge.h"

namespace plumbline::crosscheck {

// Turns a pass of op(in) = got into a fail where an element that is exactly zero has the wrong sign.
void judge_zero_signs(const spec::Op& op, const std::vector<Values>& in, const Values& got, Judgement& judgement);

}  // namespace plumbline::crosscheck
