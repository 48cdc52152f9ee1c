// Judging tensors of floats against the spec: the bound is derived, per element, from the data and the claims.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "crosscheck/sample/case.h"
#include "spec/lang/claims.h"
#include "spec/num/verdict.h"

namespace plumbline::crosscheck {

using spec::Verdict;

enum class Tier { proof, statistics };  // statistics includes proof

struct JudgeOptions {
  Tier tier = Tier::statistics;
  double false_alarm = spec::default_false_alarm;   // of the whole run
  double run_elements = spec::default_elements;     // of the whole run: the second tier's share is spread over them
  int most_precision = 4096;       // bits, where refinement gives up: undecided
  bool any_method = false;         // a kernel that claims no method may follow any of the op's named ones
  // > 0: an element whose formula rounds more than once is also right within so many ulps of the exact value, however
  // a kernel that claims no method cuts the formula into roundings.
  double formula_ulps = 0;
  bool one_rounding_too = false;  // of gradients, where even one rounding of this formula may be several of another
  // Of gradients: the first of two terms, t and the rest, whose ulps these are where the terms cancel [formula B1].
  std::optional<Values> first_term;
  bool vacuity = true;
  // Of audit_nodes: `threads` judge nodes side by side. End to end, a run of more elements in all than `most_refined`
  // is judged by the filter's proven bound alone, and one of more than `most_compounded` not at all.
  int threads = 1;
  spec::Index most_refined = spec::Index{1} << 20, most_compounded = spec::Index{1} << 24;

  // How a run's probability of a false alarm is spent [tier B5]: half on the second tier, of elements and of whole
  // tensors, half on statistical laws.
  double false_alarm_of_tier() const { return false_alarm / 4; }
  double false_alarm_of_tensors() const { return false_alarm / 4; }
  double false_alarm_of_laws() const { return false_alarm / 2; }
  // Of the second tier; infinite where only proofs count.
  double lambda() const {
    return tier == Tier::statistics ? spec::lambda(false_alarm_of_tier(), run_elements) : spec::upward::infinity;
  }
  // Of eight questions about each tensor, which has an element at least.
  double lambda_of_tensors() const { return spec::lambda(false_alarm_of_tensors(), 8 * run_elements); }
};

// One element that did not pass, or the worst that did.
struct ElementReport {
  spec::Index element = -1;        // flat, row-major
  std::string exact_lo, exact_hi;  // hex floats
  double bound = 0, got = 0, ratio = 0, ulps = 0;
  std::string cause;               // likely cause, in words
  spec::Shape shape;               // of the tensor that was judged
};

struct Judgement {
  Verdict verdict = Verdict::pass;
  spec::Index elements = 0, unjudged = 0, zero_tolerance = 0, refined = 0;
  spec::Index mismatched = 0;      // elements that failed or are suspect
  spec::Index stood_down = 0;      // suspect elements that count as passed, because the order of the data speaks
  double max_ratio = 0, median_ratio = 0, max_ulp = 0;
  std::optional<ElementReport> worst;
  std::string note;                // e.g. why the statistical tier stood down, or what makes the case vacuous
};

// Judges `got` as op(in) for a kernel with these claims. `in` are the very floats that the kernel saw.
Judgement judge_op(const spec::Op& op, const std::vector<Values>& in, const Values& got, const spec::Claims& claims,
                   const JudgeOptions& options);

// Claims of the kernel that computed a node.
using ClaimsOf = std::function<spec::Claims(spec::NodeId)>;

// Judges `got` as the value of one node of a graph, end to end: errors compound from the leaves on.
Judgement judge_node(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node, const Values& got,
                     const ClaimsOf& claims_of, const JudgeOptions& options);

// The error of one node of a run, split: what the node's own kernel introduced (measured against the exact op on the
// node's own inputs) and what reached it from before.
struct NodeReport {
  spec::NodeId node = -1;
  std::string name, op, kernel;
  bool fallback = false;
  Judgement local, end_to_end;
  double introduced = 0, propagated = 0;  // largest absolute errors
  double bound = 0, compounded = 0;       // largest bounds of judged elements: of the node alone, and end to end
  double seconds = 0, seconds_end_to_end = 0;  // that the two judgements took
};

// Audits every op node of a graph: `values` holds what the subject computed for each node. What the options' limits
// leave out is counted as unjudged, with a note; a node that is not judged end to end at all is `skipped` there.
std::vector<NodeReport> audit_nodes(const spec::Graph& graph, const std::vector<Values>& values,
                                    const std::function<std::pair<std::string, bool>(spec::NodeId)>& kernel_of,
                                    const ClaimsOf& claims_of, const JudgeOptions& options);

}  // namespace plumbline::crosscheck
