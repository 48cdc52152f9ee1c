// Optimiser steps, initial values and rates on the command line.
#include "crosscheck/cli/formulas.h"

#include <algorithm>
#include <cmath>

#include "crosscheck/cli/usage.h"
#include "crosscheck/judge/formula.h"
#include "crosscheck/laws/init/init_law.h"
#include "crosscheck/laws/optim/optim_law.h"
#include "crosscheck/laws/optim/schedule_law.h"
#include "spec/eval/refine.h"
#include "spec/layers/muon.h"
#include "spec/layers/schedules.h"
#include "spec/num/binary.h"
#include "spec/num/round.h"

namespace plumbline::crosscheck {

using spec::Ball;
using spec::Index;
using spec::Shape;

namespace {

constexpr std::uint64_t most_steps = 1000000;  // some formulas take a factor for each

// Takes one setting out of a list; empty where it is not there.
std::string taken(spec::Attributes& attributes, std::string_view name) {
  const auto at = std::find_if(attributes.begin(), attributes.end(), [&](const auto& a) { return a.name == name; });
  if (at == attributes.end()) return {};
  std::string value = at->value;
  attributes.erase(at);
  return value;
}

std::uint64_t taken_count(const std::string& of, spec::Attributes& attributes, std::string_view name,
                          std::uint64_t otherwise, std::uint64_t least) {
  const std::string text = taken(attributes, name);
  return text.empty() ? otherwise : parse_count(spec::concat('[', of, "] attribute ", name), text, least);
}

class Step final : public Formula {
 public:
  Step(const OpWords& words, Sixteen sixteen) {
    spec::Attributes attributes = words.attributes;
    const std::uint64_t t = taken_count(words.op, attributes, "t", 1, 1);
    if (t > most_steps) refuse('[', words.op, "] attribute t: found ", t, ", expected at most ", most_steps);
    t_ = static_cast<Index>(t);
    optimiser_ = checked(spec::parse_optimiser(words.op, attributes));
    checked(spec::validate(optimiser_));
    const auto moments = spec::state_names(optimiser_);
    const std::size_t given = words.files.size(), all = 2 + moments.size();
    if (given != all && !(given == 2 && t_ == 1))
      refuse('[', words.op, "] inputs: found ", given, given == 1 ? " file" : " files", ", expected ", all, ": p, g",
             list(moments), t_ == 1 ? "; or p, g where the others are 0" : "");
    old_.p = read(words.files[0], "", sixteen);
    checked(spec::validate(optimiser_, old_.p.shape()));
    g_ = read(words.files[1], "the gradient", sixteen);
    for (std::size_t i = 0; i < moments.size(); ++i)
      old_.moment(moments[i]) = given == 2 ? Values::full(old_.p.shape(), 0)
                                           : read(words.files[2 + i], spec::concat("the moment ", moments[i]), sixteen);
  }
  std::vector<Part> results() const override {
    std::vector<Part> out{{spec::concat("the parameter after step ", t_), old_.p.shape()}};
    for (const std::string_view name : spec::state_names(optimiser_))
      out.push_back({spec::concat(name, " after step ", t_), old_.p.shape()});
    return out;
  }
  std::string_view law() const override { return "optim_step"; }
  std::vector<spec::ExactValues> exact() const override {
    if (spec::has_infinity({old_.p, g_, old_.buf, old_.m, old_.v, old_.top}))
      refuse("--as: found exact for a step of infinite numbers, expected cpu: a step is a formula of real numbers");
    std::vector<spec::ExactValues> out;
    out.push_back(spec::refine([&](int precision) { return after(Ball::exact(0, precision), "p"); }));
    for (const std::string_view name : spec::state_names(optimiser_))
      out.push_back(spec::refine([&](int precision) { return after(Ball::exact(0, precision), name); }));
    return out;
  }
  std::vector<Values> on_cpu() const override {
    const auto subject = cpu_format() == spec::binary64 ? cpu_optim_subject_f64() : cpu_optim_subject();
    const OptimTensors next = checked(subject->step(optimiser_, t_, old_, g_));
    std::vector<Values> out{next.p};
    for (const std::string_view name : spec::state_names(optimiser_)) out.push_back(next.moment(name));
    return out;
  }
  spec::Format cpu_format() const override { return wide_ ? spec::binary64 : spec::binary32; }
  std::vector<Judgement> judge(const std::vector<Values>& got, const spec::Claims& claims,
                               const JudgeOptions& options) const override {
    OptimTensors next;
    next.p = got[0];
    const auto moments = spec::state_names(optimiser_);
    for (std::size_t i = 0; i < moments.size(); ++i) next.moment(moments[i]) = got[1 + i];
    StepJudgement judged = judge_step(optimiser_, t_, old_, g_, next, claims, options);
    std::vector<Judgement> out{std::move(judged.parameter)};
    for (Judgement& j : judged.by_moment) out.push_back(std::move(j));
    return out;
  }

