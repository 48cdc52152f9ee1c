// Judging every node and every parameter of a step.
#include "crosscheck/models/audit.h"

#include <fmt/format.h>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/audit/hex.h"
#include "crosscheck/audit/replay.h"
#include "crosscheck/laws/evidence.h"
#include "crosscheck/report/table.h"
#include "spec/eval/interpret.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::NodeId;

namespace {

constexpr const char* law = "model";
constexpr const char* law_end_to_end = "model_end_to_end";

std::string number(double x) { return x == 0 ? "0" : fmt::format("{:.2e}", x); }
std::string ratio(const Judgement& j) {
  return j.unjudged == j.elements && j.elements > 0 ? "-" : fmt::format("{:.3f}", j.max_ratio);
}
std::string verdict_of(const Judgement& j) { return std::string(spec::verdict_name(j.verdict)); }
std::string bound(const Judgement& j) { return j.worst ? number(j.worst->bound) : "-"; }

Table node_table() {
  return Table({{"node"},
                {"op"},
                {"shape"},
                {"kernel"},
                {"verdict"},
                {"introduced", true},
                {"propagated", true},
                {"bound", true},
                {"ratio", true},
                {"ulps", true},
                {"end to end"},
                {"bound", true},
                {"ratio", true}});
}

std::string shape_text(const spec::Shape& shape) { return spec::concat(shape); }

void add_row(Table& table, const spec::Graph& graph, const NodeReport& r) {
  const bool compounds = r.end_to_end.verdict != Verdict::skipped;
  table.add({r.name, r.op, shape_text(graph.node(r.node).shape), r.fallback ? r.kernel + " (fallback)" : r.kernel,
             verdict_of(r.local), number(r.introduced), compounds ? number(r.propagated) : "-", number(r.bound),
             ratio(r.local), fmt::format("{:.2f}", r.local.max_ulp), verdict_of(r.end_to_end),
             compounds ? number(r.compounded) : "-", ratio(r.end_to_end)});
}

// Nobody chose the data of a model to be hard, and their order means something.
JudgeOptions for_models(JudgeOptions options) {
  options.vacuity = false;
  return options;
}

}  // namespace

void ModelReport::add(const std::string& op, const std::string& which, const std::string& kernel,
                      const Outcome& outcome, const std::string& where, double seconds) {
  Counted& cell =
      cells_.try_emplace({op, which, kernel}, Counted{CellCount(op, which, subject_, kernel)}).first->second;
  cell.count.add(outcome, where, report_);
  cell.seconds += seconds;
}

void ModelReport::add(const NodeReport& node, const NodeValues& run, const std::string& place) {
  const auto add_one = [&](const Judgement& judgement, const char* which, double seconds) {
    Outcome outcome = outcome_of(judgement);
    outcome.node = node.name;
    const std::size_t listed = report_.findings.size();
    add(node.op, which, node.kernel, outcome, spec::concat(place, ", node ", node.name, ": "), seconds);
    if (report_.findings.size() == listed) return;
    report_.findings.back().introduced = hex(node.introduced);
    report_.findings.back().propagated = hex(node.propagated);
    if (std::string_view(which) == law && !out_.empty()) write_replay(node, run, place);
  };
  add_one(node.local, law, node.seconds);
  add_one(node.end_to_end, law_end_to_end, node.seconds_end_to_end);
}

// The node alone, on the very inputs that it had: a case of law `forward`.
void ModelReport::write_replay(const NodeReport& node, const NodeValues& run, const std::string& place) {
  const spec::Node& at = run.graph.node(node.node);
  const auto graph = spec::graph_of(at.op, run.graph.shapes_of(at.inputs));
  if (!graph) return;
  Finding& finding = report_.findings.back();
  Replay replay;
  replay.version = version(), replay.law = "forward", replay.subject = subject_, replay.verdict = finding.verdict;
  replay.message = finding.message, replay.claims = print_claims(run.kernel(node.node).claims);
  replay.note = spec::concat("found in a model at ", place, ", node ", node.name);
  replay.c.graph = *graph, replay.c.data = inputs_of(run.graph, node.node, run.values);
  const std::string path = spec::concat(out_, "/model-", node.op, '-', report_.findings.size(), ".replay");
  if (auto ok = write_file(path, print(replay)); ok) finding.replay = path;
  else report_.notes.push_back(ok.error().what());
}

