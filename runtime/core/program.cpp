// Running a plan: data of leaves, addresses, steps in order.
#include <algorithm>
#include <chrono>
#include <cstring>

#include "runtime/core/plan.h"
#include "spec/lang/check.h"

namespace plumbline::runtime {

using spec::fail;

Program::Program(std::unique_ptr<Plan> plan) : plan_(std::move(plan)) {}
Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

void* Program::Plan::address(NodeId node) const {
  const Place& place = places[static_cast<std::size_t>(node)];
  switch (place.kind) {
    case Place::Kind::leaf: return const_cast<void*>(leaves[place.at].data);
    case Place::Kind::constant: return constant_memory.data() + place.at;
    case Place::Kind::arena: return arena.data() + place.at;
    default: return nullptr;
  }
}

void Program::Plan::resolve(std::vector<Step>& list) {
  for (Step& step : list) {
    if (!step.fused) {
      for (std::size_t i = 0; i < step.in.size(); ++i) step.in[i].data = address(step.operands[i]);
      step.out.data = address(step.node);
      continue;
    }
    for (std::size_t i = 0; i < step.operands.size(); ++i)
      step.fused->set_operand(static_cast<int>(i), address(step.operands[i]));
    for (std::size_t m = 0; m < step.members.size(); ++m)
      step.fused->set_result(static_cast<int>(m), address(step.members[m]));
  }
}

void Program::Plan::run(const Step& step) {
  std::byte* trace = step.trace < 0 ? nullptr : arena.data() + traces[static_cast<std::size_t>(step.trace)].at;
  step.run(*workers, scratch.data(), scratch.data() + shared_scratch, local_scratch, trace);
}

IndexUse use_of(const spec::Op& op) {
  IndexUse use{std::string(op.name()), {}, op->ignored_index()};
  for (const spec::Attribute& a : op->attributes()) {
    Index value = 0;
    if (a.name == "axis" && spec::parse_value(a.value, value)) use.axis = value;
  }
  return use;
}

Result<void> check_indices(const spec::Node& node, const IndexUse& use, const std::int64_t* index) {
  const Index n = node.shape.size();
  for (Index i = 0; i < n; ++i) {
    if ((index[i] >= 0 && index[i] < node.extent) || (use.ignored && index[i] == *use.ignored)) continue;
    const std::string axis = use.axis ? spec::concat("axis ", *use.axis) : "its axis";
    return fail(use.op.empty() ? "" : "[" + use.op + "] ", "input ", node.name, ": index ", index[i], " at element ", i,
                " is out of range for ", axis, " with extent ", node.extent);
  }
  return {};
}

Result<void> Program::Plan::check_leaves() const {
  for (const LeafData& leaf : leaves) {
    if (!leaf.needed) continue;
    const spec::Node& node = graph.node(leaf.node);
    if (leaf.data == nullptr && node.shape.size() > 0)
      return fail("input ", node.name, ": found no data, expected ", node.shape);
    if (node.extent < 0) continue;
    if (auto ok = check_indices(node, leaf.use, static_cast<const std::int64_t*>(leaf.data)); !ok) return ok;
  }
  return {};
}

std::optional<NodeId> Program::leaf(std::string_view name) const {
  const auto id = plan_->graph.find(name);
  return id && plan_->graph.node(*id).leaf != spec::Leaf::none ? id : std::nullopt;
}

namespace {

Result<void> check_leaf(const spec::Graph& graph, NodeId id, DType real, DType found, std::size_t given) {
  if (id < 0 || id >= graph.size() || graph.node(id).leaf == spec::Leaf::none)
    return fail("node ", id, ": found no leaf, expected one");
  const spec::Node& node = graph.node(id);
  const DType expected = node.extent >= 0 ? DType::i64 : real;
  if (found != expected)
    return fail("input ", node.name, ": expected ", name_of(expected), ", found ", name_of(found));
  if (given != static_cast<std::size_t>(node.shape.size()))
    return fail("input ", node.name, ": expected ", node.shape.size(), " elements, found ", given);
  return {};
}

}  // namespace

Result<void> Program::set(NodeId id, Elements data) {
  if (auto ok = check_leaf(plan_->graph, id, dtype(), data.dtype, data.count); !ok) return ok;
  LeafData& leaf = plan_->leaves[plan_->leaf_of.at(id)];
  if (leaf.own.size() == 0) leaf.own = Buffer(data.bytes());
  if (leaf.data != leaf.own.data()) leaf.data = leaf.own.data(), plan_->moved = true;
  if (data.count > 0) std::memcpy(leaf.own.data(), data.data, data.bytes());
  return {};
}

Result<void> Program::bind(NodeId id, DType found, const void* data, std::size_t count) {
  if (auto ok = check_leaf(plan_->graph, id, dtype(), found, count); !ok) return ok;
  LeafData& leaf = plan_->leaves[plan_->leaf_of.at(id)];
  if (leaf.data != data) leaf.data = data, plan_->moved = true;
  return {};
}

Result<void> Program::Plan::begin_run() {
  if (auto ok = check_leaves(); !ok) return ok;
  if (moved) resolve(steps), moved = false;
  return {};
}

Result<void> Program::run() {
  if (auto ok = plan_->begin_run(); !ok) return ok;
  for (const Step& step : plan_->steps) plan_->run(step);
  return {};
}

Result<void> Program::run(std::span<double> seconds) {
  using Clock = std::chrono::steady_clock;
  check(seconds.size() == plan_->steps.size(), "there is an entry for each step");
  if (auto ok = plan_->begin_run(); !ok) return ok;
  auto last = Clock::now();
  for (std::size_t s = 0; s < seconds.size(); ++s) {
    plan_->run(plan_->steps[s]);
    const auto now = Clock::now();
    seconds[s] += std::chrono::duration<double>(now - last).count();
    last = now;
  }
  return {};
}

bool Program::has_value(NodeId node) const {
  return node >= 0 && node < plan_->graph.size() && plan_->kept[static_cast<std::size_t>(node)];
}

const void* Program::address(NodeId node, DType asked) const {
  check(has_value(node), "the value of a node is read only if the plan keeps it");
  check(asked == dtype(), "a value is read in the dtype of its program");
  return plan_->address(node);
}

DType Program::dtype() const { return plan_->options.dtype; }
const spec::Graph& Program::graph() const { return plan_->graph; }
const NodePlan& Program::node(NodeId id) const {
  check(id >= 0 && id < plan_->graph.size(), "a node of the program's graph is asked for");
  return plan_->nodes[static_cast<std::size_t>(id)];
}
int Program::steps() const { return static_cast<int>(plan_->steps.size()); }
std::size_t Program::arena_bytes() const { return plan_->arena.size(); }
Workers& Program::workers() const { return *plan_->workers; }

void Program::poison(std::uint32_t pattern) {
  plan_->pattern = pattern;
  for (const Buffer* b : {&plan_->arena, &plan_->scratch})
    std::fill_n(reinterpret_cast<std::uint32_t*>(b->data()), b->size() / sizeof pattern, pattern);
}

bool Program::guards_intact() const {
  return std::ranges::all_of(plan_->guards, [&](const auto& guard) {
    for (std::size_t at = guard.first; at < guard.first + guard.second; ++at)
      if (plan_->arena.data()[at] != static_cast<std::byte>(plan_->pattern >> 8 * (at % 4))) return false;
    return true;
  });
}

}  // namespace plumbline::runtime
