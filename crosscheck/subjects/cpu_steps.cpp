// Our CPU runtime's initialisers and optimiser steps as subjects.
#include <map>
#include <span>

#include "crosscheck/laws/init/init_law.h"
#include "crosscheck/laws/optim/optim_law.h"
#include "crosscheck/laws/optim/schedule_law.h"
#include "runtime/init/initialise.h"
#include "runtime/optim/optimiser.h"
#include "runtime/optim/schedule.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Result;

namespace {

runtime::Initialisation runtime_plan(const spec::InitPlan& plan) {
  runtime::Initialisation out;
  out.seed = plan.seed;
  const bool separate = plan.streams == spec::StreamScheme::separate;
  out.streams = separate ? runtime::StreamScheme::separate : runtime::StreamScheme::torchlean;
  for (const auto& p : plan.parameters) out.parameters.push_back({p.name, p.shape, p.scheme, p.stream});
  return out;
}

template <class T = float>
std::vector<T> elements(const Values& x) {
  return {x.elements().begin(), x.elements().end()};
}
template <class T>
Values values(const spec::Shape& shape, const std::vector<T>& x) {
  return Values(shape, {x.begin(), x.end()});
}

class CpuInit final : public InitSubject {
 public:
  std::string name() const override { return "cpu"; }
  spec::Claims claims() const override { return runtime::initialise_claims(); }

  // A refused plan must leave what existed untouched.
  Result<std::vector<Values>> initialise(const spec::InitPlan& plan) override {
    constexpr float untouched = 0x1.5p+77F;
    std::vector<std::vector<float>> memory;
    std::vector<std::span<float>> out;
    for (const auto& p : plan.parameters) memory.emplace_back(static_cast<std::size_t>(p.shape.size()), untouched);
    for (auto& m : memory) out.emplace_back(m);
    if (auto ok = runtime::initialise(runtime_plan(plan), out); !ok) {
      for (const auto& m : memory)
        for (const float x : m)
          if (x != untouched) throw spec::Error("a refused plan has changed a parameter");
      return tl::unexpected(ok.error());
    }
    std::vector<Values> result;
    for (std::size_t i = 0; i < memory.size(); ++i) result.push_back(values(plan.parameters[i].shape, memory[i]));
    return result;
  }

  Result<void> check(const spec::InitPlan& plan, const std::vector<spec::NamedShape>& given) override {
    std::vector<runtime::ParameterShape> list;
    for (const auto& g : given) list.push_back({g.name, g.shape});
    return runtime::check_parameters(runtime_plan(plan), list);
  }
};

template <class T>
class CpuOptim final : public OptimSubject {
 public:
  explicit CpuOptim(std::string name) : name_(std::move(name)) {}
  std::string name() const override { return name_; }
  spec::Claims claims(const spec::Optimiser& optimiser) const override {
    return runtime::optimiser_claims(optimiser, std::is_same_v<T, float> ? spec::binary32 : spec::binary64);
  }
  std::string kernel(const spec::Optimiser& optimiser) const override {
    return spec::concat(name_of(optimiser), ".fused");
  }

  Result<OptimTensors> step(const spec::Optimiser& optimiser, Index t, const OptimTensors& old,
                            const Values& g) override {
    if (auto state = runtime::OptimiserState::create(optimiser, std::vector{old.p.shape()}); !state)
      return tl::unexpected(state.error());
    if (g.shape() != old.p.shape()) return spec::fail("gradient has shape ", g.shape(), ", expected ", old.p.shape());
    OptimTensors next = old;
    std::vector<T> p = elements<T>(old.p), gradient = elements<T>(g);
    std::map<std::string_view, std::vector<T>> moments;
    for (const std::string_view name : spec::state_names(optimiser)) moments[name] = elements<T>(old.moment(name));
    const auto moment = [&](std::string_view name) {
      const auto at = moments.find(name);
      return at == moments.end() ? nullptr : at->second.data();
    };
    std::vector<double> scratch;
    runtime::OptimViewOf<T> view{p.data(), gradient.data(), moment("buf"), moment("m"), moment("v"), moment("top")};
    if (spec::steps_matrices(optimiser)) {
      view.rows = g.shape()[0];
      scratch.resize(static_cast<std::size_t>(runtime::matrix_scratch(view.rows, g.shape()[1])));
      view.scratch = scratch.data();
    }
    runtime::optimiser_step(optimiser, t, view, g.size());
    next.p = values(g.shape(), p);
    for (const auto& [name, x] : moments) next.moment(name) = values(g.shape(), x);
    return next;
  }

 private:
  std::string name_;
};

class CpuClip final : public ClipSubject {
 public:
  std::string name() const override { return "cpu"; }
  spec::Claims claims() const override { return runtime::clip_claims(); }
  Result<std::vector<Values>> clip(const spec::GradientClip& how, const std::vector<Values>& gradients) override {
    if (auto ok = spec::validate(how); !ok) return tl::unexpected(ok.error());
    std::vector<std::vector<float>> memory;
    for (const Values& g : gradients) memory.push_back(elements(g));
    const std::vector<std::span<float>> spans(memory.begin(), memory.end());
    runtime::clip_gradients(how, std::span<const std::span<float>>(spans));
    std::vector<Values> out;
    for (std::size_t i = 0; i < memory.size(); ++i) out.push_back(values(gradients[i].shape(), memory[i]));
    return out;
  }
};

class CpuSchedule final : public ScheduleSubject {
 public:
  std::string name() const override { return "cpu"; }
  spec::Claims claims() const override { return runtime::schedule_claims(); }
  Result<std::vector<double>> rates(const spec::Schedule& schedule, const std::vector<double>& metrics) override {
    auto state = runtime::ScheduleState::create(schedule);
    if (!state) return tl::unexpected(state.error());
    std::vector<double> out{state->rate()};
    for (const double metric : metrics) state->step(metric), out.push_back(state->rate());
    return out;
  }
};

}  // namespace

std::shared_ptr<InitSubject> cpu_init_subject() { return std::make_shared<CpuInit>(); }
std::shared_ptr<OptimSubject> cpu_optim_subject() { return std::make_shared<CpuOptim<float>>("cpu"); }
std::shared_ptr<OptimSubject> cpu_optim_subject_f64() { return std::make_shared<CpuOptim<double>>("cpu-f64"); }
std::shared_ptr<ScheduleSubject> cpu_schedule_subject() { return std::make_shared<CpuSchedule>(); }
std::shared_ptr<ClipSubject> cpu_clip_subject() { return std::make_shared<CpuClip>(); }

}  // namespace plumbline::crosscheck
