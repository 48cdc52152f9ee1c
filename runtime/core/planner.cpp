// Planning: what is needed, which kernels, what is fused, where everything lies.
#include <algorithm>

#include "runtime/core/arena.h"
#include "runtime/core/attribute.h"
#include "runtime/core/plan.h"
#include "spec/lang/check.h"

namespace plumbline::runtime {

NodeId before_exchange(const spec::Graph& graph, NodeId id) {
  const spec::Node& node = graph.node(id);
  if (node.leaf != spec::Leaf::none || node.shape.rank() != 2 || node.op.name() != "permute") return -1;
  const auto axes = attribute<spec::Axes>(node.op, "axes");
  const bool exchanged = axes.empty() || *spec::normal_axis(axes[0], 2) == 1;
  return exchanged ? node.inputs[0] : -1;
}

Reads reads_of(const spec::Graph& graph, NodeId id, const KernelTable& table, Device device, DType dtype) {
  const spec::Node& node = graph.node(id);
  Reads reads;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const NodeId before = before_exchange(graph, node.inputs[i]);
    if (before < 0) continue;
    if (reads.transposed.empty()) {
      if (!table.find(node.op, graph.shapes_of(node.inputs), device, dtype).reads_transposed) return {};
      reads.nodes = node.inputs, reads.transposed.resize(node.inputs.size());
    }
    reads.nodes[i] = before, reads.transposed[i] = true;
  }
  return reads;
}

class Planner {
 public:
  Planner(spec::Graph graph, Kernels kernels, const PlanOptions& options)
      : table_(*kernels), plan_(std::make_unique<Program::Plan>()), size_(static_cast<std::size_t>(graph.size())) {
    plan_->graph = std::move(graph);
    plan_->options = options;
    plan_->workers = options.workers ? options.workers : std::make_shared<Workers>(options.threads);
    plan_->nodes.resize(size_);
    plan_->places.resize(size_);
    plan_->kept.assign(size_, false);
    info_.resize(size_);
    known_.resize(size_ + 1);
  }

  Result<Program> plan() {
    if (auto ok = mark_needed(); !ok) return tl::unexpected(ok.error());
    for (NodeId id = 0; id < plan_->graph.size(); ++id) {
      if (node(id).leaf != spec::Leaf::none) add_leaf(id);
      else if (info(id).needed) add_op(id);
    }
    store_what_is_read();
    place();
    finish();
    return Program(std::move(plan_));
  }

 private:
  // A node while it is planned. Aliases share the storage of their root.
  struct Info {
    bool needed = false, constant = false, stored = true;
    NodeId root = -1;
    int step = -1;    // −1: before all steps
    int member = -1;  // in a fused step
  };
  const spec::Node& node(NodeId id) const { return plan_->graph.node(id); }
  DType dtype() const { return plan_->options.dtype; }
  Info& info(NodeId id) { return info_[static_cast<std::size_t>(id)]; }
  const Info& info(NodeId id) const { return info_[static_cast<std::size_t>(id)]; }

  Result<void> mark_needed() {
    std::vector<NodeId> roots = plan_->graph.outputs();
    roots.insert(roots.end(), plan_->options.wanted.begin(), plan_->options.wanted.end());
    for (NodeId id : roots) {
      if (id < 0 || id >= plan_->graph.size())
        return spec::fail("found node ", id, ", expected one of the ", plan_->graph.size(), " of this graph");
      if (node(id).extent >= 0) return spec::fail("node ", id, ": found an index leaf, expected one that has a value");
      info(id).needed = plan_->kept[static_cast<std::size_t>(id)] = true;
    }
    if (plan_->options.keep == Keep::all)
      for (NodeId id = 0; id < plan_->graph.size(); ++id)
        info(id).needed = plan_->kept[static_cast<std::size_t>(id)] = node(id).extent < 0;
    for (NodeId id = plan_->graph.size(); id-- > 0;) {
      if (!info(id).needed) continue;
      Reads reads = reads_of(plan_->graph, id, table_, plan_->options.device, dtype());
      for (NodeId i : reads.transposed.empty() ? node(id).inputs : reads.nodes) info(i).needed = true;
      if (!reads.transposed.empty()) reads_.emplace(id, std::move(reads));
    }
    return {};
  }
  // What the node's kernel reads.
  const std::vector<NodeId>& inputs(NodeId id) const {
    if (reads_.empty()) return node(id).inputs;
    const auto at = reads_.find(id);
    return at == reads_.end() ? node(id).inputs : at->second.nodes;
  }

  std::vector<bool> transposed(NodeId id) const {
    const auto at = reads_.find(id);
    return at == reads_.end() ? std::vector<bool>{} : at->second.transposed;
  }

