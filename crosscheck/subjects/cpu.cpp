// Our CPU runtime as a subject: programs and sessions in float32, on memory that is moved, poisoned and guarded.
#include <algorithm>
#include <cstring>
#include <span>

#include "crosscheck/subjects/subject.h"
#include "runtime/core/program.h"
#include "runtime/session/session.h"
#include "spec/lang/floats.h"

namespace plumbline::crosscheck {

using spec::Graph;
using spec::Index;
using spec::NodeId;
using spec::Result;

namespace {

// The patterns that memory holds before a run: zeros, NaN, a large number, all bits.
std::uint32_t pattern(unsigned poison) {
  constexpr std::uint32_t patterns[] = {0, 0x7fc0dead, 0x7149f2ca, 0xffffffff};
  return patterns[poison % std::size(patterns)];
}

// Data of one leaf in memory of our own, off its alignment, with guards on both sides.
class LeafMemory {
 public:
  LeafMemory(const Values& x, bool index, const RunOptions& options)
      : index_(index), count_(static_cast<std::size_t>(x.size())) {
    const std::size_t width = index ? sizeof(std::int64_t) : sizeof(float);
    offset_ = guard + static_cast<std::size_t>(options.misalign) * width;
    bytes_.resize(offset_ + count_ * width + guard + runtime::alignment);
    const std::uint32_t word = pattern(options.poison);
    for (std::size_t i = 0; i + sizeof word <= bytes_.size(); i += sizeof word)
      std::memcpy(bytes_.data() + i, &word, sizeof word);
    base_ = runtime::alignment - reinterpret_cast<std::uintptr_t>(bytes_.data()) % runtime::alignment;
    for (std::size_t i = 0; i < count_; ++i) {
      if (index)
        integers()[i] = static_cast<std::int64_t>(x[static_cast<Index>(i)]);
      else
        floats()[i] = static_cast<float>(x[static_cast<Index>(i)]);
    }
    before_ = bytes_;
  }
  bool is_index() const { return index_; }
  float* floats() { return reinterpret_cast<float*>(bytes_.data() + base_ % runtime::alignment + offset_); }
  std::int64_t* integers() {
    return reinterpret_cast<std::int64_t*>(bytes_.data() + base_ % runtime::alignment + offset_);
  }
  std::span<const float> float_span() { return {floats(), count_}; }
  std::span<const std::int64_t> integer_span() { return {integers(), count_}; }
  bool unmodified() const { return bytes_ == before_; }