 private:
  static std::string list(const std::vector<std::string_view>& names) {
    std::string out;
    for (const std::string_view name : names) out += spec::concat(", ", name);
    return out;
  }
  Values read(const std::string& path, const std::string& what, Sixteen sixteen) {
    Array array = what.empty() ? checked(read_npy(path, sixteen)) : load_shaped(path, old_.p.shape(), what, sixteen);
    wide_ = wide_ || array.dtype == Dtype::f8;
    return std::move(array.values);
  }

  spec::OptimState<Ball> state_at(Index i, int precision) const {
    const auto ball = [&](const Values& x) { return x.size() > 0 ? Ball::exact(x[i], precision) : Ball(Index{0}); };
    return {ball(old_.p), ball(old_.buf), ball(old_.m), ball(old_.v), ball(old_.top)};
  }
  // One of the tensors after the step, as real numbers: nothing is rounded between moments and parameter.
  spec::Tensor<Ball> after(const Ball& like, std::string_view name) const {
    const int precision = like.precision();
    const auto g = spec::Tensor<Ball>::generate(g_.shape(), [&](Index i) { return Ball::exact(g_[i], precision); });
    const spec::StepFormula<Ball> step(optimiser_, t_, like);
    const auto moment = [&](Index i) { return step.moments(state_at(i, precision), g[i]); };
    if (name == "p" && spec::steps_matrices(optimiser_)) {
      const auto p = spec::Tensor<Ball>::generate(g.shape(), [&](Index i) { return state_at(i, precision).p; });
      const auto buf = spec::Tensor<Ball>::generate(g.shape(), [&](Index i) { return moment(i).buf; });
      return spec::muon_parameter(std::get<spec::Muon>(optimiser_), p, buf, g, like);
    }
    return spec::Tensor<Ball>::generate(g.shape(), [&](Index i) {
      if (name == "p") return step.step(state_at(i, precision), g[i]).p;
      const auto s = moment(i);
      return name == "buf" ? s.buf : name == "m" ? s.m : name == "v" ? s.v : s.top;
    });
  }

