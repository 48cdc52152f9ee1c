// Groups by name, their steps and their state.
#include "runtime/optim/groups.h"

#include <algorithm>

#include "spec/lang/check.h"

namespace plumbline::runtime {

bool name_matches(std::string_view pattern, std::string_view name) {
  // Greedy with one point of return: the last star takes one character more.
  std::size_t p = 0, n = 0, star = std::string_view::npos, from = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') star = p++, from = n;
    else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) ++p, ++n;
    else if (star == std::string_view::npos) return false;
    else p = star + 1, n = ++from;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

double rate_of(const spec::Optimiser& optimiser) {
  return std::visit([](const auto& o) { return o.lr; }, optimiser);
}

Result<OptimiserGroups> OptimiserGroups::create(const spec::Optimiser& rest, const std::vector<ParameterGroup>& groups,
                                                const std::vector<std::string>& names,
                                                const std::vector<Shape>& shapes, DType dtype) {
  check(names.size() == shapes.size(), "each param has a name and a shape");
  OptimiserGroups out;
  out.names_ = names, out.shapes_ = shapes, out.lr_ = rate_of(rest);
  std::vector<std::vector<std::size_t>> members(groups.size() + 1);
  for (std::size_t p = 0; p < names.size(); ++p) {
    const auto mine = std::ranges::find_if(groups, [&](const auto& g) { return name_matches(g.pattern, names[p]); });
    const auto g = static_cast<std::size_t>(mine - groups.begin());
    out.place_.emplace_back(g, members[g].size());
    members[g].push_back(p);
  }
  for (std::size_t g = 0; g <= groups.size(); ++g) {
    const spec::Optimiser& optimiser = g < groups.size() ? groups[g].optimiser : rest;
    if (g < groups.size() && members[g].empty())
      return spec::fail("[optim] no param is left for the pattern ", groups[g].pattern,
                        ", expected one that no pattern before it matches");
    std::vector<Shape> mine;
    for (const std::size_t p : members[g]) {
      if (auto ok = spec::validate(optimiser, shapes[p]); !ok)
        return spec::fail(ok.error().what(), " at param ", names[p]);
      mine.push_back(shapes[p]);
    }
    auto state = OptimiserState::create(optimiser, mine, dtype);
    if (!state) return tl::unexpected(state.error());
    const double ratio = g == groups.size() || out.lr_ == 0 ? 1 : rate_of(optimiser) / out.lr_;
    out.groups_.push_back({std::move(*state), std::move(members[g]), ratio});
  }
  out.single_.parameters.reserve(names.size()), out.single_.gradients.reserve(names.size());
  out.wide_.parameters.reserve(names.size()), out.wide_.gradients.reserve(names.size());
  return out;
}

template <class T>
void OptimiserGroups::step_all(Workers& workers, std::span<T* const> parameters, std::span<const T* const> gradients) {
  check(parameters.size() == names_.size() && gradients.size() == names_.size(),
        "a step has all parameters and gradients");
  Lists<T>& l = lists<T>();
  for (Group& group : groups_) {
    l.parameters.clear(), l.gradients.clear();
    for (const std::size_t p : group.members)
      l.parameters.push_back(parameters[p]), l.gradients.push_back(gradients[p]);
    group.state.step(workers, l.parameters, l.gradients);
  }
}

void OptimiserGroups::set_lr(double lr) {
  lr_ = lr;
  for (Group& group : groups_) group.state.set_lr(group.ratio == 1 ? lr : lr * group.ratio);
}

template <class T, class F>
void OptimiserGroups::each_state(F&& f) {
  for (std::size_t p = 0; p < names_.size(); ++p) {
    const auto [g, at] = place_[p];
    OptimiserState& state = groups_[g].state;
    for (const std::string_view name : state.state_names())
      f(spec::concat(names_[p], '.', name), shapes_[p], state.state<T>(name, at));
  }
}

template <class T>
TensorList<T> OptimiserGroups::state() {
  TensorList<T> out;
  each_state<T>([&](std::string name, const Shape& shape, std::span<T> x) {
    out.push_back({std::move(name), spec::Tensor<T>(shape, std::vector<T>(x.begin(), x.end()))});
  });
  return out;
}

std::vector<NamedView> OptimiserGroups::views() {
  std::vector<NamedView> out;
  const auto collect = [&]<class T>(T) {
    each_state<T>([&](std::string name, const Shape& shape, std::span<T> x) {
      out.push_back({std::move(name), {x.data(), shape, dtype_of<T>}});
    });
  };
  if (dtype() == DType::f64) collect(double{});
  else collect(float{});
  return out;
}

void OptimiserGroups::set_steps(Index steps) {
  for (Group& group : groups_) group.state.set_steps(steps);
}

template <class T>
Result<void> OptimiserGroups::set_state(const TensorList<T>& state, Index steps) {
  if (steps < 0) return spec::fail("[optim] found ", steps, " steps, expected 0 or more");
  std::size_t at = 0;
  Result<void> fits;
  each_state<T>([&](const std::string& name, const Shape& shape, std::span<T>) {
    if (fits && at < state.size() && (state[at].name != name || state[at].value.shape() != shape))
      fits = spec::fail("[optim] state ", at, ": expected ", name, ' ', shape, ", found ", state[at].name, ' ',
                        state[at].value.shape());
    ++at;
  });
  if (!fits) return fits;
  if (at != state.size()) return spec::fail("[optim] expected ", at, " tensors of state, found ", state.size());
  at = 0;
  each_state<T>([&](const std::string&, const Shape&, std::span<T> x) {
    std::ranges::copy(state[at++].value.elements(), x.begin());
  });
  set_steps(steps);
  return {};
}

template void OptimiserGroups::step_all(Workers&, std::span<float* const>, std::span<const float* const>);
template void OptimiserGroups::step_all(Workers&, std::span<double* const>, std::span<const double* const>);
template TensorList<float> OptimiserGroups::state();
template TensorList<double> OptimiserGroups::state();
template Result<void> OptimiserGroups::set_state(const TensorList<float>&, Index);
template Result<void> OptimiserGroups::set_state(const TensorList<double>&, Index);

}  // namespace plumbline::runtime
