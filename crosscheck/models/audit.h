// The audit of a model: what was judged, as rows of a table and as cells of a report.
#pragma once

#include <chrono>
#include <map>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "crosscheck/laws/cell_count.h"
#include "crosscheck/models/trainer.h"
#include "crosscheck/report/report.h"

namespace plumbline::crosscheck {

// Since it was made.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Every op node of a graph, with what was computed for each node; leaves included.
struct NodeValues {
  const spec::Graph& graph;
  const std::vector<Values>& values;  // empty where a node was not needed
  std::function<Subject::KernelInfo(spec::NodeId)> kernel;
};

// Collects outcomes of law `model` (each node on its own inputs, initial values, optimiser steps) and of
// `model_end_to_end` (errors compound from the leaves on).
class ModelReport {
 public:
  // `out`: a folder for replay files of nodes that fail on their own inputs; empty: none are written.
  explicit ModelReport(std::string subject, std::string out = "")
      : subject_(std::move(subject)), out_(std::move(out)) {}

  // `seconds` that judging took.
  void add(const std::string& op, const std::string& law, const std::string& kernel, const Outcome& outcome,
           const std::string& where, double seconds);
  // A node's two judgements; `place` says when, e.g. `step 100`.
  void add(const NodeReport& node, const NodeValues& run, const std::string& place);
  Report finish();

 private:
  void write_replay(const NodeReport& node, const NodeValues& run, const std::string& place);
  std::string subject_, out_;
  Report report_;
  struct Counted {
    CellCount count;
    double seconds = 0;
  };
  std::map<std::tuple<std::string, std::string, std::string>, Counted> cells_;
};

// Audits the nodes, writes one row for each, and counts them.
void audit_graph(const NodeValues& run, const std::string& place, const JudgeOptions& options, ModelReport& report,
                 std::ostream& table);

// One training step, seen whole: params and moments before it, and the running state that it read.
struct StepBefore {
  std::vector<OptimTensors> states;
  std::vector<std::pair<spec::NodeId, Values>> running = {};
};
StepBefore before_step(const Trainer& trainer);
// Audits the step that the trainer has just taken: every node, then the optimiser on every param.
void audit_step(const Trainer& trainer, const StepBefore& before, const Rows& batch, const spec::Optimiser& optimiser,
                spec::Index t, const OptimSubject& optim, const JudgeOptions& options, ModelReport& report,
                std::ostream& table);

}  // namespace plumbline::crosscheck
