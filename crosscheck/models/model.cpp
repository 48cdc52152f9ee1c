// Training a model and auditing it.
#include "crosscheck/models/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/models/audit.h"
#include "crosscheck/models/graph_file.h"
#include "crosscheck/models/network.h"
#include "crosscheck/report/table.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Result;

namespace {

constexpr Index audit_every = 100;

const Network* network_named(std::string_view name) {
  for (const Network& n : networks())
    if (n.name == name) return &n;
  return nullptr;
}

// One model from its initial values to its accuracy on held-out rows.
class Run {
 public:
  Run(const Network& network, const ModelOptions& options, const ModelSubjects& subjects, DataSet data,
      std::ostream& out)
      : network_(network),
        options_(options),
        subjects_(subjects),
        data_(std::move(data)),
        out_(out),
        report_(subjects.init->name()) {
    if (options.lr > 0) std::visit([&](auto& o) { o.lr = options.lr; }, network_.optimiser);
  }

  Result<Report> audit() {
    describe();
    if (auto ok = initialise(); !ok) return tl::unexpected(ok.error());
    if (auto ok = train(); !ok) return tl::unexpected(ok.error());
    if (auto ok = judge_accuracy(); !ok) return tl::unexpected(ok.error());
    return report_.finish();
  }

 private:
  void describe() {
    std::string widths;
    for (const Index w : network_.widths) widths += (widths.empty() ? "" : "-") + std::to_string(w);
    out_ << fmt::format(
        "{}: {} with relu and cross entropy, {}, seed {}; {} training rows, {} held out, {} steps of batch {}\n",
        network_.name, widths, print(network_.optimiser), options_.seed, data_.training().size(),
        data_.held_out().size(), options_.steps, options_.batch);
  }

  Result<void> initialise() {
    const spec::InitPlan plan = init_plan(network_, options_.seed);
    auto values = subjects_.init->initialise(plan);
    if (!values) return tl::unexpected(values.error());
    if (values->size() != plan.parameters.size())
      return spec::fail("found ", values->size(), " initial values, expected ", plan.parameters.size());
    Table table({{"initial value"}, {"scheme"}, {"shape"}, {"verdict"}, {"elements", true}, {"zero tolerance", true}});
    for (std::size_t i = 0; i < values->size(); ++i) {
      const auto& p = plan.parameters[i];
      const Stopwatch watch;
      const Judgement j = judge_initial(plan, p, (*values)[i], subjects_.init->claims(), options_.judge);
      table.add({p.name, print(p.scheme), spec::concat(p.shape), std::string(spec::verdict_name(j.verdict)),
                 std::to_string(j.elements), std::to_string(j.zero_tolerance)});
      Outcome outcome = outcome_of(j);
      if (outcome.message.empty()) outcome.message = j.note;
      outcome.node = p.name;
      report_.add(std::string(name_of(p.scheme)), "model", "init", outcome, "initial values: ", watch.seconds());
      if ((*values)[i].shape() != p.shape) return spec::fail(j.note);
    }
    out_ << '\n' << table.print();
    return make_trainer(*values);
  }

  Result<void> make_trainer(const std::vector<Values>& initial) {
    TrainGraph forward = forward_graph(network_, options_.batch);
    if (!subjects_.planned) {
      trainer_ = subject_trainer(std::move(forward), network_.optimiser, initial, subjects_.graph, subjects_.optim,
                                 options_.threads);
      return {};
    }
    auto trainer = runtime_trainer(std::move(forward), network_.optimiser, initial, options_.threads);
    if (!trainer) return tl::unexpected(trainer.error());
    trainer_ = std::move(*trainer);
    return {};
  }

  bool cancelled() const { return options_.cancelled != nullptr && options_.cancelled->load(); }
  bool audited(Index step) const { return step % audit_every == 0 || step + 1 == options_.steps; }

