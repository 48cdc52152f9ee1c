// All planted bugs.
#include "crosscheck/mutants/mutant.h"

namespace plumbline::crosscheck {

namespace {

Mutant planted(std::string_view op, std::string_view name, std::string_view bug, Stage stage) {
  Mutant m;
  m.name = spec::concat(op, '/', name), m.op = op, m.bug = bug, m.stage = stage;
  return m;
}

}  // namespace

Mutant kernel_mutant(std::string_view op, std::string_view name, std::string_view bug, KernelBug kernel, Stage stage) {
  Mutant m = planted(op, name, bug, stage);
  m.kernel = std::move(kernel);
  return m;
}

Mutant backward_mutant(std::string_view op, std::string_view name, std::string_view bug, BackwardBug backward) {
  Mutant m = planted(op, name, bug, Stage::backward);
  m.backward = std::move(backward);
  return m;
}

std::vector<Mutant> all_mutants() {
  std::vector<Mutant> list;
  for (const auto add : {add_output_bugs, add_elementwise_bugs, add_function_bugs, add_activation_bugs,
                         add_reduction_bugs, add_moment_bugs, add_linear_bugs, add_window_bugs, add_movement_bugs,
                         add_loss_bugs, add_cotangent_bugs, add_backward_bugs, add_gradient_kernel_bugs,
                         add_norm_bugs, add_sequence_bugs, add_attention_bugs, add_init_bugs, add_init_scheme_bugs,
                         add_optim_bugs, add_step_bugs, add_schedule_bugs, add_layer_bugs,
                         add_graphspec_bugs, add_dtype_bugs})
    add(list);
  return list;
}

}  // namespace plumbline::crosscheck