 private:
  static constexpr std::size_t guard = runtime::alignment;
  bool index_;
  std::size_t count_, offset_ = 0, base_ = 0;
  std::vector<std::byte> bytes_, before_;
};

// Data that have no representation in the runtime's types never reach it.
Result<void> check_leaves(const Graph& graph, const std::vector<Values>& data) {
  const auto leaves = graph.leaves();
  if (leaves.size() != data.size()) return spec::fail("[graph] expects ", leaves.size(), " inputs, got ", data.size());
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const spec::Node& leaf = graph.node(leaves[i]);
    if (data[i].size() == leaf.shape.size() && data[i].shape() != leaf.shape)
      return spec::fail("[graph] shape of ", leaf.name, " differs: ", leaf.shape, " vs ", data[i].shape());
    if (leaf.extent < 0) continue;
    for (double x : data[i].elements())
      if (!spec::to_index(x)) return spec::fail("[graph] index ", x, " of ", leaf.name, " is no integer");
  }
  return {};
}

Values as_values(const spec::Shape& shape, std::span<const float> x) {
  return Values(shape, std::vector<double>(x.begin(), x.end()));
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

class CpuSubject final : public Subject {
 public:
  explicit CpuSubject(runtime::KernelTable table) : table_(std::move(table)) {}
  std::string name() const override { return "cpu"; }

  Result<RunResult> run(const Graph& graph, const std::vector<Values>& data, const std::vector<NodeId>& wanted,
                        const RunOptions& options) override {
    if (auto ok = check_leaves(graph, data); !ok) return tl::unexpected(ok.error());
    std::vector<LeafMemory> memory;
    const auto leaves = graph.leaves();
    for (std::size_t i = 0; i < leaves.size(); ++i)
      memory.emplace_back(data[i], graph.node(leaves[i]).extent >= 0, options);
    return options.compiled ? run_compiled(graph, memory, data, wanted, options)
                            : run_eager(graph, memory, data, wanted, options);
  }

  KernelInfo kernel(const Graph& graph, NodeId id) const override {
    const spec::Node& node = graph.node(id);
    const runtime::Kernel& k = table_.find(node.op, graph.shapes_of(node.inputs));
    return {k.name, k.claims, k.fallback};
  }

  Result<Values> apply(const spec::Op& op, const std::vector<Values>& in, const std::vector<Index>& extents) override
      try {
    runtime::Session session(table_);
    std::vector<spec::Var> inputs;
    for (std::size_t i = 0; i < in.size(); ++i) {
      LeafMemory x(in[i], extents[i] >= 0, {});
      inputs.push_back(add_leaf(session, spec::concat('x', i), in[i].shape(), extents[i], spec::Leaf::input, x));
    }
    const spec::Var y = session.apply(op, inputs);
    return as_values(y.shape(), session.value(y));
  } catch (const spec::Error& error) {
    return tl::unexpected(error);
  }

 private:
  static spec::Var add_leaf(runtime::Session& session, const std::string& name, const spec::Shape& shape, Index extent,
                            spec::Leaf leaf, LeafMemory& x) {
    if (extent >= 0) return session.input(name, shape, extent, x.integer_span());
    return leaf == spec::Leaf::param ? session.param(name, shape, x.float_span())
                                     : session.input(name, shape, x.float_span());
  }

  // The wanted value of a leaf is its data.
  static Values leaf_value(const Graph& graph, const std::vector<Values>& data, NodeId id) {
    const auto leaves = graph.leaves();
    return data[static_cast<std::size_t>(std::find(leaves.begin(), leaves.end(), id) - leaves.begin())];
  }

  Result<RunResult> run_compiled(const Graph& graph, std::vector<LeafMemory>& memory, const std::vector<Values>& data,
                                 const std::vector<NodeId>& wanted, const RunOptions& options) {
    runtime::PlanOptions plan;
    plan.threads = options.threads;
    plan.misalign = options.misalign;
    plan.guards = options.poison != 0;  // without poison the arena is reused, as in production
    for (NodeId id : wanted)
      if (graph.node(id).leaf == spec::Leaf::none) plan.wanted.push_back(id);
    auto program = runtime::compile(graph, table_, plan);
    if (!program) return tl::unexpected(program.error());
    const auto leaves = graph.leaves();
    for (std::size_t i = 0; i < leaves.size(); ++i)
      if (auto ok = give(*program, leaves[i], memory[i], data[i].size() == graph.node(leaves[i]).shape.size()); !ok)
        return tl::unexpected(ok.error());
    program->poison(pattern(options.poison));
    if (auto ok = program->run(); !ok) return tl::unexpected(ok.error());
    RunResult result;
    for (NodeId id : wanted) {
      const spec::Node& node = graph.node(id);
      result.values.push_back(node.leaf == spec::Leaf::none ? as_values(node.shape, program->value(id))
                                                            : leaf_value(graph, data, id));
    }
    for (const LeafMemory& m : memory) result.inputs_modified |= !m.unmodified();
    result.padding_overwritten = plan.guards && !program->guards_intact();
    return result;
  }

  // Data of the right length are read where they lie; others are handed over to be refused.
  static Result<void> give(runtime::Program& program, NodeId leaf, LeafMemory& x, bool fits) {
    if (x.is_index()) return fits ? program.bind(leaf, x.integers()) : program.set(leaf, x.integer_span());
    return fits ? program.bind(leaf, x.floats()) : program.set(leaf, x.float_span());
  }

  Result<RunResult> run_eager(const Graph& graph, std::vector<LeafMemory>& memory, const std::vector<Values>& data,
                              const std::vector<NodeId>& wanted, const RunOptions& options) try {
    runtime::SessionOptions session_options;
    session_options.threads = options.threads;
    session_options.misalign = options.misalign;
    session_options.poison = pattern(options.poison);
    runtime::Session session(table_, session_options);
    std::vector<spec::Var> vars;
    std::size_t leaf = 0;
    for (const spec::Node& node : graph.nodes()) {
      if (node.leaf != spec::Leaf::none) {
        vars.push_back(add_leaf(session, node.name, node.shape, node.extent, node.leaf, memory[leaf++]));
        continue;
      }
      std::vector<spec::Var> in;
      for (NodeId i : node.inputs) in.push_back(vars[static_cast<std::size_t>(i)]);
      vars.push_back(session.apply(node.op, in));
    }
    RunResult result;
    for (NodeId id : wanted) {
      const bool index = graph.node(id).extent >= 0;
      const spec::Var v = vars[static_cast<std::size_t>(id)];
      result.values.push_back(index ? leaf_value(graph, data, id) : as_values(v.shape(), session.value(v)));
    }
    for (std::size_t i = 0; i < memory.size(); ++i) {
      const spec::Var v = vars[static_cast<std::size_t>(graph.leaves()[i])];
      const bool kept = memory[i].is_index() || same_bits(session.value(v), memory[i].float_span());
      result.inputs_modified |= !memory[i].unmodified() || !kept;
    }
    result.padding_overwritten = !session.guards_intact();
    return result;
  } catch (const spec::Error& error) {
    return tl::unexpected(error);
  }

  const runtime::KernelTable table_;
};

}  // namespace

std::unique_ptr<Subject> cpu_subject() { return cpu_subject(runtime::KernelTable::builtin()); }
std::unique_ptr<Subject> cpu_subject(runtime::KernelTable kernels) {
  return std::make_unique<CpuSubject>(std::move(kernels));
}

}  // namespace plumbline::crosscheck