  void add_leaf(NodeId id) {
    info(id).root = id;
    plan_->places[static_cast<std::size_t>(id)] = {Place::Kind::leaf, plan_->leaves.size()};
    plan_->leaf_of[id] = plan_->leaves.size();
    plan_->leaves.push_back({id, {}, nullptr, info(id).needed, {}});
  }

  // The nodes that read a value and none that is newer, the last one first: near in the graph, near in memory.
  struct Known {
    NodeId first = -1, next = -1;  // its readers; the reader before it
    std::uint32_t hash = 0;        // of its op and inputs
  };
  static constexpr int most_alike = 16;  // that are compared
  // An earlier node of the same op on the same values, or −1; then this one is remembered.
  NodeId twin(NodeId id) {
    NodeId newest = -1;
    std::size_t hash = std::hash<std::string_view>{}(node(id).op.name());
    for (const NodeId i : inputs(id)) {
      const NodeId root = info(i).root;
      hash = (hash ^ static_cast<std::size_t>(root)) * 0x9e3779b97f4a7c15u, hash ^= hash >> 29;
      newest = std::max(newest, root);
    }
    const auto known = [&](NodeId of) -> Known& { return known_[static_cast<std::size_t>(of + 1)]; };
    Known& mine = known(id);
    mine.hash = static_cast<std::uint32_t>(hash >> 32), mine.next = known(newest).first;
    NodeId there = mine.next;
    for (int probe = 0; probe < most_alike && there >= 0; ++probe, there = known(there).next)
      if (known(there).hash == mine.hash && alike(there, id)) return there;
    known(newest).first = id;
    return -1;
  }
  // Equal attributes may differ in the sign of a zero.
  bool alike(NodeId a, NodeId b) const {
    const spec::Op &f = node(a).op, &g = node(b).op;
    const auto &x = inputs(a), &y = inputs(b);
    bool same = f == g && (&*f == &*g || f->attributes() == g->attributes()) && node(a).shape == node(b).shape &&
                x.size() == y.size();
    for (std::size_t i = 0; same && i < x.size(); ++i)
      same = info(x[i]).root == info(y[i]).root && node(x[i]).shape == node(y[i]).shape;
    return same && (reads_.empty() || transposed(a) == transposed(b));
  }

  // In a list that is kept: copies of small shapes into it allocate nothing.
  const Shapes& shapes_of_inputs(NodeId id) {
    shapes_.resize(node(id).inputs.size());
    for (std::size_t i = 0; i < shapes_.size(); ++i) shapes_[i] = node(node(id).inputs[i]).shape;
    return shapes_;
  }

  void add_op(NodeId id) {
    const Shapes& in = shapes_of_inputs(id);
    const Kernel& kernel = table_.find(node(id).op, in, plan_->options.device, dtype());
    plan_->nodes[static_cast<std::size_t>(id)].kernel = &kernel;
    if (const NodeId same = twin(id); same >= 0) {
      info(id).root = info(same).root, info(id).step = info(same).step, info(id).constant = info(same).constant;
      return;
    }
    BoundKernel bound;
    if (node(id).shape.size() == 0)
      bound.run = [](const KernelArgs&) {};  // no elements to compute: other extents may be huge beside a 0
    else
      bound = kernel.bind(node(id).op, in, node(id).shape);
    Info& mine = info(id);
    mine.root = id;
    mine.constant = true;
    for (NodeId i : inputs(id)) {
      mine.step = std::max(mine.step, info(i).step);
      mine.constant = mine.constant && info(i).constant;
    }
    if (bound.alias) {
      mine.root = info(node(id).inputs[0]).root;
      mine.step = info(node(id).inputs[0]).step;
      return;
    }
    if (bound.block && !mine.constant && plan_->options.fuse && joins(id))
      return add_member(id, std::move(bound.block));
    auto& list = mine.constant ? plan_->constants : plan_->steps;
    Step step;
    step.node = id;
    mine.step = mine.constant ? -1 : static_cast<int>(list.size());
    if (bound.block) step.fused = std::make_unique<Fused>(node(id).shape, dtype());
    else step.bound = std::move(bound);
    if (step.bound.trace.bytes > 0) share_trace(step, mine.constant);
    list.push_back(std::move(step));
    if (list.back().fused) add_member(id, std::move(bound.block), list.back());
    else bind_views(id, list.back());
  }

