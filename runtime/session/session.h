// Session: ops run at once, through the same kernels as a Program, and are recorded for the way back.
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/core/buffer.h"
#include "runtime/core/kernels.h"
#include "spec/graph/graph.h"

namespace plumbline::runtime {

using spec::NodeId;
using spec::Var;

struct SessionOptions {
  int threads = 1;
  Device device = Device::cpu;
  DType dtype = DType::f32;   // of every real value; indices are i64
  int misalign = 0;           // elements by which values are moved off their alignment
  std::uint32_t poison = 0;   // what buffers and scratch hold before a kernel runs; 0: anything
  std::shared_ptr<Workers> workers = nullptr;  // shared with others that run at other times; null: an own pool
};

// Values are the bits that the compiled graph gives. A user's mistake (shapes, indices) is thrown as spec::Error and
// leaves the session as it was: so are a Var of another graph, and a device without kernels.
class Session {
 public:
  explicit Session(Kernels kernels = {}, const SessionOptions& options = {});

  // Data of the session's dtype, copied.
  Var input(std::string name, Shape shape, Elements data);
  Var input(std::string name, Shape shape, Index extent, std::span<const std::int64_t> data);
  Var param(std::string name, Shape shape, Elements data);

  // Runs the op now and records it.
  Var apply(const spec::Op& op, const std::vector<Var>& in);
  template <class O>
  Var apply(const O& definition, const std::vector<Var>& in) {
    return apply(spec::make_op(definition), in);
  }
  // The elements of a node; valid as long as the session. Nodes that were recorded on the graph by other means (the
  // ops' own functions, derivative rules) are run first; a leaf that was, and has elements, has no data: an error.
  template <Element T = float>
  std::span<const T> value(Var v) {
    const View x = view(v, dtype_of<T>);
    return {x.as<const T>(), static_cast<std::size_t>(x.size())};
  }

  // The gradients of Σ loss with respect to `wrt`, recorded and run; a Var with id −1 where no path leads.
  std::vector<Var> backward(Var loss, const std::vector<Var>& wrt);
  // With respect to every param, in order.
  std::vector<Var> backward(Var loss);

  spec::Graph& graph() { return *graph_; }
  const Kernel* kernel(NodeId id) const;  // of a node that was run; null for a leaf
  // With misaligned or poisoned buffers: nothing was written behind a value.
  bool guards_intact() const;

 private:
  struct Value {
    std::shared_ptr<Buffer> buffer;  // shared by aliases
    void* data = nullptr;
    const Kernel* kernel = nullptr;
  };
  View view(Var v, DType dtype);
  void run_recorded();
  Value run(NodeId id);
  Value allocate(std::size_t bytes);
  Value stored(Elements data);
  void check_own(std::string_view place, const std::vector<Var>& in) const;

  Kernels kernels_;
  SessionOptions options_;
  std::shared_ptr<Workers> workers_;
  std::unique_ptr<spec::Graph> graph_;
  std::vector<Value> values_;
  Buffer scratch_;
};

}  // namespace plumbline::runtime
