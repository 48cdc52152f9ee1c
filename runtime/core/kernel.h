// Kernel: an optimised implementation of an op for a device and a dtype, with its claims; and the table of them.
//
// A kernel is written once for float and double and registered in one line:
//   table.add(elementwise<1>("neg", [](auto x) { return -x; }));                   // runtime/cpu/elementwise.h
//   table.add("gather", "gather.copy", claims(spec::Order::left), bind<float>, bind<double>);
// where `template <class T> BoundKernel bind(const spec::Op&, const Shapes& in, const Shape& out)` reads its operands
// as `args.in[0].as<T>()`. The claims are those of float32: in float64 their formats become binary64, and the ulps of
// all elementary functions those of math::f(double). f16 and bf16 follow of themselves: `add` wraps every float32
// kernel into 16-bit storage (runtime/core/storage.h).
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/view.h"
#include "runtime/core/workers.h"
#include "spec/graph/op.h"
#include "spec/lang/claims.h"

namespace plumbline::runtime {

// What a bound kernel gets at each call. Shapes and dtypes are those it was bound to. The output's old contents are
// never read and all of it is written; `scratch` has the asked-for bytes, aligned, with any contents.
struct KernelArgs {
  std::span<const View> in;
  const View& out;
  std::byte* scratch;
  Workers& workers;
  std::byte* local_scratch = nullptr;
  std::size_t local_bytes = 0;
  std::byte* trace = nullptr;  // the bytes of BoundKernel::trace, aligned
  bool traced = false;         // they hold it already, from an earlier step of this run

  // The scratch that the workers share, and the one that a worker has for itself while it runs a part.
  template <class T = float>
  T* shared() const {
    return reinterpret_cast<T*>(scratch);
  }
  template <class T = float>
  T* local(int worker) const {
    return reinterpret_cast<T*>(local_scratch + static_cast<std::size_t>(worker) * local_bytes);
  }
};

// out[i] = f(in[0][i], in[1][i], …) for i < n, elements of the kernel's dtype. The same bits wherever the run begins
// and however long it is; `out` may be one of the inputs.
using Block = std::function<void(const void* const* in, void* out, Index n)>;

// What a kernel computes on its way from some of its inputs, and others need as well: the gates of an lstm for its
// gradient. Steps whose traces agree in name, bytes and the nodes of their inputs share it, and the first computes it.
struct Trace {
  std::string name;                 // says all that it depends on beside these inputs
  std::size_t bytes = 0;            // 0: there is none
  std::vector<std::size_t> inputs;  // the kernel's inputs that it depends on, in an order that the name implies
};

// A kernel bound to an op with attributes and to shapes. Exactly one of `run` and `block` is set, or `alias`.
struct BoundKernel {
  std::function<void(const KernelArgs&)> run;  // does not allocate, unless the kernel is a fallback
  Block block;                                 // elementwise: operands broadcast to the output's shape; fusable
  bool alias = false;                          // the output is input 0 under another shape: nothing runs
  std::size_t scratch = 0;                     // bytes, for all workers together
  std::size_t local_scratch = 0;               // bytes for each worker
  Trace trace = {};
};

using Bind = std::function<BoundKernel(const spec::Op&, const Shapes& in, const Shape& out)>;
using Supports = std::function<bool(const spec::Op&, const Shapes& in)>;

// One row of the table. `bind` is called once for each node of a plan and may allocate and precompute; shapes are
// valid for the op, extents of 0 included.
struct Kernel {
  std::string op;
  std::string name;  // "softmax.simd"
  Device device = Device::cpu;
  DType dtype = DType::f32;
  spec::Claims claims;
  bool fallback = false;  // reads the op's own definition: no independent evidence
  Supports supports;  // empty: every case
  Bind bind;
  bool reads_transposed = false;  // it heeds View::transposed, and then gets matrices before they are permuted
};

// Kernels by op. The one added last is asked first; where none supports a case on the cpu, the op's definition is read.
// A kernel stays where it is while others are added. Move no table that programs use.
class KernelTable {
 public:
  // Every kernel of runtime/cpu.
  static KernelTable builtin();

  // With a float32 kernel come its 16-bit storages.
  void add(Kernel kernel);
  void add(std::vector<Kernel> kernels);
  // A kernel in float32 and one in float64, with the claims of float32.
  void add(std::string op, std::string name, spec::Claims claims, Bind f32, Bind f64, Supports supports = {});
  const Kernel& find(const spec::Op& op, const Shapes& in, Device device = Device::cpu, DType dtype = DType::f32) const;
  std::vector<const Kernel*> kernels() const;  // in alphabetical order of the op
  // The kernels of one op, the one asked first in front; empty if it only has the fallback.
  std::vector<const Kernel*> kernels(std::string_view op) const;
  const Kernel& fallback(DType dtype = DType::f32) const { return fallbacks_[static_cast<std::size_t>(dtype)]; }

 private:
  std::map<std::string, std::deque<Kernel>, std::less<>> kernels_;
  std::vector<Kernel> fallbacks_ = read_definitions();  // by dtype
  static std::vector<Kernel> read_definitions();
};

// `[compile] found device cuda, expected cpu: this build has no CUDA kernels`
spec::Result<void> check_device(std::string_view place, Device found);

// Claims of a kernel that keeps every product and sum separate, has no elementary functions, and sums `order`.
spec::Claims claims(spec::Order order = spec::Order::any, Index lanes = 1);

// The same claims of the same code in float64: all formats binary64, all functions those of math::f(double).
spec::Claims in_float64(spec::Claims claims);
// The format of a real dtype.
spec::Format format_of(DType dtype);

}  // namespace plumbline::runtime
