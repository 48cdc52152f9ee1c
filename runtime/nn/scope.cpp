// Recording leaves, plans and masks.
#include "runtime/nn/scope.h"

#include <algorithm>
#include <optional>

#include "spec/ops/random/dropout.h"

namespace plumbline::runtime::nn {

Scope Scope::operator/(std::string_view part) const {
  Scope below = *this;
  below.path_ = name_of(part);
  return below;
}

std::string Scope::name_of(std::string_view leaf) const {
  return path_.empty() ? std::string(leaf) : spec::concat(path_, '.', leaf);
}

namespace {

// The leaf of a name, if there is one.
std::optional<Var> known(Recording& r, const std::string& name, const Shape& shape) {
  const auto there = r.leaf_of.find(name);
  if (there == r.leaf_of.end()) return std::nullopt;
  const Var leaf = r.graph.var(there->second);
  if (leaf.shape() != shape)
    throw spec::Error(spec::concat("parameter ", name, " is ", leaf.shape(), " and ", shape));
  return leaf;
}

// The smallest stream that nothing draws from.
std::uint64_t free_stream(Recording& r) {
  while (r.streams.contains(r.free_stream)) ++r.free_stream;
  return r.free_stream;
}

}  // namespace

Scope Scope::seeded(const BlockSeeds& seeds) const {
  Scope here = *this;
  if (!seeds.unset()) here.cursor_ = std::make_shared<Cursor>(Cursor{seeds});
  return here;
}

Scope Scope::frozen() const {
  Scope here = *this;
  here.frozen_ = true;
  return here;
}

Scope Scope::beside() const {
  Scope here = *this;
  here.frozen_ = false, here.cursor_ = nullptr;
  return here;
}

Scope Scope::with_linear(LinearHook hook) const {
  Scope here = *this;
  here.hook_ = std::make_shared<const LinearHook>(std::move(hook));
  return here;
}

// The seed of the next thing in reading order, which may or may not draw from it.
Seed Scope::pass(bool drawn) const {
  if (cursor_ == nullptr) return std::nullopt;
  if (cursor_->seeds.base) return *cursor_->seeds.base + cursor_->passed++;
  if (!drawn) return std::nullopt;
  if (cursor_->passed >= cursor_->seeds.list.size())
    throw spec::Error(spec::concat("[seeds] ", path_, ": expected more than ", cursor_->seeds.list.size(), " seeds"));
  return cursor_->seeds.list[cursor_->passed++];
}

Var Scope::param(std::string_view name, const Shape& shape, Initialiser scheme, Seed seed) const {
  if (const auto there = known(*recording_, name_of(name), shape)) return *there;
  if (!shape.valid()) throw spec::Error(spec::concat("parameter ", name_of(name), ": shape ", shape, " is not valid"));
  const bool drawn = stochastic(scheme);
  const Seed mine = pass(drawn && !seed);
  Initialisation& plan = recording_->plan;
  std::uint64_t stream = 0;
  if (drawn) {
    stream = seed ? *seed : mine ? *mine : free_stream(*recording_);
    recording_->streams.insert(stream);
  }
  plan.seed = recording_->seed;
  plan.parameters.push_back({name_of(name), shape, std::move(scheme), stream, !frozen_});
  const Var leaf = recording_->graph.param(plan.parameters.back().name, shape);
  if (frozen_) recording_->state.frozen.push_back(leaf.id());
  recording_->leaf_of[plan.parameters.back().name] = leaf.id();
  return leaf;
}

Var Scope::state(std::string_view name, const Shape& shape, double initial) const {
  if (const auto there = known(*recording_, name_of(name), shape)) return *there;
  if (cursor_ != nullptr) pass(false);
  const Var leaf = recording_->graph.input(name_of(name), shape);
  recording_->state.states.push_back({name_of(name), leaf.id(), -1, initial});
  recording_->leaf_of[name_of(name)] = leaf.id();
  return leaf;
}

void Scope::update(Var state, Var next) const {
  auto& states = recording_->state.states;  // the latest is the likeliest
  const auto found = std::find_if(states.rbegin(), states.rend(),
                                  [&](const RunningState& s) { return s.leaf == state.id(); });
  if (found != states.rend()) found->next = next.id();
}

Var Scope::buffer(std::string_view name, const spec::Tensor<float>& value) const {
  Scope plain = frozen();
  plain.cursor_ = nullptr;
  const auto values = value.elements();
  return plain.param(name, value.shape(), spec::FlatInit{{values.begin(), values.end()}});
}

Scope Scope::repeated(Index i) const {
  Scope here = *this;
  here.repeat_ += spec::concat('#', i);
  return here;
}

Var Scope::dropout(const Var& x, double p, Seed seed) const {
  if (!(p >= 0 && p <= 1)) throw spec::Error(spec::concat("[dropout] p is not a probability: ", p));
  if (p == 0) return x;
  if (!seed && cursor_ != nullptr) {
    const auto [known, first] = cursor_->dropouts.try_emplace(path_);
    if (first) known->second = pass(true);
    seed = known->second;
  }
  if (!training()) return x;
  NodeId& step = recording_->state.step;
  if (step < 0) step = recording_->graph.index_input(recording_->graph.unused("step"), {}, spec::max_elements).id();
  const std::uint64_t mask = seed.value_or(recording_->seed);
  return call(spec::Dropout{p, mask, path_ + repeat_, 0, true}, {x, recording_->graph.var(step)});
}

}  // namespace plumbline::runtime::nn
