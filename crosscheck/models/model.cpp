// Training a model and auditing it.
#include "crosscheck/models/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/models/audit.h"
#include "crosscheck/models/graph_file.h"
#include "crosscheck/models/trainer.h"
#include "crosscheck/report/table.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Result;

namespace {

constexpr Index audit_every = 100;
constexpr Index most_node_elements = Index{1} << 24;

const ModelDescription* model_named(std::string_view name) {
  for (const ModelDescription& m : model_descriptions())
    if (m.name == name) return &m;
  return nullptr;
}

// One model from its initial values to how it does on held-out rows.
class Run {
 public:
  Run(const ModelDescription& model, const ModelOptions& options, const ModelSubjects& subjects, DataSet data,
      std::ostream& out)
      : model_(model),
        options_(options),
        subjects_(subjects),
        data_(std::move(data)),
        out_(out),
        report_(subjects.planned ? subjects.init->name() : subjects.graph->name(), options.out),
        steps_(options.steps.value_or(usual_steps)),
        batch_(options.batch.value_or(usual_batch)) {
    if (options.lr > 0) std::visit([&](auto& o) { o.lr = options.lr; }, model_.optimiser);
  }

  Result<Report> audit() {
    describe();
    if (auto ok = initialise(); !ok) return tl::unexpected(ok.error());
    if (auto ok = train(); !ok) return tl::unexpected(ok.error());
    if (auto ok = judge_training(); !ok) return tl::unexpected(ok.error());
    return report_.finish();
  }

 private:
  void describe() {
    out_ << fmt::format("{}: {}; {}, seed {}; {} training rows, {} held out, {} steps of batch {}\n", model_.name,
                        model_.summary, print(model_.optimiser), options_.seed, data_.training().size(),
                        data_.held_out().size(), steps_, batch_);
  }

  Result<void> initialise() {
    TrainGraph forward = forward_graph(model_, batch_, options_.seed);
    if (auto ok = check_sizes(forward.graph, "--batch", most_node_elements); !ok) return ok;
    const spec::InitPlan& plan = forward.plan;
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
    return make_trainer(std::move(forward), {std::move(*values)});
  }

  Result<void> make_trainer(TrainGraph forward, const InitialValues& initial) {
    if (!subjects_.planned) {
      trainer_ = subject_trainer(std::move(forward), model_.optimiser, initial, subjects_.graph, subjects_.optim,
                                 options_.threads);
      return {};
    }
    auto trainer = runtime_trainer(std::move(forward), model_.optimiser, initial, options_.threads);
    if (!trainer) return tl::unexpected(trainer.error());
    trainer_ = std::move(*trainer);
    return {};
  }

  bool cancelled() const { return options_.cancelled != nullptr && options_.cancelled->load(); }
  bool audited(Index step) const { return step % audit_every == 0 || step + 1 == steps_; }

  Result<void> train() {
    training_ = Stopwatch();
    Batches batches(data_, batch_, options_.seed);
    for (Index step = 0; step < steps_ && !cancelled(); ++step) {
      const Rows batch = batches.next();
      const StepBefore before = audited(step) ? before_step(*trainer_) : StepBefore{};
      if (auto ok = trainer_->step(batch); !ok) return ok;
      if (!audited(step)) continue;
      audit_step(*trainer_, before, batch, model_.optimiser, step + 1, *subjects_.optim, options_.judge, report_,
                 out_);
      out_ << fmt::format("loss {:.4f}\n", trainer_->value(trainer_->graph().loss)[0]);
    }
    return {};
  }

  // The model as it is used: running statistics, nothing dropped, on rows that it has not seen.
  Result<void> judge_training() {
    const auto n = static_cast<Index>(data_.held_out().size());
    const TrainGraph forward = forward_graph(model_, n, options_.seed, /*training=*/false);
    const Rows rows = data_.take(data_.held_out());
    const spec::Graph& trained = trainer_->graph().graph;
    std::map<std::string, Values> known{{"x", rows.x}, {"labels", rows.labels}};
    for (std::size_t i = 0; i < forward.params.size(); ++i)
      known.emplace(trained.node(trainer_->graph().params[i]).name, trainer_->state(i).p);
    for (const auto& [id, x] : trainer_->running()) known.emplace(trained.node(id).name, x);
    std::vector<Values> leaves;
    for (const spec::NodeId id : forward.graph.leaves()) leaves.push_back(known.at(forward.graph.node(id).name));
    RunOptions run;
    run.threads = options_.threads;
    const auto result = subjects_.graph->run(forward.graph, leaves, {forward.output, forward.loss}, run);
    if (!result) return tl::unexpected(result.error());
    if (model_.metric == Metric::loss) report_metric(result->values[1][0], n);
    else report_metric(accuracy(result->values[0], rows.labels), n);
    return {};
  }

