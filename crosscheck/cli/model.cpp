// `crosscheck model`: trains a model on real data and audits every node of every audited step.
#include <fmt/format.h>

#include <sstream>
#include <thread>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/cli/arguments.h"
#include "crosscheck/cli/interrupt.h"
#include "crosscheck/cli/output.h"
#include "crosscheck/cli/subjects.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/cli/verb.h"
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
    flags.option("--data", data_, "CSV file, labels in the last column; default: the model's own data");
    flags.option("--steps", steps_, "training steps; default: 300, of a GraphSpec from a file 3");
    flags.option("--batch", batch_, "rows of a batch");
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
    if (!steps_.empty()) options.steps = options.spec_steps = count("--steps", steps_, most_steps);
    if (!batch_.empty()) options.batch = count("--batch", batch_, most_batch);
    if (!lr_.empty()) options.lr = parse_number("--lr", lr_);
    if (!lr_.empty() && !(options.lr > 0)) refuse("--lr: found ", lr_, ", expected a positive number");
    if (!seed_.empty()) options.seed = parse_count("--seed", seed_, 0);
    if (!tier_.empty() && parse_word("--tier", tier_, {"proof", "statistics"}) == "proof")
      options.judge.tier = Tier::proof;
    options.threads = jobs_.empty() ? std::max(1, static_cast<int>(std::thread::hardware_concurrency()))
                                    : static_cast<int>(count("--jobs", jobs_, 1024));
    return options;
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

  std::vector<std::string> words_;
  std::string data_, subject_, out_, steps_, batch_, lr_, seed_, tier_, jobs_, json_, junit_;
  bool quiet_ = false, no_color_ = false;
};

}  // namespace

std::unique_ptr<Verb> model_verb() { return std::make_unique<Model>(); }

}  // namespace plumbline::crosscheck
