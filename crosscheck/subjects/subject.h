// A subject: whatever is being checked. Our runtime, a planted bug, a user's kernel.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crosscheck/sample/case.h"
#include "spec/eval/exact.h"
#include "spec/lang/claims.h"

namespace plumbline::runtime {
class KernelTable;
}

namespace plumbline::crosscheck {

// How one run is made hostile or varied. A correct subject gives the same bits for all of them.
struct RunOptions {
  int threads = 1;
  bool compiled = true;  // a planned graph; false: eager, one op after another
  int misalign = 0;      // elements by which input and output buffers are moved off their alignment
  unsigned poison = 0;   // the pattern that outputs and padding hold before the run
};

// What one run leaves behind.
struct RunResult {
  std::vector<Values> values;  // of the wanted nodes
  bool inputs_modified = false;
  bool padding_overwritten = false;
};

class Subject {
 public:
  virtual ~Subject() = default;
  virtual std::string name() const = 0;
  // Of its real data and results.
  virtual spec::Format format() const { return spec::binary32; }
  // Computes the wanted nodes of a graph from the data of its leaves. A user's mistake (shapes, indices) is an error.
  virtual spec::Result<RunResult> run(const spec::Graph& graph, const std::vector<Values>& data,
                                      const std::vector<spec::NodeId>& wanted, const RunOptions& options) = 0;
  // A graph with its reverse mode: the same as a run, unless the subject has gradients of its own.
  virtual spec::Result<RunResult> backward(const spec::GradGraph& grad, const std::vector<Values>& data,
                                           const std::vector<spec::NodeId>& wanted, const RunOptions& options) {
    return run(grad.graph, data, wanted, options);
  }
  // The claims of the kernel that computes a node, its name and whether it is a fallback to the definition.
  struct KernelInfo {
    std::string name;
    spec::Claims claims;
    bool fallback = false;
  };
  virtual KernelInfo kernel(const spec::Graph& graph, spec::NodeId node) const = 0;
  // One op outside of any graph, on tensors whose shapes need not fit: what the subject's eager interface answers.
  // extents[i] ≥ 0 marks an index input. By default a graph of one op is built and run.
  virtual spec::Result<Values> apply(const spec::Op& op, const std::vector<Values>& in,
                                     const std::vector<spec::Index>& extents);
};

// Our CPU runtime: `cpu` in binary32, cpu-f64 in binary64, cpu-f16 and cpu-bf16 in 16 bits of storage. Safe to call
// from several threads at once.
std::unique_ptr<Subject> cpu_subject(const spec::Format& format = spec::binary32);
// The same with other kernels.
std::unique_ptr<Subject> cpu_subject(runtime::KernelTable kernels, const spec::Format& format = spec::binary32);
// All of them, binary32 first.
std::vector<std::shared_ptr<Subject>> cpu_subjects();

}  // namespace plumbline::crosscheck
