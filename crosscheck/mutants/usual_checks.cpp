// Rules of other tools on normal inputs: got beside what the correct kernel gives.
#include "crosscheck/mutants/usual_checks.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "crosscheck/audit/guard.h"
#include "crosscheck/sample/choices.h"
#include "crosscheck/sample/draw.h"
#include "spec/num/round.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::NodeId;

namespace {

// All that is asked about data is answered in the simplest way, which is the normal law; only their seed is random.
class NormalData final : public spec::Choices {
 public:
  explicit NormalData(RandomChoices random) : random_(random) {}
  std::int64_t pick(std::int64_t lo, std::int64_t hi) override {
    constexpr std::int64_t most_kinds = 1 << 16;
    return hi - lo > most_kinds ? random_.pick(lo, hi) : lo;
  }

 private:
  RandomChoices random_;
};

std::optional<Case> normal_case(const spec::OpEntry& entry, std::uint64_t seed, std::uint64_t number,
                                const spec::Format& format) {
  RandomChoices shapes(seed, "forward", entry.name, number);
  NormalData data(RandomChoices(mix(seed, "usual"), "forward", entry.name, number));
  Wish wish;
  wish.format = format, wish.cotangent = true;
  return draw_case(entry, shapes, data, Pattern::normal, wish);
}

Values normal_values(RandomChoices& random, const spec::Shape& shape) {
  return Values::generate(shape, [&](Index) { return static_cast<float>(random.normal()); });
}

// The rules on one bug, input after input, until all have rejected.
class Board {
 public:
  void compare(const spec::Format& format, const std::vector<Values>& got, const std::vector<Values>& expected) {
    bool any = false;
    for (const Values& e : expected) any |= e.size() > 0;
    for (std::size_t r = 0; r < usual_rule_count; ++r) {
      const UsualRule& rule = usual_rules[r];
      if (rejected_[r] || (rule.inputs > 0 && inputs_ >= rule.inputs)) continue;
      rejected_[r] = got.size() != expected.size();
      for (std::size_t k = 0; k < expected.size() && !rejected_[r]; ++k)
        rejected_[r] = !accepts(rule, format, got[k], expected[k]);
    }
    inputs_ += any;
  }
  // A crash, or a refusal of what the correct kernel takes.
  void reject() { rejected_.fill(true); }
  bool settled() const { return std::all_of(rejected_.begin(), rejected_.end(), [](bool b) { return b; }); }
  const UsualVerdicts& verdicts() const { return rejected_; }

 private:
  UsualVerdicts rejected_{};
  std::uint64_t inputs_ = 0;
};

// The output of a case and the cotangents of its inputs; nullopt where the subject refuses or crashes.
std::optional<std::vector<Values>> results(Subject& subject, const Case& c) {
  std::optional<std::vector<Values>> out;
  const auto problem = run_guarded([&] {
    const auto forward = subject.run(c.graph, c.data, {c.output()}, {});
    if (!forward) return;
    std::vector<Values> all = forward->values;
    if (const auto grad = spec::grad_graph(c.graph)) {
      std::vector<NodeId> ends;
      for (NodeId id : grad->cotangents)
        if (id >= 0 && grad->graph.node(id).leaf == spec::Leaf::none) ends.push_back(id);
      std::vector<Values> data = c.data;
      data.push_back(c.cotangent);
      const auto backward = subject.backward(*grad, data, ends, {});
      if (!backward) return;
      all.insert(all.end(), backward->values.begin(), backward->values.end());
    }
    out = std::move(all);
  });
  return problem ? std::nullopt : out;
}

OptimTensors first_state(RandomChoices& random, const spec::Shape& shape) {
  const Values zero = Values::full(shape, 0);
  return {normal_values(random, shape), zero, zero, zero, zero};
}

// Parameter and moments after some steps with normal gradients.
std::optional<std::vector<Values>> after_steps(OptimSubject& subject, const OptimCase& c,
                                               const std::vector<Values>& gradients, OptimTensors state) {
  std::optional<std::vector<Values>> out;
  const auto problem = run_guarded([&] {
    for (std::size_t k = 0; k < gradients.size(); ++k) {
      auto next = subject.step(c.optimiser, static_cast<Index>(k) + 1, state, gradients[k]);
      if (!next) return;
      state = std::move(*next);
    }
    std::vector<Values> all{state.p};
    for (const std::string_view name : spec::state_names(c.optimiser)) all.push_back(state.moment(name));
    out = std::move(all);
  });
  return problem ? std::nullopt : out;
}

template <class Kinds, class Run>
void each_of_name(const Kinds& kinds, std::string_view name, Run&& run) {
  for (const auto& kind : kinds)
    if (name_of(kind) == name) run(kind);
}

}  // namespace

bool accepts(const UsualRule& rule, const spec::Format& format, const Values& got, const Values& expected) {
  if (got.shape() != expected.shape()) return false;
  const Tolerances t = rule.of(format);
  for (Index i = 0; i < expected.size(); ++i) {
    const double g = got[i], e = expected[i];
    if (std::isnan(e) ? std::isnan(g) : g == e) continue;
    if (!std::isfinite(e) || !(std::abs(g - e) <= t.atol + t.rtol * std::abs(e))) return false;
  }
  return true;
}

