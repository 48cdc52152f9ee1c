// Our CPU runtime's initialisers and optimiser steps as subjects.
#include <span>

#include "crosscheck/laws/init_law.h"
#include "crosscheck/laws/optim_law.h"
#include "runtime/init/initialise.h"
#include "runtime/optim/optimiser.h"

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

std::vector<float> floats(const Values& x) { return {x.elements().begin(), x.elements().end()}; }
Values values(const spec::Shape& shape, const std::vector<float>& x) { return Values(shape, {x.begin(), x.end()}); }

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

class CpuOptim final : public OptimSubject {
 public:
  std::string name() const override { return "cpu"; }
  spec::Claims claims(const spec::Optimiser& optimiser) const override { return runtime::optimiser_claims(optimiser); }
  std::string kernel(const spec::Optimiser& optimiser) const override {
    return spec::concat(name_of(optimiser), ".fused");
  }

  Result<OptimTensors> step(const spec::Optimiser& optimiser, Index t, const OptimTensors& old,
                            const Values& g) override {
    if (auto state = runtime::OptimiserState::create(optimiser, {g.size()}); !state)
      return tl::unexpected(state.error());
    if (g.shape() != old.p.shape()) return spec::fail("gradient has shape ", g.shape(), ", expected ", old.p.shape());
    std::vector<float> p = floats(old.p), gradient = floats(g), buf = floats(old.buf), m = floats(old.m),
                       v = floats(old.v);
    const auto moment = [](std::vector<float>& x) { return x.empty() ? nullptr : x.data(); };
    runtime::optimiser_step(optimiser, t, {p.data(), gradient.data(), moment(buf), moment(m), moment(v)}, g.size());
    const auto back = [&](const Values& was, const std::vector<float>& x) { return values(was.shape(), x); };
    return OptimTensors{back(old.p, p), back(old.buf, buf), back(old.m, m), back(old.v, v)};
  }
};

}  // namespace

std::shared_ptr<InitSubject> cpu_init_subject() { return std::make_shared<CpuInit>(); }
std::shared_ptr<OptimSubject> cpu_optim_subject() { return std::make_shared<CpuOptim>(); }

}  // namespace plumbline::crosscheck
