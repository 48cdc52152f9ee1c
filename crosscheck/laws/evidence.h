// What laws share: how a subject is run, how values are compared bit by bit, how judgements are joined.
#pragma once

#include <optional>
#include <string>

#include "crosscheck/laws/law.h"

namespace plumbline::crosscheck {

Outcome failed(std::string message);
Outcome skipped(std::string reason);

// The memory that a case runs on: poisoned, and compiled or eager by turns.
RunOptions hostile(const Case& c);

// Why a run is no evidence: it was refused, it wrote to its inputs or beside its outputs, or shapes differ.
std::optional<Outcome> objection(const spec::Graph& graph, const std::vector<spec::NodeId>& wanted,
                                 const spec::Result<RunResult>& run);

// Equal as binary32: signs of zeros differ, NaNs do not.
bool same_bits(const Values& a, const Values& b);
// `element [1, 2]: 0x1p+0 vs 0x1.8p+0` at the first difference.
std::string first_difference(const Values& a, const Values& b);

// The graver of two: crash, fail, nondeterministic, suspect, undecided, mistrusted, skipped, pass.
Verdict graver(Verdict a, Verdict b);
// Adds what another judgement saw: counts are summed, extremes kept.
void join(Judgement& all, const Judgement& one);

// The values of an op node's inputs, from values by node.
std::vector<Values> inputs_of(const spec::Graph& graph, spec::NodeId node, const std::vector<Values>& values);
// Values by node, as far as they are leaves.
std::vector<Values> leaf_values(const spec::Graph& graph, const std::vector<Values>& data);

// Whether a node is computed from any leaf. A gradient that is not, as the zeros of floor's, is a statement about all
// data: that it vanishes does not mean that these data prove nothing.
bool depends_on_data(const spec::Graph& graph, spec::NodeId node);

// `%4 = softmax`, or the node's own name.
std::string node_label(const spec::Graph& graph, spec::NodeId node);
// One line on what a judgement objects to.
std::string message_of(const Judgement& judgement);
Outcome outcome_of(Judgement judgement);

}  // namespace plumbline::crosscheck