  Result<void> train() {
    training_ = Stopwatch();
    Batches batches(data_, options_.batch, options_.seed);
    for (Index step = 0; step < options_.steps && !cancelled(); ++step) {
      const Rows batch = batches.next();
      const StepBefore before = audited(step) ? before_step(*trainer_) : StepBefore{};
      if (auto ok = trainer_->step(batch); !ok) return ok;
      if (!audited(step)) continue;
      audit_step(*trainer_, before, batch, network_.optimiser, step + 1, *subjects_.optim, options_.judge, report_,
                 out_);
      out_ << fmt::format("loss {:.4f}\n", trainer_->value(trainer_->graph().loss)[0]);
    }
    return {};
  }

  Result<void> judge_accuracy() {
    const auto n = static_cast<Index>(data_.held_out().size());
    const TrainGraph forward = forward_graph(network_, n);
    const Rows rows = data_.take(data_.held_out());
    std::vector<Values> leaves{rows.x, rows.labels};
    for (std::size_t i = 0; i < forward.params.size(); ++i) leaves.push_back(trainer_->state(i).p);
    RunOptions run;
    run.threads = options_.threads;
    const auto result = subjects_.graph->run(forward.graph, leaves, {forward.logits}, run);
    if (!result) return tl::unexpected(result.error());
    Index right = 0;
    for (Index row = 0; row < n; ++row) {
      const auto logits = result->values[0].elements().subspan(static_cast<std::size_t>(row * network_.classes()),
                                                               static_cast<std::size_t>(network_.classes()));
      right += std::max_element(logits.begin(), logits.end()) - logits.begin() == static_cast<Index>(rows.labels[row]);
    }
    report_accuracy(right, n);
    return {};
  }

  // What the model must reach is known for its own data, hyperparameters and steps only.
  void report_accuracy(Index right, Index n) {
    const double accuracy = static_cast<double>(right) / static_cast<double>(n);
    out_ << fmt::format("\naccuracy {:.1f} % on {} held-out rows\n", 100 * accuracy, n);
    const ModelOptions own;
    if (cancelled() || !options_.data.empty() || options_.lr > 0 || options_.steps < own.steps ||
        options_.batch < own.batch)
      return;
    Outcome outcome;
    if (accuracy < network_.least_accuracy)
      outcome = failed(fmt::format("accuracy {:.3f} on {} held-out rows, expected at least {}", accuracy, n,
                                   network_.least_accuracy));
    report_.add(std::string(network_.name), "model", "training", outcome, "", training_.seconds());
  }

  Network network_;
  ModelOptions options_;
  ModelSubjects subjects_;
  DataSet data_;
  std::ostream& out_;
  ModelReport report_;
  Stopwatch training_;
  std::unique_ptr<Trainer> trainer_;
};

}  // namespace

ModelSubjects cpu_model_subjects() { return {true, cpu_subject(), cpu_init_subject(), cpu_optim_subject()}; }

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const Network& n : networks()) names.emplace_back(n.name);
  return names;
}

Result<Report> audit_model(const ModelOptions& options, const ModelSubjects& subjects, std::ostream& table) {
  const auto start = std::chrono::steady_clock::now();
  const auto run = [&]() -> Result<Report> {
    const Network* network = network_named(options.model);
    if (network == nullptr) {
      std::error_code error;
      if (std::filesystem::exists(options.model, error)) return audit_graph_file(options, subjects, table);
      return spec::fail("model: found ", options.model, ", expected one of ",
                        fmt::format("{}", fmt::join(model_names(), ", ")), ", or a file",
                        spec::did_you_mean(options.model, model_names()));
    }
    const std::string file = options.data.empty() ? shipped_data(std::string(network->data)) : options.data;
    auto data = DataSet::read(file, network->features(), network->classes(), network->scale, options.seed);
    if (!data) return tl::unexpected(data.error());
    if (const auto rows = static_cast<Index>(data->training().size()); options.batch > rows)
      return spec::fail("--batch: found ", options.batch, ", expected at most the ", rows, " training rows of ", file);
    return Run(*network, options, subjects, std::move(*data), table).audit();
  };
  auto report = run();
  if (report) {
    report->seed = options.seed;
    report->seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  return report;
}

Result<Report> audit_model(const ModelOptions& options, std::ostream& table) {
  return audit_model(options, cpu_model_subjects(), table);
}

}  // namespace plumbline::crosscheck
