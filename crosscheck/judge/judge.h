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
  double false_alarm = 1e-9;       // of the whole run, for the statistical tier
  double run_elements = 1e9;       // the number of elements over which that probability is spread
  int most_precision = 4096;       // bits, where refinement gives up: undecided
  bool user_data = false;          // order and values of the data are not ours: widen or stand down
  bool vacuity = true;
};

// One element that did not pass, or the worst that did.
struct ElementReport {
  spec::Index element = -1;        // flat, row-major
  std::string exact_lo, exact_hi;  // hex floats
  double bound = 0, got = 0, ratio = 0, ulps = 0;
  std::string cause;               // likely cause, in words
};

struct Judgement {
  Verdict verdict = Verdict::pass;
  spec::Index elements = 0, unjudged = 0, zero_tolerance = 0, refined = 0;
  spec::Index mismatched = 0;      // elements that failed or are suspect
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
};

// Audits every op node of a graph: `values` holds what the subject computed for each node.
std::vector<NodeReport> audit_nodes(const spec::Graph& graph, const std::vector<Values>& values,
                                    const std::function<std::pair<std::string, bool>(spec::NodeId)>& kernel_of,
                                    const ClaimsOf& claims_of, const JudgeOptions& options);

}  // namespace plumbline::crosscheck
