// A compiled GraphSpec with a loss behind its first output, trained on data made from a seed.
#include "crosscheck/models/graphspec_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/models/audit.h"
#include "crosscheck/models/graph_file.h"
#include "crosscheck/models/trainer.h"
#include "crosscheck/report/table.h"
#include "crosscheck/sample/choices.h"
#include "crosscheck/sample/patterns.h"
#include "spec/graph/graphspec/compile.h"
#include "spec/layers/losses.h"
#include "spec/ops/arithmetic/square.h"
#include "spec/ops/reduce/mean.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::NodeId;
using spec::Result;

namespace {

constexpr Index most_node_elements = Index{1} << 24;
constexpr double usual_rate = 1.0 / 128;

// What running state begins as: the same number everywhere.
std::optional<double> uniform_value(const spec::Initialiser& scheme) {
  if (std::holds_alternative<spec::ZerosInit>(scheme)) return 0;
  if (std::holds_alternative<spec::OnesInit>(scheme)) return 1;
  if (const auto* c = std::get_if<spec::ConstantInit>(&scheme)) return c->value;
  return std::nullopt;
}

// The graph of one training step up to the loss, with the plan of its initial values.
Result<TrainGraph> train_graph(spec::SpecProgram program, const ModelOptions& options) {
  TrainGraph g;
  g.plan.seed = options.seed;
  g.state.step = program.step;
  for (std::size_t i = 0; i < program.parameters.size(); ++i) {
    const spec::PlacedParameter& p = program.parameters[i];
    if (p.spec.trained) {
      g.params.push_back(program.leaves[i]);
      g.plan.parameters.push_back({p.name, p.spec.shape, p.spec.init, p.seed});
      continue;
    }
    const auto initial = uniform_value(p.spec.init);
    if (!initial)
      return spec::fail(options.model, ": found running state ", p.name, " that begins as ", print(p.spec.init),
                        ", expected zeros, ones or constant");
    g.state.states.push_back({p.name, program.leaves[i], -1, *initial});
  }
  for (const auto& [leaf, next] : program.updates)
    for (auto& state : g.state.states)
      if (state.leaf == leaf) state.next = next;
  g.graph = std::move(program.graph);
  g.x = program.inputs.front();
  const std::vector<NodeId> outputs = g.graph.outputs();
  g.output = outputs.front();
  const spec::Var target = g.graph.input(g.graph.unused("target"), g.graph.node(g.output).shape);
  g.labels = target.id();
  spec::Var loss = spec::mse(g.graph.var(g.output), target);
  for (std::size_t i = 1; i < outputs.size(); ++i)
    loss = spec::add(loss, spec::call(spec::Mean{}, spec::call(spec::Square{}, g.graph.var(outputs[i]))));
  g.loss = loss.id();
  g.graph.output(loss);
  return g;
}

class SpecRun {
 public:
  SpecRun(TrainGraph graph, const ModelOptions& options, const ModelSubjects& subjects, std::ostream& out)
      : graph_(std::move(graph)), options_(options), subjects_(subjects), out_(out),
        optimiser_(spec::Sgd{.lr = options.lr > 0 ? options.lr : usual_rate}),
        report_(subjects.planned ? subjects.init->name() : subjects.graph->name(), options.out) {}

  Result<Report> audit() {
    auto initial = initialise();
    if (!initial) return tl::unexpected(initial.error());
    if (auto ok = make_trainer(std::move(*initial)); !ok) return tl::unexpected(ok.error());
    for (Index step = 0; step < options_.spec_steps && !cancelled(); ++step) {
      const Rows batch = rows(static_cast<std::uint64_t>(step));
      const StepBefore before = before_step(*trainer_);
      if (auto ok = trainer_->step(batch); !ok) return tl::unexpected(ok.error());
      audit_step(*trainer_, before, batch, optimiser_, step + 1, *subjects_.optim, options_.judge, report_, out_);
      out_ << fmt::format("loss {:.4g}\n", trainer_->value(trainer_->graph().loss)[0]);
    }
    return report_.finish();
  }

