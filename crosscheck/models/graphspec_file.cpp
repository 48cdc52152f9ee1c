// A compiled GraphSpec with a loss behind its first output, trained on a table's rows or on data made from a seed.
#include "crosscheck/models/graphspec_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/models/audit.h"
#include "crosscheck/models/graph_file.h"
#include "crosscheck/models/graphspec_params.h"
#include "crosscheck/models/graphspec_targets.h"
#include "crosscheck/models/trainer.h"
#include "crosscheck/report/table.h"
#include "crosscheck/sample/choices.h"
#include "crosscheck/sample/patterns.h"
#include "spec/graph/graphspec/compile.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/square.h"
#include "spec/ops/reduce/mean.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::NodeId;
using spec::Result;

namespace {

constexpr Index most_node_elements = Index{1} << 24;
constexpr double usual_rate = 1.0 / 128;
constexpr Index usual_spec_steps = 3, all_audited = 10, audit_every = 100;
constexpr std::size_t most_measured = 64;  // batches, before training and after it

// What running state begins as: the same number everywhere.
std::optional<double> uniform_value(const spec::Initialiser& scheme) {
  if (std::holds_alternative<spec::ZerosInit>(scheme)) return 0;
  if (std::holds_alternative<spec::OnesInit>(scheme)) return 1;
  if (const auto* c = std::get_if<spec::ConstantInit>(&scheme)) return c->value;
  return std::nullopt;
}

// A leaf for what the first output is compared with, the loss on it, and the mean squares of all other outputs.
struct AppendedLoss {
  NodeId target, loss;
};
AppendedLoss append_loss(spec::Graph& graph, const SpecTargets& targets) {
  const std::vector<NodeId> outputs = graph.outputs();
  const Feature& f = targets.feature;
  const spec::Var target =
      f.is_index() ? graph.index_input("target", f.shape, f.extent) : graph.input("target", f.shape);
  spec::Var loss = targets(graph.var(outputs.front()), target);
  for (std::size_t i = 1; i < outputs.size(); ++i)
    loss = spec::add(loss, spec::call(spec::Mean{}, spec::call(spec::Square{}, graph.var(outputs[i]))));
  graph.output(loss);
  return {target.id(), loss.id()};
}

// The graph of one training step up to the loss, with the plan of its initial values.
Result<TrainGraph> train_graph(spec::SpecProgram program, const SpecTargets& targets, const ModelOptions& options) {
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
  g.output = g.graph.outputs().front();
  const AppendedLoss appended = append_loss(g.graph, targets);
  g.labels = appended.target, g.loss = appended.loss;
  return g;
}

// A spec with its data, ready to be trained.
struct Task {
  spec::GraphSpec spec;
  SpecTargets targets = {};
  std::optional<DataSet> data = {};  // empty: made from the seed
  std::optional<SpecParams> params = {};
};

class SpecRun {
 public:
  SpecRun(Task task, TrainGraph graph, const ModelOptions& options, const ModelSubjects& subjects, std::ostream& out)
      : task_(std::move(task)), graph_(std::move(graph)), options_(options), subjects_(subjects), out_(out),
        optimiser_(options.optimiser.value_or(spec::Sgd{.lr = usual_rate})),
        steps_(options.steps.value_or(usual_spec_steps)),
        batch_(task_.data ? task_.spec.inputs().front().shape[0] : 0),
        report_(subjects.planned ? subjects.init->name() : subjects.graph->name(), options.out) {
    if (options.lr > 0) std::visit([&](auto& o) { o.lr = options.lr; }, optimiser_);
  }

  Result<Report> audit() {
    describe();
    auto initial = task_.params ? given() : initialise();
    if (!initial) return tl::unexpected(initial.error());
    if (auto ok = make_trainer(*initial); !ok) return tl::unexpected(ok.error());
    if (auto ok = measure("before"); !ok) return tl::unexpected(ok.error());
    if (auto ok = train(); !ok) return tl::unexpected(ok.error());
    if (auto ok = measure("after"); !ok) return tl::unexpected(ok.error());
    return report_.finish();
  }

