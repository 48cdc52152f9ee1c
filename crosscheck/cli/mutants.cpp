// `crosscheck mutants`: plants bugs and prints which laws catch them.
#include <algorithm>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/audit/runner.h"
#include "crosscheck/cli/arguments.h"
#include "crosscheck/cli/interrupt.h"
#include "crosscheck/cli/usage.h"
#include "crosscheck/cli/verb.h"
#include "crosscheck/mutants/mutants.h"

namespace plumbline::crosscheck {

namespace {

class Mutants final : public Verb {
 public:
  std::string_view name() const override { return "mutants"; }
  std::string_view summary() const override {
    return "plants bugs in kernels, gradients, initialisers and optimisers: are they caught?";
  }

  void declare(Flags& flags) override {
    flags.positionals(names_, "NAME", "a glob of planted bugs, such as softmax/*; default: all");
    flags.option("--op", op_, "only bugs in ops that match this glob");
    flags.option("--seed", seed_, "the same seed gives the same cases");
    flags.option("--cases", cases_, "cases for each law");
    flags.option("--jobs", jobs_, "threads; default: all cores");
    flags.option("--json", json_, "write the result as JSON; - is standard output");
    flags.flag("--quiet", quiet_, "no text on standard output");
    flags.flag("--no-color", no_color_, "accepted for uniformity");
  }

  int run(const CommandLine&) override {
    const Interrupt interrupt;
    MutantOptions options;
    if (names_.size() > 1) refuse("mutants: found ", names_[1], ", expected at most one glob");
    if (!names_.empty()) options.name = names_.front();
    if (!op_.empty()) options.op = op_;
    check_match(options);
    if (!seed_.empty()) options.seed = parse_count("--seed", seed_, 0);
    if (!cases_.empty()) options.cases = parse_count("--cases", cases_, 1);
    if (!jobs_.empty()) options.jobs = static_cast<int>(std::min<std::uint64_t>(1024, parse_count("--jobs", jobs_, 1)));
    options.cancelled = interrupt.flag();
    if (!json_.empty()) checked(check_writable(json_));
    const auto kills = run_mutants(options);
    const FalseAlarms alarms = options.name == "*" ? false_alarms(options) : FalseAlarms{};
    if (!json_.empty()) checked(write_file(json_, mutant_json(kills, options.seed, alarms)));
    if (!quiet_ && json_ != "-") checked(write_file("-", mutant_text(kills, alarms)));
    if (interrupt.raised()) return 130;
    return survivors(kills).empty() ? 0 : 1;
  }

 private:
  static void check_match(const MutantOptions& options) {
    std::vector<std::string> names;
    bool any = false;
    for (const Mutant& m : all_mutants()) {
      names.push_back(m.name);
      names.push_back(m.op);
      any |= matches(options.name, m.name) && matches(options.op, m.op);
    }
    const std::string& wanted = options.name != "*" ? options.name : options.op;
    if (!any)
      refuse("mutants: found ", wanted, ", expected a glob that matches a planted bug",
             spec::did_you_mean(wanted, names));
  }

  std::vector<std::string> names_;
  std::string op_, seed_, cases_, jobs_, json_;
  bool quiet_ = false, no_color_ = false;
};

}  // namespace

std::unique_ptr<Verb> mutants_verb() { return std::make_unique<Mutants>(); }

}  // namespace plumbline::crosscheck
