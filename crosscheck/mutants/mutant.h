// Planted bugs: wrong kernels, gradients, initialisers and optimisers that the laws must catch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "crosscheck/laws/init_law.h"
#include "crosscheck/laws/optim_law.h"
#include "crosscheck/subjects/subject.h"
#include "spec/eval/exact.h"

namespace plumbline::crosscheck {

// One call of a kernel, as a planted bug sees it.
struct KernelCall {
  const spec::Catalogue& catalogue;
  const spec::Op& op;
  const std::vector<Values>& in;
  const Values& right;                 // the correct output
  const RunOptions& options;
  const Values& before;                // the correct output of the call before this one, of any shape
  // The correct kernel on something else.
  std::function<Values(const spec::Op&, const std::vector<Values>&)> compute;

  // The op with one attribute changed; the op itself if it refuses.
  spec::Op with(std::string_view attribute, const std::string& value) const;
  std::string attribute(std::string_view name) const;
  spec::Index integer(std::string_view name) const;
  spec::Axes list(std::string_view name) const;
};

// One backward pass of an op: the correct cotangents of its differentiable inputs, to be spoilt.
struct BackwardCall {
  const spec::Op& op;
  const std::vector<Values>& in;
  const Values& ct;
  const std::vector<std::size_t>& leaves;  // which input each cotangent belongs to
};

enum class Stage : std::uint8_t { forward, backward, initialiser, optimiser };

struct Mutant {
  std::string name;  // `softmax/wrong_axis`
  std::string op;    // where it is planted: an op, an initialiser or an optimiser
  Stage stage;
  std::string bug;   // in words
  std::function<Values(const KernelCall&)> kernel;
  std::function<void(const BackwardCall&, std::vector<Values>&)> backward;
  std::shared_ptr<InitSubject> init;
  std::shared_ptr<OptimSubject> optim;
  bool modifies_inputs = false, overwrites_padding = false;
};

// Every planted bug, by op.
std::vector<Mutant> all_mutants();

// The pieces of that list.
void add_output_bugs(std::vector<Mutant>& list);        // what any kernel can do wrong with its output
void add_reduction_bugs(std::vector<Mutant>& list);     // sums, means, softmax, normalisation
void add_elementwise_bugs(std::vector<Mutant>& list);
void add_linear_bugs(std::vector<Mutant>& list);        // products, convolutions, pools
void add_movement_bugs(std::vector<Mutant>& list);      // shapes, indices, masks, losses
void add_backward_bugs(std::vector<Mutant>& list);
void add_init_bugs(std::vector<Mutant>& list);
void add_optim_bugs(std::vector<Mutant>& list);

// The CPU runtime with one bug planted in the kernel or the gradient of an op.
std::unique_ptr<Subject> mutated(std::shared_ptr<Subject> base, const Mutant& mutant, std::shared_ptr<const spec::Catalogue> catalogue);

// What became of one planted bug.
struct Kill {
  Mutant mutant;
  bool killed = false;
  std::string law;        // that caught it
  std::uint64_t cases = 0;  // until then
  std::string reason;     // why it survived, where that is known
};

struct MutantOptions {
  std::uint64_t seed = 1, cases = 20;  // cases for each law
  int jobs = 1;
  std::string op = "*", name = "*";    // globs
  const std::atomic<bool>* stop = nullptr;
};
// Plants each bug and checks it with the laws of the quick suite until one catches it. In the order of all_mutants().
std::vector<Kill> run_mutants(const MutantOptions& options);

// The table, the survivors, and the last line `N planted  N killed  N survived`.
std::string mutant_report(const std::vector<Kill>& kills);

}  // namespace plumbline::crosscheck