 private:
  bool cancelled() const { return options_.cancelled != nullptr && options_.cancelled->load(); }
  bool audited(Index step) const { return steps_ <= all_audited || step % audit_every == 0 || step + 1 == steps_; }

  void describe() {
    const auto& planned = graph_.plan.parameters;
    const Index numbers = std::accumulate(planned.begin(), planned.end(), Index{0},
                                          [](Index n, const auto& p) { return n + p.shape.size(); });
    out_ << options_.model << ": its graph, "
         << (task_.data ? fmt::format("on {} rows of {}", task_.data->rows(), options_.data)
                        : fmt::format("on data made from seed {}", options_.seed))
         << (task_.params ? fmt::format("; params from {}{}", options_.params,
                                        task_.params->prefix.empty() ? "" : ", behind " + task_.params->prefix)
                          : fmt::format("; params initialised from seed {}", options_.seed));
    const std::size_t more = task_.spec.outputs().size() - 1;
    out_ << fmt::format("\n{} bindings, {} params in {} tensors; {}{}; {}; {} steps on inputs {}\n",
                        task_.spec.bindings().size(), numbers, planned.size(), task_.targets.loss->name,
                        more > 0 ? fmt::format(" of the first output, and the mean squares of {} more", more) : "",
                        print(optimiser_), steps_, spec::concat(task_.spec.inputs().front().shape));
  }

  // What the file holds; running state that it does not hold begins as the spec says.
  Result<InitialValues> given() const {
    InitialValues out;
    const auto placed = task_.spec.parameters();
    for (std::size_t i = 0; i < placed.size(); ++i) {
      const auto& value = task_.params->values[i];
      if (placed[i].spec.trained) {
        out.params.push_back(*value);
        continue;
      }
      const auto& state = graph_.state.states[out.running.size()];
      if (!value) out_ << fmt::format("{} is not in the file: it begins as {}\n", state.name, state.initial);
      out.running.push_back(value.value_or(Values::full(placed[i].spec.shape, state.initial)));
    }
    return out;
  }

  Result<InitialValues> initialise() {
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
    return InitialValues{std::move(*values)};
  }

