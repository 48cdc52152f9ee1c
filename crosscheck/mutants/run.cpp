// Each planted bug under the laws, cases and seeds of the quick suite, until the first finding.
#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "crosscheck/audit/guard.h"
#include "crosscheck/audit/runner.h"
#include "crosscheck/laws/graphs/graphspec_law.h"
#include "crosscheck/mutants/mutants.h"

namespace plumbline::crosscheck {

using CataloguePointer = std::shared_ptr<const spec::Catalogue>;

namespace {

// One bug under trial: counts cases until a law objects.
class Trial {
 public:
  Trial(const Mutant& mutant, const MutantOptions& options) : options_(options) {
    kill_.name = mutant.name, kill_.op = mutant.op, kill_.bug = mutant.bug;
    kill_.stage = mutant.stage, kill_.reason = mutant.reason;
  }
  bool over() const { return kill_.killed || (options_.cancelled != nullptr && options_.cancelled->load()); }
  void count(std::string_view law, const Outcome& outcome) {
    ++kill_.cases;
    if (!is_finding(outcome.verdict)) return;
    kill_.killed = true, kill_.law = law, kill_.verdict = outcome.verdict, kill_.message = outcome.message;
  }
  Kill result() const { return kill_; }

 private:
  const MutantOptions& options_;
  Kill kill_;
};

template <class Check>
Outcome guarded(Check&& check) {
  Outcome outcome;
  if (const auto problem = run_guarded([&] { outcome = check(); })) {
    outcome = {};
    outcome.verdict = Verdict::crash, outcome.message = *problem;
  }
  return outcome;
}

class Trials {
 public:
  explicit Trials(const MutantOptions& options)
      : options_(options),
        catalogue_(std::make_shared<const spec::Catalogue>(spec::Catalogue::builtin())),
        laws_(all_laws(catalogue_)),
        init_laws_(all_init_laws()),
        optim_laws_(all_optim_laws()),
        suite_(quick_suite()),
        bases_(cpu_subjects()),
        usual_(catalogue_, bases_, options.seed, options.cases) {
    suite_.seed = options.seed;
  }

  Kill run(const Mutant& mutant) const {
    const auto begin = std::chrono::steady_clock::now();
    Trial trial(mutant, options_);
    if (mutant.init)
      try_init(mutant, trial);
    else if (mutant.optim)
      try_optim(mutant, trial);
    else if (mutant.clip)
      try_clip(mutant, trial);
    else if (mutant.schedule)
      try_schedule(mutant, trial);
    else if (mutant.layer)
      try_layer(mutant, trial);
    else if (mutant.graphspec)
      try_graphspec(*mutant.graphspec, trial);
    else
      try_op(mutant, trial);
    Kill kill = trial.result();
    kill.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    run_guarded([&] { kill.usual = usual_.of(mutant); });
    return kill;
  }

 private:
  void try_op(const Mutant& mutant, Trial& trial) const {
    const auto base = std::find_if(bases_.begin(), bases_.end(),
                                   [&](const auto& b) { return b->format() == mutant.format; });
    const auto subject = mutated(*base, mutant, catalogue_);
    const spec::OpEntry* entry = catalogue_->find(mutant.op);
    const auto try_laws = [&](bool comparing) {
      for (std::uint64_t number = 0; number < options_.cases; ++number)
        for (const auto& law : laws_) {
          if (trial.over() || !law->needs_subject() || law->in_every_format() != comparing) continue;
          // Only the law of backward asks a subject for its own gradients.
          if (mutant.backward && law->name() != "backward") continue;
          const CaseResult result = run_case(*law, entry, *catalogue_, *subject, suite_, number);
          if (result.c) trial.count(law->name(), result.outcome);
        }
    };
    // What compares numbers comes first: the others run larger cases, and most of them several times.
    try_laws(true);
    try_laws(false);
  }

  void try_init(const Mutant& mutant, Trial& trial) const {
    const auto schemes = spec::all_initialisers();
    const auto scheme =
        std::find_if(schemes.begin(), schemes.end(), [&](const auto& s) { return name_of(s) == mutant.op; });
    const double tests = static_cast<double>(options_.cases * schemes.size() * init_laws_.size());
    for (std::uint64_t number = 0; number < options_.cases && scheme != schemes.end(); ++number)
      for (const auto& law : init_laws_) {
        if (trial.over() || !law->applies(*scheme)) continue;
        const InitCase c = draw_init_case(*scheme, options_.seed, number, law->statistical());
        trial.count(law->name(), guarded([&] { return law->check(c, *mutant.init, suite_.judge, tests); }));
      }
  }

