// Each recorded node is run by a step of its own.
#include "runtime/session/session.h"

#include <algorithm>
#include <cstring>

#include "runtime/core/plan.h"
#include "spec/lang/check.h"
#include "spec/ops/shape/full.h"

namespace plumbline::runtime {
namespace {

constexpr std::size_t guard_bytes = alignment;

void check_data(const std::string& name, const Shape& shape, DType dtype, Elements data) {
  if (!shape.valid()) throw spec::Error(spec::concat("input ", name, ": shape ", shape, " is not valid"));
  if (data.dtype != dtype)
    throw spec::Error(
        spec::concat("input ", name, ": expected ", name_of(dtype), ", found ", name_of(data.dtype)));
  if (data.count != static_cast<std::size_t>(shape.size()))
    throw spec::Error(spec::concat("input ", name, ": expected ", shape.size(), " elements, found ", data.count));
}

void fill(std::span<std::byte> bytes, std::uint32_t pattern) {
  std::fill_n(reinterpret_cast<std::uint32_t*>(bytes.data()), bytes.size() / sizeof pattern, pattern);
}

}  // namespace

Session::Session(Kernels kernels, const SessionOptions& options)
    : kernels_(kernels), options_(options), workers_(options.workers), graph_(std::make_unique<spec::Graph>()) {
  if (auto ok = check_device("session", options.device); !ok) throw ok.error();
  if (workers_ == nullptr) workers_ = std::make_shared<Workers>(options.threads);
}

Session::Value Session::allocate(std::size_t bytes) {
  const std::size_t off = static_cast<std::size_t>(options_.misalign) * size_of(options_.dtype);
  Value v;
  v.buffer = std::make_shared<Buffer>(aligned(bytes + off) + guard_bytes);
  const std::span<std::byte> all(v.buffer->data(), v.buffer->size());
  fill(options_.poison == 0 ? all.last(guard_bytes) : all, options_.poison);
  v.data = v.buffer->data() + off;
  return v;
}

Session::Value Session::stored(Elements data) {
  Value value = allocate(data.bytes());
  if (data.count > 0) std::memcpy(value.data, data.data, data.bytes());
  return value;
}

Var Session::input(std::string name, Shape shape, Elements data) {
  check_data(name, shape, options_.dtype, data);
  run_recorded();
  Value value = stored(data);
  const Var v = graph_->input(std::move(name), std::move(shape));
  values_.push_back(std::move(value));
  return v;
}

Var Session::input(std::string name, Shape shape, Index extent, std::span<const std::int64_t> data) {
  check_data(name, shape, DType::i64, data);
  run_recorded();
  Value value = stored(data);
  const Var v = graph_->index_input(std::move(name), std::move(shape), extent);
  values_.push_back(std::move(value));
  return v;
}

Var Session::param(std::string name, Shape shape, Elements data) {
  check_data(name, shape, options_.dtype, data);
  run_recorded();
  Value value = stored(data);
  const Var v = graph_->param(std::move(name), std::move(shape));
  values_.push_back(std::move(value));
  return v;
}

void Session::check_own(std::string_view place, const std::vector<Var>& in) const {
  for (std::size_t i = 0; i < in.size(); ++i)
    if (!in[i].in(*graph_)) throw spec::Error(spec::concat('[', place, "] input ", i, " is no node of this session"));
}

Var Session::apply(const spec::Op& op, const std::vector<Var>& in) {
  check_own(op.name(), in);
  run_recorded();
  std::vector<NodeId> ids;
  for (const Var& v : in) {
    ids.push_back(v.id());
    const spec::Node& node = graph_->node(v.id());
    if (node.extent < 0) continue;
    const auto* index = static_cast<const std::int64_t*>(values_[static_cast<std::size_t>(v.id())].data);
    if (auto ok = check_indices(node, use_of(op), index); !ok) throw ok.error();
  }
  const NodeId id = spec::value_or_throw(graph_->try_apply(op, std::move(ids)));
  run_recorded();
  return graph_->var(id);
}

void Session::run_recorded() {
  while (values_.size() < static_cast<std::size_t>(graph_->size())) {
    const auto id = static_cast<NodeId>(values_.size());
    const spec::Node& node = graph_->node(id);
    if (node.leaf != spec::Leaf::none && node.shape.size() > 0)
      throw spec::Error(spec::concat("input ", node.name, ": found no data, expected ", node.shape));
    values_.push_back(node.leaf == spec::Leaf::none ? run(id) : allocate(0));
  }
}

Session::Value Session::run(NodeId id) {
  const spec::Node& node = graph_->node(id);
  const Shapes in = graph_->shapes_of(node.inputs);
  const Kernel& kernel = kernels_->find(node.op, in, options_.device, options_.dtype);
  Step step;
  if (node.shape.size() == 0)
    step.bound.run = [](const KernelArgs&) {};  // no elements to compute: other extents may be huge beside a 0
  else
    step.bound = kernel.bind(node.op, in, node.shape);
  Value value;
  if (step.bound.alias) {
    value = values_[static_cast<std::size_t>(node.inputs[0])];
    value.kernel = &kernel;
    return value;
  }
  value = allocate(static_cast<std::size_t>(node.shape.size()) * size_of(options_.dtype));
  value.kernel = &kernel;
  const auto data_of = [&](NodeId i) { return values_[static_cast<std::size_t>(i)].data; };
  if (step.bound.block) {
    step.fused = std::make_unique<Fused>(node.shape, options_.dtype);
    std::vector<Fused::Source> sources;
    for (std::size_t i = 0; i < in.size(); ++i) sources.push_back({-1, step.fused->add_operand(in[i])});
    step.fused->store(step.fused->add_member(step.bound.block, std::move(sources)));
    step.fused->plan();
    for (std::size_t i = 0; i < in.size(); ++i)
      step.fused->set_operand(static_cast<int>(i), data_of(node.inputs[i]));
    step.fused->set_result(0, value.data);
  } else {
    const Reads reads = reads_of(*graph_, id, *kernels_, options_.device, options_.dtype);
    for (std::size_t i = 0; i < in.size(); ++i) {
      const bool transposed = !reads.transposed.empty() && reads.transposed[i];
      step.in.push_back({data_of(transposed ? reads.nodes[i] : node.inputs[i]), in[i],
                         graph_->node(node.inputs[i]).extent >= 0 ? DType::i64 : options_.dtype, transposed});
    }
    step.out = {value.data, node.shape, options_.dtype};
  }
  const std::size_t shared = aligned(step.scratch()), local = aligned(step.local_scratch());
  const std::size_t own = shared + local * static_cast<std::size_t>(workers_->threads());
  const std::size_t bytes = own + aligned(step.bound.trace.bytes);
  if (scratch_.size() < bytes) scratch_ = Buffer(bytes);
  if (options_.poison != 0) fill({scratch_.data(), bytes}, options_.poison);
  step.run(*workers_, scratch_.data(), scratch_.data() + shared, local, scratch_.data() + own);
  return value;
}

View Session::view(Var v, DType asked) {
  check(asked == options_.dtype, "a value is read in the dtype of its session");
  check_own("value", {v});
  run_recorded();
  check(graph_->node(v.id()).extent < 0, "only real nodes have a value");
  return {values_[static_cast<std::size_t>(v.id())].data, v.shape(), asked};
}

std::vector<Var> Session::backward(Var loss, const std::vector<Var>& wrt) {
  check_own("backward", {loss});
  check_own("backward", wrt);
  const Shape shape = loss.shape();
  const Var seed = graph_->apply(spec::make_op(spec::Full{shape.dims(), 1.0}), {});
  std::vector<NodeId> ids;
  for (const Var& v : wrt) ids.push_back(v.id());
  std::vector<Var> grads = spec::append_grad(*graph_, loss.id(), seed, ids);
  run_recorded();
  return grads;
}

std::vector<Var> Session::backward(Var loss) {
  std::vector<Var> params;
  for (NodeId id : graph_->leaves())
    if (graph_->node(id).leaf == spec::Leaf::param) params.push_back(graph_->var(id));
  return backward(loss, params);
}

const Kernel* Session::kernel(NodeId id) const {
  check(id >= 0 && static_cast<std::size_t>(id) < values_.size(), "a node of the session is asked for");
  return values_[static_cast<std::size_t>(id)].kernel;
}

bool Session::guards_intact() const {
  return std::ranges::all_of(values_, [&](const Value& v) {
    const auto* words = reinterpret_cast<const std::uint32_t*>(v.buffer->data() + v.buffer->size() - guard_bytes);
    return std::all_of(words, words + guard_bytes / sizeof *words, [&](auto w) { return w == options_.poison; });
  });
}

}  // namespace plumbline::runtime
