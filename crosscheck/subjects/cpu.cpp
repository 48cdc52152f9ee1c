// Our CPU runtime as a subject: programs and sessions in each dtype, on memory that is moved, poisoned and guarded.
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

runtime::DType dtype_of(const spec::Format& format) {
  for (const runtime::DType d : runtime::real_dtypes)
    if (runtime::format_of(d) == format) return d;
  throw spec::Error(spec::concat("our runtime does not store ", format.name));
}

// Data of one leaf in memory of our own, off its alignment, with guards on both sides.
class LeafMemory {
 public:
  LeafMemory(const Values& x, runtime::DType dtype, const RunOptions& options)
      : dtype_(dtype), count_(static_cast<std::size_t>(x.size())) {
    const std::size_t width = runtime::size_of(dtype);
    offset_ = guard + static_cast<std::size_t>(options.misalign) * width;
    bytes_.resize(offset_ + count_ * width + guard + runtime::alignment);
    const std::uint32_t word = pattern(options.poison);
    for (std::size_t i = 0; i + sizeof word <= bytes_.size(); i += sizeof word)
      std::memcpy(bytes_.data() + i, &word, sizeof word);
    base_ = runtime::alignment - reinterpret_cast<std::uintptr_t>(bytes_.data()) % runtime::alignment;
    if (is_index())
      for (std::size_t i = 0; i < count_; ++i) as<std::int64_t>()[i] = static_cast<std::int64_t>(x.elements()[i]);
    else
      runtime::with_type(dtype, [&]<class T>(T) {
        for (std::size_t i = 0; i < count_; ++i) as<T>()[i] = runtime::rounded<T>(x.elements()[i]);
      });
    before_ = bytes_;
  }
  bool is_index() const { return dtype_ == runtime::DType::i64; }
  runtime::DType dtype() const { return dtype_; }
  std::size_t size() const { return count_; }
  void* data() { return bytes_.data() + base_ % runtime::alignment + offset_; }
  template <class T>
  T* as() {
    return static_cast<T*>(data());
  }
  template <class T>
  std::span<const T> span() {
    return {as<T>(), count_};
  }
  bool unmodified() const { return bytes_ == before_; }