  Result<void> make_trainer(const InitialValues& initial) {
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

  Result<void> train() {
    std::optional<Batches> batches;
    if (task_.data) batches.emplace(*task_.data, batch_, options_.seed);
    for (Index step = 0; step < steps_ && !cancelled(); ++step) {
      const Rows batch = batches ? batches->next() : made(static_cast<std::uint64_t>(step));
      const StepBefore before = audited(step) ? before_step(*trainer_) : StepBefore{};
      if (auto ok = trainer_->step(batch); !ok) return ok;
      if (!audited(step)) continue;
      audit_step(*trainer_, before, batch, optimiser_, step + 1, *subjects_.optim, options_.judge, report_, out_);
      out_ << fmt::format("loss {:.4g}\n", trainer_->value(trainer_->graph().loss)[0]);
    }
    return {};
  }

  // A batch of its own for each step.
  Rows made(std::uint64_t step) const {
    const auto values = [&](NodeId leaf) {
      const spec::Node& n = trainer_->graph().graph.node(leaf);
      RandomChoices random(options_.seed, "graphspec", n.name, step);
      return fill(random, Pattern::normal, n.shape,
                  n.extent >= 0 ? spec::Domain::index(n.extent) : spec::Domain::any());
    };
    return {values(trainer_->graph().x), values(trainer_->graph().labels)};
  }

  // The rows in their order as far as they fill batches; of made data the first batch.
  std::vector<Rows> measured() const {
    if (!task_.data) return {made(0)};
    std::vector<Rows> out;
    for (Index first = 0; first + batch_ <= task_.data->rows() && out.size() < most_measured; first += batch_) {
      std::vector<Index> rows(static_cast<std::size_t>(batch_));
      std::iota(rows.begin(), rows.end(), first);
      out.push_back(task_.data->take(rows));
    }
    return out;
  }

  // The loss, and how many labels are met, of the spec as it is used: running statistics, nothing dropped.
  Result<void> measure(std::string_view when) const {
    auto program = spec::compile(task_.spec, {.training = false, .seed = options_.seed});
    if (!program) return spec::fail(options_.model, ": ", program.error().what());
    spec::Graph& graph = program->graph;
    const NodeId output = graph.outputs().front();
    const AppendedLoss appended = append_loss(graph, task_.targets);
    std::map<NodeId, Values> known;
    const auto running = trainer_->running();
    for (std::size_t i = 0, trained = 0, state = 0; i < program->parameters.size(); ++i)
      known[program->leaves[i]] =
          program->parameters[i].spec.trained ? trainer_->state(trained++).p : running[state++].second;
    double loss = 0, met = 0;
    const std::vector<Rows> batches = measured();
    for (const Rows& rows : batches) {
      known[program->inputs.front()] = rows.x, known[appended.target] = rows.labels;
      std::vector<Values> leaves;
      for (const NodeId id : graph.leaves()) leaves.push_back(known.at(id));
      RunOptions run;
      run.threads = options_.threads;
      const auto result = subjects_.graph->run(graph, leaves, {output, appended.loss}, run);
      if (!result) return tl::unexpected(result.error());
      loss += result->values[1][0];
      if (task_.targets.labels) met += accuracy(result->values[0], rows.labels);
    }
    const auto n = static_cast<double>(batches.size());
    out_ << fmt::format("\nloss {} training {:.4g}", when, loss / n)
         << (task_.targets.labels ? fmt::format(", accuracy {:.1f} %", 100 * met / n) : "")
         << (task_.data ? fmt::format(" on {} rows\n", static_cast<Index>(batches.size()) * batch_)
                        : " on the first batch\n");
    return {};
  }

  Task task_;
  TrainGraph graph_;
  const ModelOptions& options_;
  const ModelSubjects& subjects_;
  std::ostream& out_;
  spec::Optimiser optimiser_;
  Index steps_, batch_;
  ModelReport report_;
  std::unique_ptr<Trainer> trainer_;
};

// Why nothing is trained; empty if something is.
std::string why_idle(const spec::GraphSpec& spec) {
  if (spec.inputs().size() != 1) return spec::concat("nothing is trained: ", spec.inputs().size(), " inputs");
  const auto parameters = spec.parameters();
  return std::ranges::any_of(parameters, [](const spec::PlacedParameter& p) { return p.spec.trained; })
             ? ""
             : "nothing is trained: no parameters that learn";
}

// The options that have an effect on a spec.
Result<void> check_options(const spec::GraphSpec& spec, const ModelOptions& options) {
  const std::string idle = why_idle(spec);
  std::vector<std::string_view> used;
  if (!spec.parameters().empty()) used.push_back("--params");
  if (spec.inputs().size() == 1 && spec.inputs().front().shape.rank() > 0) used.push_back("--batch");
  if (!idle.empty()) return check_idle(options, used, idle);
  used.insert(used.end(), {"--loss", "--optim", "--lr", "--steps"});
  if (used.size() < 6) return check_idle(options, used, "the input is a single number");
  if (spec.outputs().size() > 1)
    return check_idle(options, used, spec::concat("data are made for ", spec.outputs().size(), " outputs"));
  used.push_back("--data");
  if (options.data.empty()) return check_idle(options, used, "there is no --data");
  used.push_back("--scale");
  if (spec.inputs().front().extent >= 0) used.pop_back();
  return check_idle(options, used, "the input holds integers");
}

// The spec on batches of the size that was asked for.
Result<spec::GraphSpec> with_batch(const spec::GraphSpec& spec, const ModelOptions& options) {
  if (!options.batch) return spec;
  spec::Shape shape{*options.batch};
  const spec::Shape& own = spec.inputs().front().shape;
  for (Index a = 1; a < own.rank(); ++a) shape.push_back(own[a]);
  auto fitted = spec.with_inputs({shape});
  if (!fitted) return spec::fail("--batch: ", fitted.error().what());
  return fitted;
}

// The table's rows as the input's shape asks, and the loss that fits the columns behind them.
Result<void> read_data(Task& task, const spec::Shape& output, const ModelOptions& options) {
  const spec::SpecInput& input = task.spec.inputs().front();
  Feature x{{}, input.extent};
  for (Index a = 1; a < input.shape.rank(); ++a) x.shape.push_back(input.shape[a]);
  if (output.rank() == 0 || output[0] != input.shape[0])
    return spec::fail(options.model, ": output: found shape ", output, ", expected the batch, ", input.shape[0],
                      ", first");
  const auto table = runtime::data::read_table(options.data);
  if (!table) return tl::unexpected(table.error());
  if (input.shape[0] > table->rows)
    return spec::fail("--batch: found ", input.shape[0], options.batch ? "" : " (the spec's own)",
                      ", expected at most the ", table->rows, " rows of ", options.data);
  auto targets = targets_of(*table, options.data, x.shape.size(), options.loss, output);
  if (!targets) return tl::unexpected(targets.error());
  task.targets = *targets;
  Feature label{{}, task.targets.feature.extent};
  for (Index a = 1; a < task.targets.feature.shape.rank(); ++a) label.shape.push_back(task.targets.feature.shape[a]);
  auto data = DataSet::of(*table, options.data, std::move(x), std::move(label), options.scale.value_or(1));
  if (!data) return tl::unexpected(data.error());
  task.data = std::move(*data);
  return {};
}

// There and back once, params from their file if there is one.
Result<Report> run_once(const Task& task, spec::SpecProgram program, const ModelOptions& options,
                        const ModelSubjects& subjects, std::ostream& table) {
  std::map<NodeId, Values> given;
  for (std::size_t i = 0; task.params && i < program.leaves.size(); ++i)
    if (const auto& value = task.params->values[i]) given[program.leaves[i]] = *value;
  table << why_idle(task.spec) << "; ";
  if (task.params) table << "params from " << options.params << "; ";
  return audit_graph(std::move(program.graph), options, subjects, table, given);
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
  if (auto ok = check_options(spec, options); !ok) return tl::unexpected(ok.error());
  auto fitted = with_batch(spec, options);
  if (!fitted) return tl::unexpected(fitted.error());
  Task task{std::move(*fitted)};
  auto program = spec::compile(task.spec, {.training = true, .seed = options.seed});
  if (!program) return spec::fail(options.model, ": ", program.error().what());
  if (auto ok = check_sizes(program->graph, options.model, most_node_elements); !ok)
    return tl::unexpected(ok.error());
  if (!options.params.empty()) {
    auto params = read_spec_params(options.params, program->parameters);
    if (!params) return tl::unexpected(params.error());
    task.params = std::move(*params);
  }
  if (!why_idle(task.spec).empty()) return run_once(task, std::move(*program), options, subjects, table);
  const spec::Shape output = program->graph.node(program->graph.outputs().front()).shape;
  if (options.data.empty()) {
    const auto targets = made_targets(options.loss, output);
    if (!targets) return tl::unexpected(targets.error());
    task.targets = *targets;
  } else if (auto ok = read_data(task, output, options); !ok) {
    return tl::unexpected(ok.error());
  }
  auto graph = train_graph(std::move(*program), task.targets, options);
  if (!graph) return tl::unexpected(graph.error());
  return SpecRun(std::move(task), std::move(*graph), options, subjects, table).audit();
}

}  // namespace plumbline::crosscheck