  spec::Optimiser optimiser_;
  Index t_ = 1;
  OptimTensors old_;
  Values g_;
  bool wide_ = false;
};

class Initial final : public Formula {
 public:
  Initial(const OpWords& words, Sixteen sixteen) {
    spec::Attributes attributes = words.attributes;
    plan_.seed = taken_count(words.op, attributes, "seed", 0, 0);
    const std::uint64_t stream = taken_count(words.op, attributes, "stream", 0, 0);
    const std::string streams = taken(attributes, "streams"), shape = taken(attributes, "shape");
    const std::string place = spec::concat('[', words.op, "] attribute streams");
    if (!streams.empty() && parse_word(place, streams, {"separate", "torchlean"}) == "torchlean")
      plan_.streams = spec::StreamScheme::torchlean;
    if (shape.empty()) refuse('[', words.op, "] attribute shape: found none, expected shape=[3,4]");
    spec::Axes dims;
    if (const auto ok = spec::parse_value(shape, dims); !ok)
      refuse('[', words.op, "] attribute shape: ", ok.error().what());
    const Shape whole(dims);
    if (!whole.valid() || whole.size() > most_file_elements)
      refuse('[', words.op, "] attribute shape: found ", whole, ", expected extents from 0 and at most ",
             most_file_elements, " elements");
    spec::Initialiser scheme = checked(spec::parse_initialiser(words.op, attributes));
    auto* flat = std::get_if<spec::FlatInit>(&scheme);
    if (words.files.size() != (flat != nullptr ? 1U : 0U))
      refuse('[', words.op, "] inputs: found ", words.files.size(), " files, expected ",
             flat != nullptr ? "one with the values" : "none");
    if (flat != nullptr) {
      const Array given = checked(read_npy(words.files[0], sixteen));
      for (const double x : given.values.elements()) flat->values.push_back(payload(words.files[0], x));
    }
    checked(spec::validate(scheme, whole));
    plan_.parameters = {{"values", whole, std::move(scheme), stream}};
  }
  std::vector<Part> results() const override { return {{"the initial values", parameter().shape}}; }
  std::string_view law() const override { return "init_values"; }
  std::vector<spec::ExactValues> exact() const override {
    const auto& p = parameter();
    if (std::holds_alternative<spec::TruncatedNormalInit>(p.scheme) ||
        std::holds_alternative<spec::OrthogonalInit>(p.scheme))
      refuse("--as: found exact, expected cpu for ", name_of(p.scheme), ", which is known by a property");
    if (!spec::normal_law(p.scheme, p.shape)) return {exact_bits()};
    return {spec::refine([&](int precision) {
      return spec::initialise(p.scheme, p.shape, plan_.stream_of(p), Ball::exact(0, precision));
    })};
  }
  std::vector<Values> on_cpu() const override { return checked(cpu_init_subject()->initialise(plan_)); }
  spec::Format cpu_format() const override { return spec::binary32; }
  std::vector<Judgement> judge(const std::vector<Values>& got, const spec::Claims& claims,
                               const JudgeOptions& options) const override {
    const bool wide = claims.output == spec::binary64;  // numbers of binary32 may lie in float64
    if (!wide && !(claims.output == spec::binary32))
      refuse("--got: found the format ", claims.output.name, ", expected f32: initial values are defined there");
    for (Index i = 0; wide && i < got[0].size(); ++i)
      if (std::isfinite(got[0][i]) && spec::round_to_format(got[0][i], spec::binary32) != got[0][i])
        refuse("--got: found ", got[0][i],
               ", expected numbers of binary32, in which initial values are defined: eval --dtype f4 writes them");
    return {judge_initial(plan_, parameter(), got[0], wide ? spec::Claims() : claims, options)};
  }

