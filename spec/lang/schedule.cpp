// Schedules as text, and their constraints.
#include "spec/lang/schedule.h"

#include <algorithm>
#include <cmath>

namespace plumbline::spec {

namespace {

template <class S, class... Args>
Result<void> refuse_schedule(const S&, int label, const Args&... what) {
  return fail("[", S::name, "] ", what..., " [schedule C", label, "]");
}

constexpr Index most_updates = Index{1} << 31;  // so that sums and products of two numbers never overflow

bool positive(std::string_view name) {
  return name == "div_factor" || name == "final_div_factor" || name == "gamma" || name == "factor";
}

// Each attribute by its type and name.
template <class S>
Result<void> check_field(const S& s, std::string_view name, double value) {
  if (!(std::isfinite(value) && value >= 0) || (positive(name) && value == 0))
    return refuse_schedule(s, 1, name, " must be finite and ", positive(name) ? "positive" : "not negative", ": ",
                           value);
  if (name == "pct_start" && value > 1) return refuse_schedule(s, 1, "pct_start must lie in [0, 1]: ", value);
  return {};
}
template <class S>
Result<void> check_field(const S& s, std::string_view name, Index value) {
  const bool may_be_zero = name == "patience" || name == "cooldown";
  if (value < (may_be_zero ? 0 : 1) || value > most_updates)
    return refuse_schedule(s, 2, name, " must lie in [", may_be_zero ? 0 : 1, ", ", most_updates, "]: ", value);
  return {};
}
template <class S>
Result<void> check_field(const S& s, std::string_view name, const std::string& value) {
  for (const auto& [field, words] : {std::pair<std::string_view, std::vector<std::string_view>>
           {"anneal_strategy", {"cos", "linear"}},
           {"threshold_mode", {"rel", "abs"}},
           {"mode", S::name == "cyclic" ? std::vector<std::string_view>{"triangular", "triangular2", "exp_range"}
                                        : std::vector<std::string_view>{"min", "max"}}})
    if (field == name && std::find(words.begin(), words.end(), value) == words.end())
      return refuse_schedule(s, 3, name, " is not known: ", value);
  return {};
}
template <class S>
Result<void> check_field(const S& s, std::string_view name, const Axes& values) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] < (i == 0 ? 0 : values[i - 1]))
      return refuse_schedule(s, 4, name, " must not decrease: ", values[i], " after ", i == 0 ? 0 : values[i - 1]);
  return {};
}
template <class S>
Result<void> check_field(const S&, std::string_view, bool) {
  return {};
}

Result<void> check_whole(const WarmupCosineRate& s) {
  if (s.warmup_steps >= s.total_steps)
    return refuse_schedule(s, 5, "warmup_steps must be below total_steps: ", s.warmup_steps, " vs ", s.total_steps);
  return {};
}
Result<void> check_whole(const OneCycleRate& s) {
  const double up = s.pct_start * static_cast<double>(s.total_steps) - 1, last = static_cast<double>(s.total_steps - 1);
  if (!(up > 0) || !((s.three_phase ? 2 * up : up) < last))
    return refuse_schedule(s, 5, "a phase is empty: the rise ends at ", up, " of ", last);
  return {};
}
Result<void> check_whole(const PlateauRate& s) {
  if (s.factor >= 1) return refuse_schedule(s, 5, "factor must be below 1: ", s.factor);
  return {};
}
template <class S>
Result<void> check_whole(const S&) {
  return {};
}

template <class S>
Result<Schedule> parse_as(const Attributes& attributes) {
  S schedule;
  for (const Attribute& a : attributes)
    if (auto set = set_attribute(schedule, a.name, a.value); !set) return tl::unexpected(set.error());
  return Schedule(schedule);
}

}  // namespace

std::string_view name_of(const Schedule& schedule) {
  return std::visit([](const auto& s) { return s.name; }, schedule);
}

std::string print(const Schedule& schedule) {
  return std::visit(
      [](const auto& s) {
        std::string text(s.name);
        for (const Attribute& a : attributes_of(s)) text += concat(' ', a.name, '=', a.value);
        return text;
      },
      schedule);
}

std::vector<Schedule> all_schedules() {
  std::vector<Schedule> all;
  boost::mp11::mp_for_each<Schedule>([&](const auto& s) { all.emplace_back(s); });
  return all;
}

Result<Schedule> parse_schedule(std::string_view name, const Attributes& attributes) {
  std::vector<std::string> known;
  for (const Schedule& schedule : all_schedules()) {
    if (name_of(schedule) == name)
      return std::visit([&](const auto& s) { return parse_as<std::decay_t<decltype(s)>>(attributes); }, schedule);
    known.emplace_back(name_of(schedule));
  }
  return fail("unknown schedule ", name, did_you_mean(name, known));
}

Result<void> validate(const Schedule& schedule) {
  return std::visit(
      [](const auto& s) -> Result<void> {
        Result<void> result;
        boost::mp11::mp_for_each<Described<std::decay_t<decltype(s)>>>([&](auto d) {
          if (result) result = check_field(s, d.name, s.*d.pointer);
        });
        return result ? check_whole(s) : result;
      },
      schedule);
}

}  // namespace plumbline::spec