  // A chain runs where its first member stands. A node may join the chain of its latest input: all its other inputs
  // are ready before.
  bool joins(NodeId id) {
    const int at = info(id).step;
    if (at < 0) return false;
    const Step& step = plan_->steps[static_cast<std::size_t>(at)];
    if (!step.fused || step.fused->full() || step.fused->shape() != node(id).shape) return false;
    return std::ranges::all_of(node(id).inputs,
                               [&](NodeId i) { return info(i).step < at || node(i).shape == node(id).shape; });
  }

  void add_member(NodeId id, Block block) {
    add_member(id, std::move(block), plan_->steps[static_cast<std::size_t>(info(id).step)]);
  }
  void add_member(NodeId id, Block block, Step& step) {
    sources_.clear();
    for (NodeId i : node(id).inputs) {
      const Info& from = info(info(i).root);
      const bool inside = !step.members.empty() && from.member >= 0 && from.step == info(id).step && !from.constant;
      if (inside) {
        sources_.push_back({from.member, -1});
      } else {
        sources_.push_back({-1, step.fused->add_operand(node(i).shape)});
        step.operands.push_back(i);
      }
    }
    info(id).member = step.fused->add_member(std::move(block), sources_);
    info(id).stored = info(id).constant;
    step.members.push_back(id);
  }

  // Constants run before all steps, each with a trace of its own.
  void share_trace(Step& step, bool constant) {
    const Trace& trace = step.bound.trace;
    std::string key = spec::concat(trace.name, '/', trace.bytes);
    for (std::size_t i : trace.inputs) key += spec::concat('/', info(inputs(step.node)[i]).root);
    const int now = static_cast<int>(plan_->steps.size());
    if (!constant) {
      const auto [at, fresh] = trace_of_.emplace(std::move(key), plan_->traces.size());
      step.trace = static_cast<int>(at->second), step.traced = !fresh;
      if (!fresh) return void(plan_->traces[at->second].last = now);
    } else {
      step.trace = static_cast<int>(plan_->traces.size());
    }
    traces_.push_back(plan_->traces.size());
    plan_->traces.push_back({trace.bytes, 0, constant ? 0 : now, constant ? 0 : now});
  }

  void bind_views(NodeId id, Step& step) {
    for (NodeId i : node(id).inputs)
      step.in.push_back({nullptr, node(i).shape, node(i).extent >= 0 ? DType::i64 : dtype()});
    step.operands = inputs(id);
    if (const auto at = reads_.find(id); at != reads_.end())
      for (std::size_t i = 0; i < step.in.size(); ++i) step.in[i].transposed = at->second.transposed[i];
    step.out = {nullptr, node(id).shape, dtype()};
  }

  // A member of a chain gets a buffer when anyone outside reads it.
  void store_what_is_read() {
    last_.assign(size_, -1);
    const int end = static_cast<int>(plan_->steps.size());
    for (NodeId id = 0; id < plan_->graph.size(); ++id) {
      Info& mine = info(id);
      if (plan_->kept[static_cast<std::size_t>(id)]) read(mine.root, end, /*outside=*/true);
      if (!mine.needed || node(id).leaf != spec::Leaf::none || mine.root != id) continue;
      for (NodeId i : inputs(id)) {
        const Info& from = info(info(i).root);
        const bool inside = mine.member >= 0 && from.member >= 0 && from.step == mine.step && !from.constant;
        read(info(i).root, mine.step, !inside);
      }
    }
    for (auto* list : {&plan_->constants, &plan_->steps})
      for (Step& step : *list) {
        if (!step.fused) continue;
        for (std::size_t m = 0; m < step.members.size(); ++m)
          if (info(step.members[m]).stored) step.fused->store(static_cast<int>(m));
        step.fused->plan();
      }
  }
  void read(NodeId root, int step, bool outside) {
    int& last = last_[static_cast<std::size_t>(root)];
    last = std::max(last, step);
    if (outside) info(root).stored = true;
  }

  // The buffers of the arena, by ascending first step, and where each of their offsets goes.
  struct Buffers {
    std::vector<Lifetime> lifetimes;
    std::vector<std::size_t*> offsets;
    void add(std::size_t bytes, int first, int last, std::size_t* offset) {
      lifetimes.push_back({bytes, first, last}), offsets.push_back(offset);
    }
  };

