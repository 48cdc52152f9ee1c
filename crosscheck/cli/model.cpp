// `crosscheck model`: trains a model on real data and audits every node of every audited step.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>
#include <thread>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/cli/arguments.h"
#include "crosscheck/cli/interrupt.h"
#include "crosscheck/cli/output.h"
#include "crosscheck/cli/subjects.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/cli/verb.h"
#include "crosscheck/models/graphspec_targets.h"
#include "crosscheck/models/model.h"

namespace plumbline::crosscheck {

namespace {

constexpr std::uint64_t most_steps = 1'000'000, most_batch = 1'000'000;

class Model final : public Verb {
 public:
  std::string_view name() const override { return "model"; }
  std::string_view summary() const override {
    return "trains a model on real data and audits every node of every audited step";
  }

  void declare(Flags& flags) override {
    flags.positionals(words_, "NAME", "a model of `crosscheck list models`, or a file with a graph or a GraphSpec");
    flags.option("--data", data_,
                 "CSV file, labels or targets in the last columns; default: the model's own, or made from the seed");
    flags.option("--params", params_, "of a GraphSpec: safetensors file, what it was trained to; default: its plan");
    flags.option("--loss", loss_,
                 fmt::format("of a GraphSpec: {}; default: by the labels or targets", fmt::join(spec_losses(), ", ")));
    flags.list("--optim", optim_, "of a GraphSpec: NAME [attr=value]…; default: sgd");
    flags.option("--scale", scale_, "of a GraphSpec: what the numbers of x in --data are multiplied by; default: 1");
    flags.option("--steps", steps_, "training steps; default: 300, of a GraphSpec from a file 3");
    flags.option("--batch", batch_, "rows of a batch; default: 32, of a GraphSpec its own");
    flags.option("--lr", lr_, "learning rate; default: the model's own");
    flags.option("--seed", seed_, "of the initial values and the order of the data");
    flags.option("--subject", subject_, "cpu (default), or mutant:NAME: what computes the nodes");
    flags.option("--out", out_, "folder for replay files of findings");
    flags.option("--tier", tier_,
                 "proof: the proven bound only; statistics (default): and what rounding errors look like");
    flags.option("--jobs", jobs_, "threads; default: all cores");
    flags.option("--json", json_, "write the report as JSON; - is standard output");
    flags.option("--junit", junit_, "write the report as JUnit XML; - is standard output");
    flags.flag("--quiet", quiet_, "no text on standard output");
    flags.flag("--no-color", no_color_, "plain text on a terminal too");
  }

  int run(const CommandLine& command) override {
    const Sinks sinks{json_, junit_, quiet_, no_color_};
    const Interrupt interrupt;
    ModelOptions options = read_options();
    options.cancelled = interrupt.flag();
    sinks.check();
    std::ostringstream table;
    if (!options.out.empty()) checked(make_folder(options.out));
    Report report = checked(audit_model(options, read_subjects(), table));
    report.command = command;
    report.interrupted = interrupt.raised();
    report.seed = options.seed;
    sinks.write(report, table.str() + "\n" + text_report(report, sinks.color()));
    return report.exit_code();
  }

 private:
  ModelOptions read_options() const {
    if (words_.size() != 1)
      refuse("model: found ", words_.size(), " names, expected one of ",
             fmt::format("{}", fmt::join(model_names(), ", ")), ", or a file");
    ModelOptions options;
    options.model = words_.front();
    options.data = data_;
    options.out = out_;
    options.params = params_;
    options.loss = loss_;
    if (!optim_.empty()) options.optimiser = read_optimiser();
    if (!scale_.empty()) options.scale = parse_number("--scale", scale_);
    if (options.scale && (!std::isfinite(*options.scale) || *options.scale == 0))
      refuse("--scale: found ", scale_, ", expected a finite number other than 0");
    if (!steps_.empty()) options.steps = count("--steps", steps_, most_steps);
    if (!batch_.empty()) options.batch = count("--batch", batch_, most_batch);
    if (!lr_.empty()) options.lr = parse_number("--lr", lr_);
    if (!lr_.empty() && !(options.lr > 0)) refuse("--lr: found ", lr_, ", expected a positive number");
    if (!seed_.empty()) options.seed = parse_count("--seed", seed_, 0);
    if (!tier_.empty() && parse_word("--tier", tier_, {"proof", "statistics"}) == "proof")
      options.judge.tier = Tier::proof;
    options.threads = jobs_.empty() ? std::max(1, static_cast<int>(std::thread::hardware_concurrency()))
                                    : static_cast<int>(count("--jobs", jobs_, 1024));
    options.judge.threads = options.threads;
    return options;
  }

  spec::Optimiser read_optimiser() const {
    const OpWords words = split_words(optim_);
    if (!words.files.empty()) refuse("--optim: found ", words.files.front(), ", expected attr=value");
    const auto is_lr = [](const spec::Attribute& a) { return a.name == "lr"; };
    if (!lr_.empty() && std::ranges::any_of(words.attributes, is_lr))
      refuse("--lr: found ", lr_, " beside lr of --optim, expected one of them");
    auto optimiser = spec::parse_optimiser(words.op, words.attributes);
    if (!optimiser) refuse("--optim: ", optimiser.error().what());
    return *optimiser;
  }

  // Another subject than ours takes the place of the planned step, node by node.
  ModelSubjects read_subjects() const {
    ModelSubjects subjects = cpu_model_subjects();
    if (subject_.empty() || subject_ == subjects.graph->name()) return subjects;
    subjects.graph = subject_named("--subject", subject_);
    if (subjects.graph->format() != spec::binary32)
      refuse("--subject: found ", subject_, ", expected one whose data are binary32");
    subjects.planned = false;
    return subjects;
  }

  static spec::Index count(const std::string& place, const std::string& text, std::uint64_t most) {
    const std::uint64_t n = parse_count(place, text, 1);
    if (n > most) refuse(place, ": found ", text, ", expected at most ", most);
    return static_cast<spec::Index>(n);
  }

  std::vector<std::string> words_, optim_;
  std::string data_, params_, loss_, scale_, subject_, out_, steps_, batch_, lr_, seed_, tier_, jobs_, json_, junit_;
  bool quiet_ = false, no_color_ = false;
};

}  // namespace

std::unique_ptr<Verb> model_verb() { return std::make_unique<Model>(); }

}  // namespace plumbline::crosscheck