  // What the model must reach is known for its own data, hyperparameters and steps only.
  void report_metric(double reached, Index n) {
    const bool is_loss = model_.metric == Metric::loss;
    const std::string what =
        is_loss ? fmt::format("loss {:.4f}", reached) : fmt::format("accuracy {:.1f} %", 100 * reached);
    out_ << fmt::format("\n{} on {} held-out rows\n", what, n);
    if (cancelled() || !options_.data.empty() || options_.lr > 0 || steps_ < usual_steps || batch_ < usual_batch)
      return;
    Outcome outcome;
    if (!(is_loss ? reached <= model_.enough : reached >= model_.enough))
      outcome = failed(fmt::format("{} {:.3f} on {} held-out rows, expected at {} {}", is_loss ? "loss" : "accuracy",
                                   reached, n, is_loss ? "most" : "least", model_.enough));
    report_.add(std::string(model_.name), "model", "training", outcome, "", training_.seconds());
  }

  ModelDescription model_;
  ModelOptions options_;
  ModelSubjects subjects_;
  DataSet data_;
  std::ostream& out_;
  ModelReport report_;
  Index steps_, batch_;
  Stopwatch training_;
  std::unique_ptr<Trainer> trainer_;
};

}  // namespace

ModelSubjects cpu_model_subjects() { return {true, cpu_subject(), cpu_init_subject(), cpu_optim_subject()}; }

Result<void> check_idle(const ModelOptions& options, const std::vector<std::string_view>& used,
                        std::string_view why) {
  const auto text = [](const auto& given) { return given ? spec::concat(*given) : std::string(); };
  const std::pair<std::string_view, std::string> given[] = {
      {"--data", options.data},
      {"--params", options.params},
      {"--loss", options.loss},
      {"--optim", options.optimiser ? print(*options.optimiser) : ""},
      {"--lr", options.lr > 0 ? spec::concat(options.lr) : ""},
      {"--scale", text(options.scale)},
      {"--batch", text(options.batch)},
      {"--steps", text(options.steps)}};
  for (const auto& [flag, found] : given)
    if (!found.empty() && std::ranges::find(used, flag) == used.end())
      return spec::fail(flag, ": found ", found, ", expected none: ", why);
  return {};
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  for (const ModelDescription& m : model_descriptions()) names.emplace_back(m.name);
  return names;
}

std::vector<ModelRow> model_rows() {
  std::vector<ModelRow> rows;
  for (const ModelDescription& m : model_descriptions())
    rows.push_back({std::string(m.name), m.data.empty() ? "made from the seed" : std::string(m.data),
                    std::string(m.summary)});
  return rows;
}

Result<Report> audit_model(const ModelOptions& options, const ModelSubjects& subjects, std::ostream& table) {
  const auto start = std::chrono::steady_clock::now();
  const auto run = [&]() -> Result<Report> {
    const ModelDescription* model = model_named(options.model);
    if (model == nullptr) {
      std::error_code error;
      if (std::filesystem::exists(options.model, error)) return audit_graph_file(options, subjects, table);
      return spec::fail("model: found ", options.model, ", expected one of ",
                        fmt::format("{}", fmt::join(model_names(), ", ")), ", or a file",
                        spec::did_you_mean(options.model, model_names()));
    }
    const auto used = {"--data", "--steps", "--batch", "--lr"};
    if (auto ok = check_idle(options, {used.begin(), used.end()}, "a model by name has its own"); !ok)
      return tl::unexpected(ok.error());
    auto data = data_of(*model, options.data, options.seed);
    if (!data) return tl::unexpected(data.error());
    const Index batch = options.batch.value_or(usual_batch);
    if (const auto rows = static_cast<Index>(data->training().size()); batch > rows)
      return spec::fail("--batch: found ", batch, ", expected at most the ", rows, " training rows of ",
                        options.data.empty() ? model->name : std::string_view(options.data));
    return Run(*model, options, subjects, std::move(*data), table).audit();
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