  void place() {
    std::size_t constant_bytes = 0;
    const std::size_t off = static_cast<std::size_t>(plan_->options.misalign) * size_of(dtype());
    for (Step& step : plan_->constants) {
      plan_->places[static_cast<std::size_t>(step.node)] = {Place::Kind::constant, constant_bytes + off};
      constant_bytes += aligned(bytes_of(step.node) + off);
    }
    const Buffers buffers = buffers_of_steps(off);
    const Layout layout = lay_out(buffers.lifetimes);
    for (std::size_t b = 0; b < buffers.offsets.size(); ++b) {
      const std::size_t bytes = buffers.lifetimes[b].bytes, used = bytes - guard_bytes();
      *buffers.offsets[b] += layout.offsets[b];
      if (plan_->options.guards) plan_->guards.push_back({layout.offsets[b] + used, aligned(bytes) - used});
    }
    for (NodeId id = 0; id < plan_->graph.size(); ++id)
      if (info(id).needed && info(id).root != id)
        plan_->places[static_cast<std::size_t>(id)] = plan_->places[static_cast<std::size_t>(info(id).root)];
    plan_->arena = Buffer(layout.bytes + (layout.bytes > 0 ? 0 : alignment));
    plan_->constant_memory = Buffer(constant_bytes + alignment);
  }

  Buffers buffers_of_steps(std::size_t off) {
    Buffers buffers;
    const int end = static_cast<int>(plan_->steps.size());
    const auto until = [&](int last) { return plan_->options.guards ? end : last; };
    std::ranges::stable_sort(traces_, {}, [&](std::size_t t) { return plan_->traces[t].first; });
    auto trace = traces_.begin();
    const auto store = [&](NodeId id, int s) {
      Place& place = plan_->places[static_cast<std::size_t>(id)];
      place = {info(id).stored ? Place::Kind::arena : Place::Kind::block, off};
      if (info(id).stored)
        buffers.add(bytes_of(id) + off + guard_bytes(), s, until(std::max(s, last_[static_cast<std::size_t>(id)])),
                    &place.at);
    };
    for (int s = 0; s <= end; ++s) {
      for (; trace != traces_.end() && plan_->traces[*trace].first <= s; ++trace) {
        TracePlan& t = plan_->traces[*trace];
        buffers.add(t.bytes + guard_bytes(), s, until(t.last), &t.at);
      }
      if (s == end) break;
      const Step& step = plan_->steps[static_cast<std::size_t>(s)];
      if (!step.fused) store(step.node, s);
      for (NodeId id : step.members) store(id, s);
    }
    return buffers;
  }
  std::size_t bytes_of(NodeId id) const { return static_cast<std::size_t>(node(id).shape.size()) * size_of(dtype()); }
  std::size_t guard_bytes() const { return plan_->options.guards ? 2 * alignment : 0; }

  // An index leaf's first reader names it in errors; an ignored index holds if every reader has the same.
  void note_index_uses() {
    if (std::ranges::none_of(plan_->leaves, [&](const LeafData& leaf) { return node(leaf.node).extent >= 0; })) return;
    for (NodeId id = 0; id < plan_->graph.size(); ++id) {
      if (!info(id).needed) continue;
      for (NodeId i : node(id).inputs) {
        if (node(i).extent < 0) continue;
        IndexUse& use = plan_->leaves[plan_->leaf_of.at(i)].use;
        const IndexUse mine = use_of(node(id).op);
        if (use.op.empty()) use = mine;
        else if (use.ignored != mine.ignored) use.ignored.reset();
      }
    }
  }

  void finish() {
    note_index_uses();
    for (NodeId id = 0; id < plan_->graph.size(); ++id) plan_->nodes[static_cast<std::size_t>(id)].step = info(id).step;
    for (const auto* list : {&plan_->constants, &plan_->steps})
      for (const Step& step : *list) {
        plan_->shared_scratch = std::max(plan_->shared_scratch, aligned(step.scratch()));
        plan_->local_scratch = std::max(plan_->local_scratch, aligned(step.local_scratch()));
      }
    const auto threads = static_cast<std::size_t>(plan_->workers->threads());
    plan_->scratch = Buffer(plan_->shared_scratch + threads * plan_->local_scratch + alignment);
    plan_->resolve(plan_->constants);
    for (const Step& step : plan_->constants) plan_->run(step);
  }

  const KernelTable& table_;
  std::unique_ptr<Program::Plan> plan_;
  std::size_t size_;
  std::vector<Info> info_;
  std::vector<int> last_;
  std::unordered_map<NodeId, Reads> reads_;
  Shapes shapes_;                        // of one node's inputs
  std::vector<Fused::Source> sources_;  // of one member
  std::vector<Known> known_;  // of each node, after that of the nodes without inputs
  std::unordered_map<std::string, std::size_t> trace_of_;
  std::vector<std::size_t> traces_;  // of the plan, by their first steps
};

Result<Program> compile(spec::Graph graph, Kernels kernels, const PlanOptions& options) {
  if (auto ok = check_device("compile", options.device); !ok) return tl::unexpected(ok.error());
  return Planner(std::move(graph), kernels, options).plan();
}

}  // namespace plumbline::runtime
