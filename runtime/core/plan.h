// What a plan holds: private to planning (planner.cpp) and running (program.cpp).
#pragma once

#include <unordered_map>

#include "runtime/core/program.h"

namespace plumbline::runtime {

// Where the elements of a node live.
struct Place {
  enum class Kind : std::uint8_t { nowhere, leaf, constant, arena, block };  // block: only within a fused step
  Kind kind = Kind::nowhere;
  std::size_t at = 0;  // leaf: its number; constant, arena: offset in bytes
};

// What a kernel reads for each of its inputs: the input itself or, where the kernel reads transposed matrices and the
// input is a matrix with its axes exchanged, the matrix before.
struct Reads {
  std::vector<NodeId> nodes;
  std::vector<bool> transposed;  // empty: none is
};
// The matrix whose two axes the node exchanges, or −1.
NodeId before_exchange(const spec::Graph& graph, NodeId id);
Reads reads_of(const spec::Graph& graph, NodeId id, const KernelTable& table, Device device, DType dtype);

// One thing to do: a kernel's run, or a fused chain.
struct Step {
  NodeId node = -1;  // the kernel's node, or the first member of the chain
  BoundKernel bound;
  std::vector<View> in;
  View out;
  std::unique_ptr<Fused> fused;
  std::vector<NodeId> operands;  // the node of each
  std::vector<NodeId> members;   // of a chain: the node of each member
  int trace = -1;                // its number in the plan
  bool traced = false;           // an earlier step has computed it

  std::size_t scratch() const { return fused ? 0 : bound.scratch; }
  std::size_t local_scratch() const { return fused ? fused->local_scratch() : bound.local_scratch; }
  void run(Workers& workers, std::byte* scratch, std::byte* local, std::size_t local_bytes,
           std::byte* trace_data) const {
    if (fused) fused->run(workers, local);
    else bound.run({in, out, scratch, workers, local, local_bytes, trace_data, traced});
  }
};

// A trace that steps share: it lives in the arena from the first of them to the last.
struct TracePlan {
  std::size_t bytes = 0, at = 0;
  int first = 0, last = 0;
};

// How the ops that read an index leaf use it, for its check.
struct IndexUse {
  std::string op;                      // one that reads it
  std::optional<Index> axis, ignored;  // the op's axis; the index that all of them ignore
};

IndexUse use_of(const spec::Op& op);

// Each index of a leaf lies in its extent, or is ignored.
Result<void> check_indices(const spec::Node& node, const IndexUse& use, const std::int64_t* index);

struct LeafData {
  NodeId node = -1;
  Buffer own;
  const void* data = nullptr;
  bool needed = true;  // by an output
  IndexUse use;
};

struct Program::Plan {
  spec::Graph graph;
  PlanOptions options;
  std::vector<NodePlan> nodes;
  std::vector<Place> places;
  std::vector<bool> kept;
  std::vector<LeafData> leaves;
  std::unordered_map<NodeId, std::size_t> leaf_of;
  std::vector<Step> constants, steps;  // constants run once
  std::vector<TracePlan> traces;
  Buffer constant_memory, arena, scratch;
  std::vector<std::pair<std::size_t, std::size_t>> guards;  // offset and bytes in the arena
  std::size_t shared_scratch = 0, local_scratch = 0;
  std::uint32_t pattern = 0;
  bool moved = true;  // addresses have to be resolved before the next run
  std::shared_ptr<Workers> workers;

  void* address(NodeId node) const;
  void resolve(std::vector<Step>& list);
  void run(const Step& step);
  Result<void> begin_run();
  Result<void> check_leaves() const;
};

}  // namespace plumbline::runtime