 private:
  static constexpr std::size_t guard = runtime::alignment;
  runtime::DType dtype_;
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

template <class T>
Values as_values(const spec::Shape& shape, std::span<const T> x) {
  std::vector<double> out;
  for (const T& v : x) out.push_back(runtime::exact(v));
  return Values(shape, std::move(out));
}

template <class T>
bool same_bits(std::span<const T> a, std::span<const T> b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

class CpuSubject final : public Subject {
 public:
  CpuSubject(runtime::KernelTable table, runtime::DType dtype) : table_(std::move(table)), dtype_(dtype) {}
  std::string name() const override {
    return dtype_ == runtime::DType::f32 ? "cpu" : spec::concat("cpu-", runtime::name_of(dtype_));
  }
  spec::Format format() const override { return runtime::format_of(dtype_); }

  Result<RunResult> run(const Graph& graph, const std::vector<Values>& data, const std::vector<NodeId>& wanted,
                        const RunOptions& options) override {
    if (auto ok = check_leaves(graph, data); !ok) return tl::unexpected(ok.error());
    std::vector<LeafMemory> memory;
    const auto leaves = graph.leaves();
    for (std::size_t i = 0; i < leaves.size(); ++i)
      memory.emplace_back(data[i], dtype_of(graph.node(leaves[i]).extent), options);
    return options.compiled ? run_compiled(graph, memory, data, wanted, options)
                            : run_eager(graph, memory, data, wanted, options);
  }

  KernelInfo kernel(const Graph& graph, NodeId id) const override {
    const spec::Node& node = graph.node(id);
    const runtime::Kernel& k = table_.find(node.op, graph.shapes_of(node.inputs), runtime::Device::cpu, dtype_);
    return {k.name, k.claims, k.fallback};
  }

  Result<Values> apply(const spec::Op& op, const std::vector<Values>& in, const std::vector<Index>& extents) override
      try {
    runtime::Session session(table_, {.dtype = dtype_});
    std::vector<spec::Var> inputs;
    for (std::size_t i = 0; i < in.size(); ++i) {
      LeafMemory x(in[i], dtype_of(extents[i]), {});
      inputs.push_back(add_leaf(session, spec::concat('x', i), in[i].shape(), extents[i], spec::Leaf::input, x));
    }
    const spec::Var y = session.apply(op, inputs);
    return value(session, y);
  } catch (const spec::Error& error) {
    return tl::unexpected(error);
  }

 private:
  runtime::DType dtype_of(Index extent) const { return extent >= 0 ? runtime::DType::i64 : dtype_; }

  Values value(runtime::Session& session, spec::Var v) const {
    return runtime::with_type(dtype_, [&]<class T>(T) { return as_values(v.shape(), session.value<T>(v)); });
  }
  Values value(const runtime::Program& program, NodeId id) const {
    return runtime::with_type(
        dtype_, [&]<class T>(T) { return as_values(program.graph().node(id).shape, program.value<T>(id)); });
  }

  static spec::Var add_leaf(runtime::Session& session, const std::string& name, const spec::Shape& shape, Index extent,
                            spec::Leaf leaf, LeafMemory& x) {
    if (extent >= 0) return session.input(name, shape, extent, x.span<std::int64_t>());
    return runtime::with_type(x.dtype(), [&]<class T>(T) {
      return leaf == spec::Leaf::param ? session.param(name, shape, x.span<T>())
                                       : session.input(name, shape, x.span<T>());
    });
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
    plan.dtype = dtype_;
    plan.misalign = options.misalign;
    plan.guards = options.poison != 0;  // without poison the arena is reused, as in production
    for (NodeId id : wanted)
      if (graph.node(id).leaf == spec::Leaf::none) plan.wanted.push_back(id);
    auto program = runtime::compile(graph, table_, plan);
    if (!program) return tl::unexpected(program.error());
    const auto leaves = graph.leaves();
    for (std::size_t i = 0; i < leaves.size(); ++i)
      if (auto ok = program->bind(leaves[i], memory[i].dtype(), memory[i].data(), memory[i].size()); !ok)
        return tl::unexpected(ok.error());
    program->poison(pattern(options.poison));
    if (auto ok = program->run(); !ok) return tl::unexpected(ok.error());
    RunResult result;
    for (NodeId id : wanted) {
      result.values.push_back(graph.node(id).leaf == spec::Leaf::none ? value(*program, id)
                                                                      : leaf_value(graph, data, id));
    }
    for (const LeafMemory& m : memory) result.inputs_modified |= !m.unmodified();
    result.padding_overwritten = plan.guards && !program->guards_intact();
    return result;
  }

  Result<RunResult> run_eager(const Graph& graph, std::vector<LeafMemory>& memory, const std::vector<Values>& data,
                              const std::vector<NodeId>& wanted, const RunOptions& options) try {
    runtime::SessionOptions session_options;
    session_options.threads = options.threads;
    session_options.dtype = dtype_;
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
      result.values.push_back(index ? leaf_value(graph, data, id) : value(session, v));
    }
    for (std::size_t i = 0; i < memory.size(); ++i) {
      const spec::Var v = vars[static_cast<std::size_t>(graph.leaves()[i])];
      const bool kept = memory[i].is_index() || runtime::with_type(dtype_, [&]<class T>(T) {
                          return same_bits(session.value<T>(v), memory[i].span<T>());
                        });
      result.inputs_modified |= !memory[i].unmodified() || !kept;
    }
    result.padding_overwritten = !session.guards_intact();
    return result;
  } catch (const spec::Error& error) {
    return tl::unexpected(error);
  }

  const runtime::KernelTable table_;
  const runtime::DType dtype_;
};

}  // namespace

std::unique_ptr<Subject> cpu_subject(const spec::Format& format) {
  return cpu_subject(runtime::KernelTable::builtin(), format);
}
std::unique_ptr<Subject> cpu_subject(runtime::KernelTable kernels, const spec::Format& format) {
  return std::make_unique<CpuSubject>(std::move(kernels), dtype_of(format));
}
std::vector<std::shared_ptr<Subject>> cpu_subjects() {
  std::vector<std::shared_ptr<Subject>> all;
  for (const runtime::DType d : runtime::real_dtypes) all.push_back(cpu_subject(runtime::format_of(d)));
  return all;
}

}  // namespace plumbline::crosscheck
