// ScalarModule: a ScalarModuleDef in float or double: parameters of its own, loss, gradients, steps; eager or compiled.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "runtime/core/any_tensor.h"
#include "runtime/core/program.h"
#include "runtime/init/runtime_init.h"
#include "runtime/optim/optimiser.h"
#include "runtime/session/session.h"
#include "runtime/train/running_state.h"

namespace plumbline::runtime {

// eager: a session records the loss anew at each call; compiled: planned once, at the first. The bits are the same.
enum class Backend : std::uint8_t { eager, compiled };

struct ModuleOptions {
  Backend backend = Backend::eager;
  int threads = 1;
  Device device = Device::cpu;
};

// T is float or double. Inputs are tensors of T, or of std::int64_t where the module reads indices. Errors are values:
// what does not fit is named with what was expected, and nothing has changed.
template <class T>
class ScalarModule {
 public:
  using Inputs = std::vector<AnyTensor>;
  using Samples = std::span<const Inputs>;
  using Cast = std::function<T(double)>;
  using Log = std::function<void(Index step, T loss)>;

  // Initial values: those of the definition, the nearest T; cast by `cast`; by a plan for its parameters; by a list
  // that is checked into one.
  static Result<ScalarModule> create(const spec::ScalarModuleDef& def, Kernels kernels,
                                     const ModuleOptions& options = {});
  static Result<ScalarModule> instantiate(const spec::ScalarModuleDef& def, const Cast& cast,
                                          Kernels kernels, const ModuleOptions& options = {});
  static Result<ScalarModule> with_plan(const spec::ScalarModuleDef& def, const runtime_init::Plan& plan,
                                        Kernels kernels, const ModuleOptions& options = {});
  static Result<ScalarModule> with_initialisers(const spec::ScalarModuleDef& def,
                                                const std::vector<runtime_init::FloatInit>& schemes,
                                                Kernels kernels, const ModuleOptions& options = {});

  const spec::ScalarModuleDef& definition() const { return def_; }
  const std::vector<Parameter<T>>& parameters() const { return parameters_; }
  const std::vector<Parameter<T>>& states() const { return states_; }
  Index steps() const { return steps_; }  // taken so far
  TensorList<T> params() const;
  Result<void> set_params(const TensorList<T>& values);

  // The loss; nothing changes.
  Result<T> forward(const Inputs& xs);
  // The gradient of each parameter; zeros where it does not learn.
  Result<TensorList<T>> backward(const Inputs& xs);
  // p − lr·g for each parameter that learns, and the running state that this very run computed; the loss before it.
  // An error, and no step, where the loss or a gradient is not finite.
  Result<T> step(T lr, const Inputs& xs);
  // Moments for the parameters that learn; a step by them.
  Result<OptimiserState> init_optim(const spec::Optimiser& optimiser) const;
  Result<T> step_with(OptimiserState& optim, const Inputs& xs);

  // `steps` steps over the samples, which come round again.
  Result<void> train_sgd(T lr, Index steps, Samples samples, const Log& log = {});
  Result<void> train_with(OptimiserState& optim, Index steps, Samples samples, const Log& log = {});
  // The mean of the losses, summed in double from left to right.
  Result<T> mean_loss(Samples samples);

 private:
  ScalarModule(const spec::ScalarModuleDef& def, Kernels kernels, const ModuleOptions& options);
  // Values of nodes of the last evaluation.
  struct Evaluation {
    T loss = 0;
    std::vector<const T*> gradients, next_states;  // null: zero; unchanged
  };
  static Result<ScalarModule> bare(const spec::ScalarModuleDef& def, Kernels kernels,
                                   const ModuleOptions& options);
  Result<void> check_inputs(const Inputs& xs) const;
  Result<Evaluation> evaluate(const Inputs& xs);
  Result<Program*> program(bool gradients);
  Result<std::function<const T*(spec::NodeId)>> run_compiled(const Inputs& xs, bool gradients);
  Result<std::function<const T*(spec::NodeId)>> run_eager(const Inputs& xs, bool gradients);
  std::vector<spec::Var> replay(Session& session, const Inputs& xs);
  Result<std::function<const T*(spec::NodeId)>> run(const Inputs& xs, bool gradients);
  Result<void> check_finite(const Evaluation& e, const Inputs& xs) const;
  void advance(const Evaluation& e);
  template <class Step>
  Result<void> train(Index steps, Samples samples, const Log& log, Step&& one);

  spec::ScalarModuleDef def_;
  spec::ModuleGradients with_gradients_;
  Kernels kernels_;
  ModuleOptions options_;
  std::shared_ptr<Workers> workers_;
  std::vector<Parameter<T>> parameters_, states_;
  std::unique_ptr<Index> counter_;  // where programs read the number of steps
  Index steps_ = 0;
  std::optional<Program> forward_, backward_;
  std::unique_ptr<Session> session_;
};

extern template class ScalarModule<float>;
extern template class ScalarModule<double>;

}  // namespace plumbline::runtime