 private:
  bool cancelled() const { return options_.cancelled != nullptr && options_.cancelled->load(); }

  Result<std::vector<Values>> initialise() {
    auto values = subjects_.init->initialise(graph_.plan);
    if (!values) return tl::unexpected(values.error());
    Table table({{"initial value"}, {"scheme"}, {"shape"}, {"verdict"}, {"elements", true}, {"zero tolerance", true}});
    for (std::size_t i = 0; i < values->size(); ++i) {
      const auto& p = graph_.plan.parameters[i];
      const Stopwatch watch;
      const Judgement j = judge_initial(graph_.plan, p, (*values)[i], subjects_.init->claims(), options_.judge);
      const std::string scheme(name_of(p.scheme));
      table.add({p.name, scheme, spec::concat(p.shape), std::string(spec::verdict_name(j.verdict)),
                 std::to_string(j.elements), std::to_string(j.zero_tolerance)});
      Outcome outcome = outcome_of(j);
      outcome.node = p.name;
      report_.add(scheme, "model", "init", outcome, "initial values: ", watch.seconds());
    }
    out_ << '\n' << table.print();
    return values;
  }

  Result<void> make_trainer(const std::vector<Values>& initial) {
    if (!subjects_.planned) {
      trainer_ = subject_trainer(std::move(graph_), optimiser_, initial, subjects_.graph, subjects_.optim,
                                 options_.threads);
      return {};
    }
    auto trainer = runtime_trainer(std::move(graph_), optimiser_, initial, options_.threads);
    if (!trainer) return spec::fail(options_.model, ": ", trainer.error().what());
    trainer_ = std::move(*trainer);
    return {};
  }

  // A batch of its own for each step.
  Rows rows(std::uint64_t step) const {
    const auto made = [&](NodeId leaf) {
      const spec::Node& n = trainer_->graph().graph.node(leaf);
      RandomChoices random(options_.seed, "graphspec", n.name, step);
      return fill(random, Pattern::normal, n.shape,
                  n.extent >= 0 ? spec::Domain::index(n.extent) : spec::Domain::any());
    };
    return {made(trainer_->graph().x), made(trainer_->graph().labels)};
  }

  TrainGraph graph_;
  const ModelOptions& options_;
  const ModelSubjects& subjects_;
  std::ostream& out_;
  spec::Optimiser optimiser_;
  ModelReport report_;
  std::unique_ptr<Trainer> trainer_;
};

bool learns(const spec::SpecProgram& program) {
  return program.inputs.size() == 1 &&
         std::ranges::any_of(program.parameters, [](const spec::PlacedParameter& p) { return p.spec.trained; });
}

}  // namespace

bool looks_like_graphspec(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return false;
  return text[first] == '{' || text.substr(first).starts_with("plumbline.graphspec/");
}

Result<Report> audit_graphspec(const spec::GraphSpec& spec, const ModelOptions& options, const ModelSubjects& subjects,
                               std::ostream& table) {
  if (spec.outputs().empty()) return spec::fail(options.model, ": found no output, expected `output name`");
  auto program = spec::compile(spec, {.training = true, .seed = options.seed});
  if (!program) return spec::fail(options.model, ": ", program.error().what());
  if (auto ok = check_sizes(program->graph, options.model, most_node_elements); !ok)
    return tl::unexpected(ok.error());
  if (!learns(*program)) return audit_graph(std::move(program->graph), options, subjects, table);
  const std::size_t layers = spec.bindings().size();
  auto graph = train_graph(std::move(*program), options);
  if (!graph) return tl::unexpected(graph.error());
  table << fmt::format("{}: {} bindings, {} parameters in {} tensors, seed {}; {} steps of sgd on data made from it\n",
                       options.model, layers,
                       std::accumulate(graph->plan.parameters.begin(), graph->plan.parameters.end(), Index{0},
                                       [](Index n, const auto& p) { return n + p.shape.size(); }),
                       graph->plan.parameters.size(), options.seed, options.spec_steps);
  return SpecRun(std::move(*graph), options, subjects, table).audit();
}

}  // namespace plumbline::crosscheck