 private:
  static float payload(const std::string& file, double x) {
    if (static_cast<double>(static_cast<float>(x)) != x)
      refuse(file, ": found ", x, ", expected numbers of binary32, in which initial values are defined");
    return static_cast<float>(x);
  }
  // What is defined by bits: the formula in binary32, each operation rounded.
  spec::ExactValues exact_bits() const {
    using Number = spec::Binary<spec::binary32>;
    const auto& p = parameter();
    const auto values = spec::initialise(p.scheme, p.shape, plan_.stream_of(p), Number(0.0));
    return {Values::generate(p.shape, [&](Index i) { return values[i].value(); }),
            spec::Tensor<Ball>::generate(p.shape, [&](Index i) { return Ball::exact(values[i].value(), 128); }), 0};
  }
  const spec::PlannedParameter& parameter() const { return plan_.parameters.front(); }
  spec::InitPlan plan_;
};

class Rates final : public Formula {
 public:
  Rates(const OpWords& words, Sixteen sixteen) {
    spec::Attributes attributes = words.attributes;
    const std::uint64_t steps = taken_count(words.op, attributes, "steps", 0, 1);
    schedule_ = checked(spec::parse_schedule(words.op, attributes));
    checked(spec::validate(schedule_));
    const bool plateau = std::holds_alternative<spec::PlateauRate>(schedule_);
    if (words.files.size() != (plateau ? 1U : 0U))
      refuse('[', words.op, "] inputs: found ", words.files.size(), " files, expected ",
             plateau ? "one with the metrics" : "none");
    if (plateau) {
      const Array metrics = checked(read_npy(words.files[0], sixteen));
      metrics_.assign(metrics.values.elements().begin(), metrics.values.elements().end());
      for (const double metric : metrics_)
        if (!std::isfinite(metric)) refuse(words.files[0], ": found ", metric, ", expected finite metrics");
    }
    const std::uint64_t most = plateau ? metrics_.size() + 1 : most_steps;
    if (steps == 0 && !plateau) refuse('[', words.op, "] attribute steps: found none, expected steps=100");
    if (steps > most)
      refuse('[', words.op, "] attribute steps: found ", steps, ", expected at most ", most,
             plateau ? ", one more than the metrics" : "");
    steps_ = static_cast<Index>(steps == 0 ? most : steps);
  }
  std::vector<Part> results() const override { return {{"the rates", Shape{steps_}}}; }
  std::string_view law() const override { return "schedule_rates"; }
  std::vector<spec::ExactValues> exact() const override {
    return {spec::refine([&](int precision) {
      for (;; precision *= 2) try {
          return spec::Tensor<Ball>::generate(
              Shape{steps_}, [&](Index k) { return spec::rate(schedule_, k, metrics_, Ball::exact(0, precision)); });
        } catch (const spec::Error&) {  // a metric too near to the threshold for this precision
          if (2 * precision > spec::usual_most_precision) throw;
        }
    })};
  }
  std::vector<Values> on_cpu() const override {
    std::vector<double> metrics = metrics_;
    metrics.resize(static_cast<std::size_t>(steps_ - 1), 0);
    return {Values(Shape{steps_}, checked(cpu_schedule_subject()->rates(schedule_, metrics)))};
  }
  spec::Format cpu_format() const override { return spec::binary64; }
  std::vector<Judgement> judge(const std::vector<Values>& got, const spec::Claims& claims,
                               const JudgeOptions& options) const override {
    JudgeOptions judging = options;
    judging.tier = Tier::proof;  // one formula again and again: its roundings are not independent
    return {judge_formula(got[0], judging, [&]<class C>(Index k, const C& like) {
      return spec::rate(schedule_, k, metrics_, spec::Rounded<C>(like, &claims)).adopted(&claims);
    })};
  }

 private:
  spec::Schedule schedule_;
  std::vector<double> metrics_;
  Index steps_ = 0;
};

template <class List>
bool has(const List& all, std::string_view name) {
  return std::any_of(all.begin(), all.end(), [&](const auto& one) { return name_of(one) == name; });
}

}  // namespace

std::unique_ptr<Formula> load_formula(const OpWords& words, Sixteen sixteen) {
  const auto given = [&](std::string_view name) {
    return std::any_of(words.attributes.begin(), words.attributes.end(), [&](const auto& a) { return a.name == name; });
  };
  const bool scheme = has(spec::all_initialisers(), words.op), schedule = has(spec::all_schedules(), words.op);
  if (scheme && schedule && given("shape") == given("steps"))
    refuse('[', words.op, "] found ", given("shape") ? "both shape and steps" : "neither shape nor steps",
           ", expected shape=[3,4] for initial values or steps=9 for rates");
  if (has(spec::all_optimisers(), words.op)) return std::make_unique<Step>(words, sixteen);
  if (scheme && (!schedule || given("shape"))) return std::make_unique<Initial>(words, sixteen);
  if (schedule) return std::make_unique<Rates>(words, sixteen);
  return load_clip(words, sixteen);
}

std::vector<std::string> formula_names() {
  std::vector<std::string> known;
  for (const auto& o : spec::all_optimisers()) known.emplace_back(name_of(o));
  for (const auto& c : spec::all_clips()) known.emplace_back(name_of(c));
  for (const auto& i : spec::all_initialisers()) known.emplace_back(name_of(i));
  for (const auto& s : spec::all_schedules()) known.emplace_back(name_of(s));
  return known;
}

}  // namespace plumbline::crosscheck
