// The cells of a run, (op, law, subject): which there are, and what their cases add up to.
#pragma once

#include "crosscheck/audit/runner.h"

namespace plumbline::crosscheck {

// Stands in where a law looks at the spec alone.
class SpecSubject final : public Subject {
 public:
  std::string name() const override { return "spec"; }
  spec::Result<RunResult> run(const spec::Graph&, const std::vector<Values>&, const std::vector<spec::NodeId>&,
                              const RunOptions&) override {
    return spec::fail("the spec is not a subject that runs");
  }
  KernelInfo kernel(const spec::Graph&, spec::NodeId) const override { return {}; }
};

// Of the kernel that computes the output of a case of one op, as text; empty for graphs.
std::string claims_of(const Case& c, const Subject& subject);

struct CellPlan {
  const spec::OpEntry* entry = nullptr;  // null: random graphs
  const Law* law = nullptr;
  Subject* subject = nullptr;
  std::uint64_t cases = 0;
  std::string op() const { return entry == nullptr ? "graph" : std::string(entry->name); }
};

// Every combination to which the law applies, judged by a few drawn cases.
std::vector<CellPlan> plan_cells(const Suite& suite, const spec::Catalogue& catalogue, const Laws& laws,
                                 Subject& spec_alone);

// One case that was run, with the kernel that computed it. The case itself is kept only where it is needed later.
struct CaseRecord {
  CaseResult result;
  std::string kernel;
  bool fallback = false;
};
CaseRecord record_of(const CellPlan& cell, CaseResult result);

// Adds a cell to the report, and its first findings, shrunk and written. `shrunk` counts them over the whole run.
void reduce_cell(const CellPlan& plan, std::vector<CaseRecord>& records, const Suite& suite,
                 const spec::Catalogue& catalogue, const Laws& laws, std::uint64_t& shrunk, Report& report);

}  // namespace plumbline::crosscheck
