// Running a plan: data of leaves, addresses, steps in order.
#include <algorithm>
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
      const auto& inputs = graph.node(step.node).inputs;
      for (std::size_t i = 0; i < inputs.size(); ++i) step.in[i].data = address(inputs[i]);
      step.out.data = address(step.node);
      continue;
    }
    for (std::size_t i = 0; i < step.operands.size(); ++i)
      step.fused->set_operand(static_cast<int>(i), static_cast<const float*>(address(step.operands[i])));
    for (std::size_t m = 0; m < step.members.size(); ++m)
      step.fused->set_result(static_cast<int>(m), static_cast<float*>(address(step.members[m])));
  }
}

void Program::Plan::run(const std::vector<Step>& list) {
  for (const Step& step : list) step.run(*workers, scratch.data(), scratch.data() + shared_scratch, local_scratch);
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
    if (leaf.data == nullptr && node.shape.size() > 0) return fail("input ", node.name, ": has no data");
    if (node.extent < 0) continue;
    if (auto ok = check_indices(node, leaf.use, static_cast<const std::int64_t*>(leaf.data)); !ok) return ok;
  }
  return {};
}

std::optional<NodeId> Program::leaf(std::string_view name) const {
  for (const LeafData& leaf : plan_->leaves)
    if (plan_->graph.node(leaf.node).name == name) return leaf.node;
  return std::nullopt;
}

namespace {

Result<void> check_leaf(const spec::Graph& graph, NodeId id, bool index, std::optional<std::size_t> given) {
  if (id < 0 || id >= graph.size() || graph.node(id).leaf == spec::Leaf::none)
    return fail("node ", id, " is not a leaf");
  const spec::Node& node = graph.node(id);
  if ((node.extent >= 0) != index)
    return fail("input ", node.name, ": expected ", node.extent >= 0 ? "i64" : "f32", ", found ",
                index ? "i64" : "f32");
  if (given && *given != static_cast<std::size_t>(node.shape.size()))
    return fail("input ", node.name, ": expected ", node.shape.size(), " elements, found ", *given);
  return {};
}

}  // namespace

Result<void> Program::set(NodeId id, std::span<const float> data) {
  if (auto ok = check_leaf(plan_->graph, id, /*index=*/false, data.size()); !ok) return ok;
  LeafData& leaf = plan_->leaves[plan_->leaf_of.at(id)];
  if (leaf.own.size() == 0) leaf.own = Buffer(data.size_bytes());
  if (leaf.data != leaf.own.data()) leaf.data = leaf.own.data(), plan_->moved = true;
  if (!data.empty()) std::memcpy(leaf.own.data(), data.data(), data.size_bytes());
  return {};
}

Result<void> Program::set(NodeId id, std::span<const std::int64_t> data) {
  if (auto ok = check_leaf(plan_->graph, id, /*index=*/true, data.size()); !ok) return ok;
  LeafData& leaf = plan_->leaves[plan_->leaf_of.at(id)];
  if (leaf.own.size() == 0) leaf.own = Buffer(data.size_bytes());
  if (leaf.data != leaf.own.data()) leaf.data = leaf.own.data(), plan_->moved = true;
  if (!data.empty()) std::memcpy(leaf.own.data(), data.data(), data.size_bytes());
  return {};
}

Result<void> Program::bind(NodeId id, const float* data) {
  if (auto ok = check_leaf(plan_->graph, id, /*index=*/false, std::nullopt); !ok) return ok;
  LeafData& leaf = plan_->leaves[plan_->leaf_of.at(id)];
  if (leaf.data != data) leaf.data = data, plan_->moved = true;
  return {};
}

Result<void> Program::bind(NodeId id, const std::int64_t* data) {
  if (auto ok = check_leaf(plan_->graph, id, /*index=*/true, std::nullopt); !ok) return ok;
  LeafData& leaf = plan_->leaves[plan_->leaf_of.at(id)];
  if (leaf.data != data) leaf.data = data, plan_->moved = true;
  return {};
}

Result<void> Program::run() {
  if (auto ok = plan_->check_leaves(); !ok) return ok;
  if (plan_->moved) plan_->resolve(plan_->steps), plan_->moved = false;
  plan_->run(plan_->steps);
  return {};
}

bool Program::has_value(NodeId node) const { return plan_->kept[static_cast<std::size_t>(node)]; }

std::span<const float> Program::value(NodeId node) const {
  check(node >= 0 && node < plan_->graph.size() && has_value(node),
        "the value of a node is read only if the plan keeps it");
  const auto n = static_cast<std::size_t>(plan_->graph.node(node).shape.size());
  return {static_cast<const float*>(plan_->address(node)), n};
}

const spec::Graph& Program::graph() const { return plan_->graph; }
const NodePlan& Program::node(NodeId id) const { return plan_->nodes[static_cast<std::size_t>(id)]; }
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
    const auto* words = reinterpret_cast<const std::uint32_t*>(plan_->arena.data() + guard.first);
    return std::all_of(words, words + guard.second / sizeof(std::uint32_t),
                       [&](auto w) { return w == plan_->pattern; });
  });
}

}  // namespace plumbline::runtime