  void try_optim(const Mutant& mutant, Trial& trial) const {
    const auto kinds = spec::all_optimisers();
    const auto kind = std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return name_of(k) == mutant.op; });
    for (std::uint64_t number = 0; number < options_.cases && kind != kinds.end(); ++number)
      for (const auto& law : optim_laws_) {
        if (trial.over()) continue;
        const OptimCase c = draw_optim_case(*kind, options_.seed, number);
        trial.count(law->name(), guarded([&] { return law->check(c, *mutant.optim, suite_.judge); }));
      }
  }

  void try_clip(const Mutant& mutant, Trial& trial) const {
    for (const spec::GradientClip& kind : spec::all_clips())
      for (std::uint64_t number = 0; number < options_.cases && name_of(kind) == mutant.op && !trial.over(); ++number)
        trial.count("clip_gradients",
                    guarded([&] { return check_clip(kind, options_.seed, number, *mutant.clip, suite_.judge); }));
  }

  void try_graphspec(const GraphSpecBug& bug, Trial& trial) const {
    for (std::uint64_t number = 0; number < specs_per_case * options_.cases && !trial.over(); ++number)
      trial.count(graphspec_law_name,
                  guarded([&] { return check_graphspec(bug.kind, options_.seed, number, *bases_.front(), &bug); }));
  }

  void try_layer(const Mutant& mutant, Trial& trial) const {
    for (const Layer& layer : all_layers())
      for (std::uint64_t number = 0; number < options_.cases && layer.name == mutant.op && !trial.over(); ++number)
        trial.count(layer_law_name, guarded([&] {
          return check_layer(layer, options_.seed, number, *bases_.front(), suite_.judge, mutant.layer.get());
        }));
  }

  void try_schedule(const Mutant& mutant, Trial& trial) const {
    for (const spec::Schedule& kind : spec::all_schedules())
      for (std::uint64_t number = 0; number < options_.cases && name_of(kind) == mutant.op && !trial.over(); ++number) {
        const ScheduleCase c = draw_schedule_case(kind, options_.seed, number);
        trial.count("schedule_rates", guarded([&] { return check_schedule(c, *mutant.schedule, suite_.judge); }));
      }
  }

  const MutantOptions& options_;
  const CataloguePointer catalogue_;
  const Laws laws_;
  const std::vector<std::unique_ptr<InitLaw>> init_laws_;
  const std::vector<std::unique_ptr<OptimLaw>> optim_laws_;
  Suite suite_;
  const std::vector<std::shared_ptr<Subject>> bases_;  // in each format
  const UsualChecks usual_;
};

}  // namespace

std::vector<Kill> run_mutants(const MutantOptions& options) { return run_mutants(all_mutants(), options); }

namespace {

bool cancelled(const MutantOptions& options) { return options.cancelled != nullptr && options.cancelled->load(); }

// work(i) for all i < n until a cancellation, on as many threads as the options allow.
void in_parallel(std::size_t n, const MutantOptions& options, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto loop = [&] {
    for (std::size_t i = next++; i < n && !cancelled(options); i = next++) work(i);
  };
  const int jobs =
      options.jobs > 0 ? options.jobs : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  std::vector<std::thread> threads;
  for (int j = 1; j < jobs; ++j) threads.emplace_back(loop);
  loop();
  for (std::thread& t : threads) t.join();
}

}  // namespace

std::vector<Kill> run_mutants(std::vector<Mutant> list, const MutantOptions& options) {
  const FaultHandlers handlers;
  std::erase_if(list, [&](const Mutant& m) { return !matches(options.op, m.op) || !matches(options.name, m.name); });
  const Trials trials(options);
  std::vector<std::optional<Kill>> kills(list.size());
  in_parallel(list.size(), options, [&](std::size_t i) {
    Kill kill = trials.run(list[i]);
    if (kill.killed || !cancelled(options)) kills[i] = std::move(kill);
  });
  std::vector<Kill> out;
  for (auto& kill : kills)
    if (kill) out.push_back(std::move(*kill));
  return out;
}

FalseAlarms false_alarms(const MutantOptions& options) {
  const FaultHandlers handlers;
  const auto catalogue = std::make_shared<const spec::Catalogue>(spec::Catalogue::builtin());
  const UsualChecks usual(catalogue, cpu_subjects(), options.seed, options.cases);
  std::vector<const spec::OpEntry*> entries;
  for (const spec::OpEntry* entry : catalogue->entries())
    if (matches(options.op, entry->name)) entries.push_back(entry);
  std::vector<UsualVerdicts> verdicts(entries.size());
  in_parallel(entries.size(), options, [&](std::size_t i) { verdicts[i] = usual.of_correct(*entries[i]); });
  FalseAlarms alarms;
  alarms.ops = entries.size();
  for (const UsualVerdicts& v : verdicts)
    for (std::size_t r = 0; r < usual_rule_count; ++r) alarms.rejected[r] += v[r];
  return alarms;
}

}  // namespace plumbline::crosscheck
