// Program: a graph planned once and run many times; static shapes, one arena, kernels bound, nothing allocated per run.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/core/buffer.h"
#include "runtime/core/fused.h"
#include "runtime/core/kernels.h"
#include "spec/graph/graph.h"

namespace plumbline::runtime {

using spec::NodeId;
using spec::Result;

enum class Keep : std::uint8_t { outputs, all };

struct PlanOptions {
  int threads = 1;
  Keep keep = Keep::outputs;        // whose values can be read after a run; the bits are the same
  std::vector<NodeId> wanted = {};  // kept beside the graph's outputs
  bool fuse = true;
  Device device = Device::cpu;
  DType dtype = DType::f32;         // of every real tensor; index leaves are i64
  int misalign = 0;                 // elements by which the program's own buffers are moved off their alignment
  bool guards = false;              // buffers are not reused and each is followed by a guard that nobody may write
  std::shared_ptr<Workers> workers = nullptr;  // shared with others that run at other times; null: an own pool
};

// Which kernel computes a node.
struct NodePlan {
  const Kernel* kernel = nullptr;  // null for a leaf and for a node that no output needs
  int step = -1;                   // nodes of the same step are fused
};

// Results are the same bits for any number of threads, fused or not, and equal to the Session's. One thread at a time
// may use a program.
class Program {
 public:
  ~Program();
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;

  // The leaf of a name; nullopt if there is none.
  std::optional<NodeId> leaf(std::string_view name) const;
  // Copies the data of a leaf into the program's own buffer; an error if the number of elements or the dtype differs.
  Result<void> set(NodeId leaf, Elements data);
  // Reads a leaf from the caller's memory at each run, without copying; it must live as long, and is aligned to its
  // elements only. The errors of `set`.
  template <std::ranges::contiguous_range R>
    requires std::ranges::borrowed_range<R> && Element<std::ranges::range_value_t<R>>
  Result<void> bind(NodeId leaf, R&& data) {
    return bind(leaf, dtype_of<std::ranges::range_value_t<R>>, std::ranges::data(data), std::ranges::size(data));
  }
  Result<void> bind(NodeId leaf, DType dtype, const void* data, std::size_t count);

  // An error if a leaf has no data or an index is out of range: `input i: index 12 at element 3 is outside [0, 10)`.
  Result<void> run();
  // The same, and adds the seconds that each step took to `seconds`, which has an entry for each.
  Result<void> run(std::span<double> seconds);
  // The value of an output, a wanted node, or any node under Keep::all, after a run and until the next. T is the type
  // of the program's dtype.
  template <Element T = float>
  std::span<const T> value(NodeId node) const {
    const auto* data = static_cast<const T*>(address(node, dtype_of<T>));
    return {data, static_cast<std::size_t>(graph().node(node).shape.size())};
  }
  bool has_value(NodeId node) const;  // false for what is no node of the graph
  DType dtype() const;

  const spec::Graph& graph() const;
  const NodePlan& node(NodeId id) const;  // of the graph
  int steps() const;                  // that a run takes
  std::size_t arena_bytes() const;
  Workers& workers() const;

  // Fills the arena and all scratch with a pattern; a run must not depend on it.
  void poison(std::uint32_t pattern);
  // With guards: nothing was written between the buffers since `poison`.
  bool guards_intact() const;

 private:
  friend class Planner;
  struct Plan;
  explicit Program(std::unique_ptr<Plan> plan);
  const void* address(NodeId node, DType dtype) const;
  std::unique_ptr<Plan> plan_;
};

// O(nodes log nodes), no recursion. Errors: an output is an index leaf, a wanted node is none of the graph, a device
// without kernels.
Result<Program> compile(spec::Graph graph, Kernels kernels = {}, const PlanOptions& options = {});

}  // namespace plumbline::runtime
