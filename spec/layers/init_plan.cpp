// Checking plans of initial values.
#include "spec/layers/init_plan.h"

#include <algorithm>

namespace plumbline::spec {

void InitPlan::add(std::string name, Shape shape, Initialiser scheme) {
  const auto draws = [](const Initialiser& s) { return draws_of(s, Shape{1, 1}) > 0; };
  std::uint64_t next = 0;
  for (const PlannedParameter& p : parameters)
    if (draws(p.scheme)) next = std::max(next, p.stream + 1);
  const bool stochastic = draws(scheme);
  parameters.push_back({std::move(name), std::move(shape), std::move(scheme), stochastic ? next : 0});
}

Result<void> validate(const InitPlan& plan) {
  struct Window {
    std::uint64_t key;
    std::uint64_t draws;
    const PlannedParameter* owner;
  };
  std::vector<Window> windows;
  std::vector<std::string_view> names;
  for (const PlannedParameter& p : plan.parameters) {
    if (auto ok = validate(p.scheme, p.shape); !ok) return fail("parameter ", p.name, ": ", ok.error().what());
    if (std::find(names.begin(), names.end(), p.name) != names.end())
      return fail("parameter ", p.name, " is planned twice, expected each once [init C6]");
    names.push_back(p.name);
    const auto draws = static_cast<std::uint64_t>(draws_of(p.scheme, p.shape));
    if (draws == 0) continue;
    const std::uint64_t key = plan.stream_of(p).key;
    for (const Window& w : windows)  // [key, key + draws) modulo 2^64
      if (key - w.key < w.draws || w.key - key < draws)
        return fail("parameters ", w.owner->name, " and ", p.name, " share random draws: streams ", w.owner->stream,
                    " and ", p.stream, " [init C7]");
    windows.push_back({key, draws, &p});
  }
  return {};
}

Result<void> check_parameters(std::span<const NamedShape> model, std::span<const NamedShape> given) {
  for (std::size_t i = 0; i < std::min(model.size(), given.size()); ++i) {
    if (model[i].name != given[i].name)
      return fail("parameter ", i, ": found ", given[i].name, ", expected ", model[i].name, " [init C8]");
    if (!(model[i].shape == given[i].shape))
      return fail("parameter ", given[i].name, ": found shape ", given[i].shape, ", expected ", model[i].shape,
                  " [init C8]");
  }
  if (given.size() < model.size())
    return fail("parameter ", model[given.size()].name, ": found nothing, expected shape ", model[given.size()].shape,
                " [init C8]");
  if (given.size() > model.size())
    return fail("parameter ", given[model.size()].name, ": expected no more than ", model.size(),
                " parameters [init C8]");
  return {};
}

}  // namespace plumbline::spec