Report ModelReport::finish() {
  for (auto& [key, cell] : cells_) cell.count.close(report_, cell.seconds);
  return std::move(report_);
}

void audit_graph(const NodeValues& run, const std::string& place, const JudgeOptions& options, ModelReport& report,
                 std::ostream& out) {
  const auto kernel_of = [&](NodeId id) {
    const auto info = run.kernel(id);
    return std::pair(info.name, info.fallback);
  };
  const auto claims_of = [&](NodeId id) { return run.kernel(id).claims; };
  Table table = node_table();
  std::string limit;
  for (const NodeReport& r : audit_nodes(run.graph, run.values, kernel_of, claims_of, for_models(options))) {
    add_row(table, run.graph, r);
    report.add(r, run, place);
    if (r.end_to_end.note.starts_with("end to end: ")) limit = '\n' + r.end_to_end.note;
  }
  out << '\n' << place << limit << '\n' << table.print();
}

StepBefore before_step(const Trainer& trainer) {
  StepBefore before;
  for (std::size_t i = 0; i < trainer.graph().params.size(); ++i) before.states.push_back(trainer.state(i));
  before.running = trainer.running();
  return before;
}

void audit_step(const Trainer& trainer, const StepBefore& before, const Rows& batch, const spec::Optimiser& optimiser,
                Index t, const OptimSubject& optim, const JudgeOptions& options, ModelReport& report,
                std::ostream& out) {
  const TrainGraph& g = trainer.graph();
  std::vector<Values> values;
  for (NodeId id = 0; id < g.graph.size(); ++id)
    values.push_back(g.graph.node(id).leaf == spec::Leaf::none ? trainer.value(id) : Values());
  const auto put = [&](NodeId id, const Values& x) { values[static_cast<std::size_t>(id)] = x; };
  put(g.x, batch.x), put(g.labels, batch.labels);
  for (std::size_t i = 0; i < g.params.size(); ++i) put(g.params[i], before.states[i].p);
  for (const auto& [id, x] : before.running) put(id, x);
  const std::string place = spec::concat("step ", t - 1);
  audit_graph({g.graph, values, [&](NodeId id) { return trainer.kernel(id); }}, place, options, report, out);

  Table table({{"parameter"},
               {"optimiser"},
               {"shape"},
               {"kernel"},
               {"moments"},
               {"bound", true},
               {"ratio", true},
               {"ulps", true},
               {"value"},
               {"bound", true},
               {"ratio", true},
               {"ulps", true}});
  const std::string op(name_of(optimiser)), kernel = optim.kernel(optimiser);
  for (std::size_t i = 0; i < g.params.size(); ++i) {
    const auto& node = g.graph.node(g.params[i]);
    const Stopwatch watch;
    const StepJudgement s = judge_step(optimiser, t, before.states[i], values[static_cast<std::size_t>(g.gradients[i])],
                                       trainer.state(i), optim.claims(optimiser), for_models(options));
    const double half = watch.seconds() / 2;  // judged together
    table.add({node.name, op, shape_text(node.shape), kernel, verdict_of(s.moments), bound(s.moments), ratio(s.moments),
               fmt::format("{:.2f}", s.moments.max_ulp), verdict_of(s.parameter), bound(s.parameter),
               ratio(s.parameter), fmt::format("{:.2f}", s.parameter.max_ulp)});
    for (const auto& [what, judgement] : {std::pair("moments", s.moments), std::pair("parameter", s.parameter)}) {
      Outcome outcome = outcome_of(judgement);
      outcome.node = node.name;
      report.add(op, law, kernel, outcome, spec::concat(place, ", ", what, " of ", node.name, ": "), half);
    }
  }
  out << table.print();
}

}  // namespace plumbline::crosscheck
