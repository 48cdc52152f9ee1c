// schedule_rates: the rate of every update, judged against the exact formula read with the claims of binary64.
#include "crosscheck/laws/optim/schedule_law.h"

#include <limits>

#include "crosscheck/audit/runner.h"
#include "crosscheck/judge/formula.h"
#include "crosscheck/laws/cell_count.h"
#include "crosscheck/laws/evidence.h"
#include "spec/layers/schedules.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Rounded;

namespace {

using Doubles = std::vector<double>;

double draw_attribute(std::string_view name, double given, RandomChoices& r) {
  static const Doubles rates{1e-3, 0.1, 0.5, 3e-4, 1}, low{0, 1e-5, 1e-6}, factors{0.1, 0.5, 0.9, 0.999, 0.3};
  if (name == "lr" || name == "max_lr") return r.one_of(rates);
  if (name == "eta_min" || name == "min_lr" || name == "base_lr") return r.one_of(low);
  if (name == "gamma" || name == "factor") return r.one_of(factors);
  if (name == "pct_start") return r.one_of(Doubles{0.3, 0.25, 0.1, 0.45});
  if (name == "div_factor") return r.one_of(Doubles{25, 10, 3});
  if (name == "power") return r.one_of(Doubles{1, 2, 0.5, 0.9, 0});
  if (name == "threshold") return r.one_of(Doubles{1e-4, 0, 0.125});
  if (name == "eps") return r.one_of(Doubles{1e-8, 0, 1e-3});
  return given;
}
Index draw_attribute(std::string_view name, Index, RandomChoices& r) {
  static const std::vector<Index> counts{5, 1, 2, 3, 7, 10, 30}, totals{40, 50, 64, 100};
  if (name == "total_steps") return r.one_of(totals);
  if (name == "T_mult") return r.pick(1, 3);
  if (name == "patience" || name == "cooldown") return r.pick(0, 4);
  return r.one_of(counts);
}
bool draw_attribute(std::string_view, bool, RandomChoices& r) { return r.coin(); }
spec::Axes draw_attribute(std::string_view, const spec::Axes&, RandomChoices& r) {
  spec::Axes milestones;
  for (Index i = r.pick(0, 4), at = 0; i > 0; --i) milestones.push_back(at += r.pick(0, 9));
  return milestones;
}
template <class S>
std::string draw_word(std::string_view name, RandomChoices& r) {
  using Words = std::vector<std::string>;
  if (name == "anneal_strategy") return r.one_of(Words{"cos", "linear"});
  if (name == "threshold_mode") return r.one_of(Words{"rel", "abs"});
  return r.one_of(S::name == "cyclic" ? Words{"triangular", "triangular2", "exp_range"} : Words{"min", "max"});
}

template <class S>
S varied(S s, RandomChoices& r) {
  boost::mp11::mp_for_each<spec::Described<S>>([&](auto d) {
    auto& field = s.*d.pointer;
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(field)>, std::string>)
      field = draw_word<S>(d.name, r);
    else
      field = draw_attribute(d.name, field, r);
  });
  return s;
}

// Metrics that fall, stay and jump, on a grid where no threshold lies.
double draw_metric(double last, RandomChoices& r) {
  const Index kind = r.pick(0, 3);
  return kind == 0 ? last : last + (kind == 1 ? -1 : 0.5) * static_cast<double>(r.pick(1, 3)) * 0.7;
}

std::vector<spec::Schedule> spoilt(const spec::Schedule& good) {
  std::vector<spec::Schedule> out;
  std::visit(
      [&](const auto& s) {
        using S = std::decay_t<decltype(s)>;
        boost::mp11::mp_for_each<spec::Described<S>>([&](auto d) {
          using Field = std::remove_cvref_t<decltype(s.*d.pointer)>;
          const auto with = [&](const Field& value) {
            S other = s;
            other.*d.pointer = value;
            out.emplace_back(other);
          };
          if constexpr (std::is_same_v<Field, double>)
            with(-1), with(std::numeric_limits<double>::quiet_NaN()), with(std::numeric_limits<double>::infinity());
          if constexpr (std::is_same_v<Field, Index>) with(-1), with(std::numeric_limits<Index>::max());
          if constexpr (std::is_same_v<Field, std::string>) with("nonsense");
          if constexpr (std::is_same_v<Field, spec::Axes>) with({3, 2});
        });
      },
      good);
  return out;
}

}  // namespace

ScheduleCase draw_schedule_case(const spec::Schedule& kind, std::uint64_t seed, std::uint64_t number) {
  RandomChoices r(seed, "schedule", name_of(kind), number);
  ScheduleCase c;
  do c.schedule = std::visit([&](const auto& s) -> spec::Schedule { return varied(s, r); }, kind);
  while (!spec::validate(c.schedule));
  double metric = 8;
  for (int k = 0; k < 64; ++k) c.metrics.push_back(metric = draw_metric(metric, r));
  return c;
}

Outcome check_schedule(const ScheduleCase& c, ScheduleSubject& subject, const JudgeOptions& options) {
  for (const spec::Schedule& bad : spoilt(c.schedule))
    if (subject.rates(bad, c.metrics)) return failed("accepted " + print(bad));
  const auto got = subject.rates(c.schedule, c.metrics);
  if (!got) return failed(spec::concat(print(c.schedule), ": refused: ", got.error().what()));
  const auto n = static_cast<Index>(c.metrics.size()) + 1;
  if (static_cast<Index>(got->size()) != n) return failed(spec::concat(got->size(), " rates instead of ", n));
  const spec::Claims claims = subject.claims();
  JudgeOptions judging = options;
  judging.tier = Tier::proof;  // the roundings of one formula, again and again: they are not independent
  const Judgement judged = judge_formula(Values({n}, *got), judging, [&]<class C>(Index k, const C& like) {
    return spec::rate(c.schedule, k, c.metrics, Rounded<C>(like, &claims)).adopted(&claims);
  });
  Outcome out = outcome_of(judged);
  if (!out.message.empty()) out.message = print(c.schedule) + ": " + out.message;
  return out;
}

void run_schedule_laws(const StepOptions& options, ScheduleSubject& subject, Report& report) {
  constexpr std::string_view law = "schedule_rates";
  for (const spec::Schedule& kind : spec::all_schedules()) {
    if (!matches(options.op, name_of(kind)) || !matches(options.law, law)) continue;
    CellCount count(std::string(name_of(kind)), std::string(law), subject.name(), "schedule");
    for (std::uint64_t number = 0; number < options.cases; ++number) {
      Outcome outcome;
      try {
        outcome = check_schedule(draw_schedule_case(kind, options.seed, number), subject, options.judge);
      } catch (const std::exception& e) {
        outcome.verdict = Verdict::crash, outcome.message = spec::concat("exception: ", e.what());
      }
      count.add(outcome, spec::concat("case ", number, " of seed ", options.seed, ": "), report);
    }
    count.close(report);
  }
}

}  // namespace plumbline::crosscheck