UsualChecks::UsualChecks(std::shared_ptr<const spec::Catalogue> catalogue,
                         std::vector<std::shared_ptr<Subject>> subjects, std::uint64_t seed, std::uint64_t cases)
    : catalogue_(std::move(catalogue)), subjects_(std::move(subjects)), seed_(seed), cases_(cases) {}

std::shared_ptr<Subject> UsualChecks::subject(const spec::Format& format) const {
  return *std::find_if(subjects_.begin(), subjects_.end(), [&](const auto& s) { return s->format() == format; });
}

std::optional<UsualVerdicts> UsualChecks::of(const Mutant& mutant) const {
  if (mutant.init || mutant.layer || mutant.graphspec) return std::nullopt;
  if (mutant.optim) return of_optim(mutant);
  if (mutant.clip) return of_clip(mutant);
  if (mutant.schedule) return of_schedule(mutant);
  return of_op(mutant);
}

UsualVerdicts UsualChecks::of_op(const Mutant& mutant) const {
  const auto correct = subject(mutant.format);
  const auto wrong = mutated(correct, mutant, catalogue_);
  const spec::OpEntry* entry = catalogue_->find(mutant.op);
  Board board;
  for (std::uint64_t number = 0; entry != nullptr && number < cases_ && !board.settled(); ++number) {
    const auto c = normal_case(*entry, seed_, number, mutant.format);
    const auto expected = c ? results(*correct, *c) : std::nullopt;
    if (!expected) continue;
    const auto got = results(*wrong, *c);
    got ? board.compare(mutant.format, *got, *expected) : board.reject();
  }
  return board.verdicts();
}

UsualVerdicts UsualChecks::of_correct(const spec::OpEntry& entry) const {
  const auto narrow = subject(spec::binary32), wide = subject(spec::binary64);
  Board board;
  for (std::uint64_t number = 0; number < cases_ && !board.settled(); ++number) {
    const auto c = normal_case(entry, seed_, number, spec::binary32);
    const auto got = c ? results(*narrow, *c) : std::nullopt;
    auto expected = c ? results(*wide, *c) : std::nullopt;
    if (!got || !expected) continue;
    for (Values& e : *expected)
      for (double& v : e.mutable_elements()) v = static_cast<float>(v);
    board.compare(spec::binary32, *got, *expected);
  }
  return board.verdicts();
}

UsualVerdicts UsualChecks::of_optim(const Mutant& mutant) const {
  const auto correct = cpu_optim_subject();
  Board board;
  each_of_name(spec::all_optimisers(), mutant.op, [&](const spec::Optimiser& kind) {
    for (std::uint64_t number = 0; number < cases_ && !board.settled(); ++number) {
      const OptimCase c = draw_optim_case(kind, seed_, number);
      RandomChoices random(mix(seed_, "usual"), "optim", mutant.op, number);
      const OptimTensors state = first_state(random, c.state.p.shape());
      std::vector<Values> gradients;
      for (const Values& g : c.gradients) gradients.push_back(normal_values(random, g.shape()));
      const auto expected = after_steps(*correct, c, gradients, state);
      if (!expected) continue;
      const auto got = after_steps(*mutant.optim, c, gradients, state);
      got ? board.compare(spec::binary32, *got, *expected) : board.reject();
    }
  });
  return board.verdicts();
}

UsualVerdicts UsualChecks::of_clip(const Mutant& mutant) const {
  static const std::vector<double> norm_types{2, 1, std::numeric_limits<double>::infinity()};
  const auto correct = cpu_clip_subject();
  Board board;
  each_of_name(spec::all_clips(), mutant.op, [&](spec::GradientClip kind) {
    for (std::uint64_t number = 0; number < cases_ && !board.settled(); ++number) {
      if (auto* norm = std::get_if<spec::ClipGradNorm>(&kind)) norm->norm_type = norm_types[number % 3];
      RandomChoices random(mix(seed_, "usual"), "clip", mutant.op, number);
      const std::vector<Values> in{normal_values(random, {17}), normal_values(random, {3, 5})};
      const auto expected = correct->clip(kind, in);
      if (!expected) continue;
      const auto got = mutant.clip->clip(kind, in);
      got ? board.compare(spec::binary32, *got, *expected) : board.reject();
    }
  });
  return board.verdicts();
}

UsualVerdicts UsualChecks::of_schedule(const Mutant& mutant) const {
  const auto correct = cpu_schedule_subject();
  Board board;
  each_of_name(spec::all_schedules(), mutant.op, [&](const spec::Schedule& kind) {
    for (std::uint64_t number = 0; number < cases_ && !board.settled(); ++number) {
      const ScheduleCase c = draw_schedule_case(kind, seed_, number);
      const auto expected = correct->rates(c.schedule, c.metrics);
      if (!expected) continue;
      const auto got = mutant.schedule->rates(c.schedule, c.metrics);
      const auto tensor = [](const std::vector<double>& r) { return Values({static_cast<Index>(r.size())}, r); };
      got ? board.compare(spec::binary64, {tensor(*got)}, {tensor(*expected)}) : board.reject();
    }
  });
  return board.verdicts();
}

}  // namespace plumbline::crosscheck
