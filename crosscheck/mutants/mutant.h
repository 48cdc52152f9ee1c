// Planted bugs: wrong kernels, gradients, initialisers and optimisers that the laws must catch.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crosscheck/laws/init/init_law.h"
#include "crosscheck/laws/layers/layer_law.h"
#include "crosscheck/laws/optim/optim_law.h"
#include "crosscheck/laws/optim/schedule_law.h"
#include "crosscheck/mutants/call.h"

namespace plumbline::crosscheck {

struct GraphSpecBug;

enum class Stage : std::uint8_t { forward, backward, initialisation, optimiser, schedule, layer };
inline constexpr std::array<std::string_view, 6> stage_names{"forward",   "backward", "initialisation",
                                                             "optimiser", "schedule", "layer"};

using KernelBug = std::function<Values(const KernelCall&)>;                          // the wrong output
using BackwardBug = std::function<void(const BackwardCall&, std::vector<Values>&)>;  // spoils the right cotangents

struct Mutant {
  std::string name;  // `softmax/wrong_axis`
  std::string op;    // where it is planted: an op, a layer, an initialiser, an optimiser or a schedule
  Stage stage = Stage::forward;
  std::string bug;   // in words
  KernelBug kernel;  // one of these eight, or one of the flags below
  BackwardBug backward;
  std::shared_ptr<InitSubject> init;
  std::shared_ptr<OptimSubject> optim;
  std::shared_ptr<ClipSubject> clip;
  std::shared_ptr<ScheduleSubject> schedule;
  std::shared_ptr<const LayerBug> layer;
  std::shared_ptr<const GraphSpecBug> graphspec;
  spec::Format format = spec::binary32;  // of the runtime in which it is planted
  bool modifies_inputs = false, overwrites_padding = false;
  bool unchecked = false;  // shapes, attributes and indices that do not fit are not refused
  std::string reason;  // why no law can see it, where that is proven; empty: it must be caught
};

Mutant kernel_mutant(std::string_view op, std::string_view name, std::string_view bug, KernelBug kernel,
                     Stage stage = Stage::forward);
Mutant backward_mutant(std::string_view op, std::string_view name, std::string_view bug, BackwardBug backward);

// Every planted bug, in the order of reports.
std::vector<Mutant> all_mutants();

// The pieces of that list.
void add_dtype_bugs(std::vector<Mutant>& list);        // what goes wrong in one dtype alone
void add_output_bugs(std::vector<Mutant>& list);       // what any kernel can do wrong with its output
void add_elementwise_bugs(std::vector<Mutant>& list);  // arithmetic, comparisons, selections
void add_function_bugs(std::vector<Mutant>& list);     // exp, tanh, gelu, …: approximations
void add_activation_bugs(std::vector<Mutant>& list);   // pieces, steps, two operands, and their derivatives
void add_reduction_bugs(std::vector<Mutant>& list);    // sums, means, softmax, normalisation
void add_moment_bugs(std::vector<Mutant>& list);       // extremes, products, moments, scans
void add_linear_bugs(std::vector<Mutant>& list);       // matrix products
void add_window_bugs(std::vector<Mutant>& list);       // convolutions, pools
void add_movement_bugs(std::vector<Mutant>& list);     // shapes, indices, masks
void add_loss_bugs(std::vector<Mutant>& list);
void add_cotangent_bugs(std::vector<Mutant>& list);        // what any gradient can get wrong
void add_backward_bugs(std::vector<Mutant>& list);         // derivatives of single ops
void add_gradient_kernel_bugs(std::vector<Mutant>& list);  // ops that are gradients themselves
void add_norm_bugs(std::vector<Mutant>& list);  // normalisations, running statistics, masked softmax
void add_sequence_bugs(std::vector<Mutant>& list);   // recurrent cells, scans, positions
void add_attention_bugs(std::vector<Mutant>& list);  // attention, einsum, bilinear forms
void add_init_bugs(std::vector<Mutant>& list);
void add_init_scheme_bugs(std::vector<Mutant>& list);  // normal laws with fans, cut ones, matrices
void add_optim_bugs(std::vector<Mutant>& list);
void add_step_bugs(std::vector<Mutant>& list);  // optimisers beyond sgd and adam, clipping
void add_schedule_bugs(std::vector<Mutant>& list);
void add_layer_bugs(std::vector<Mutant>& list);  // what layers record
void add_graphspec_bugs(std::vector<Mutant>& list);  // compiling and lowering models

// The base with the bug planted in the kernel or the gradient of one op. Safe to call from several threads at once.
std::unique_ptr<Subject> mutated(std::shared_ptr<Subject> base, const Mutant& mutant,
                                 std::shared_ptr<const spec::Catalogue> catalogue);

}  // namespace plumbline::crosscheck
