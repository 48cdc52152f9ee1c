// Runner: a task whose params live: predictions, losses, gradients and steps on batches of any size, in either mode.
#pragma once

#include <memory>
#include <optional>

#include "runtime/core/tensor_list.h"
#include "runtime/data/collate.h"
#include "runtime/optim/optim.h"
#include "runtime/train/recent.h"
#include "runtime/train/task.h"
#include "runtime/train/train_step.h"
#include "runtime/train/weighing.h"

namespace plumbline::runtime::train {

struct RunnerOptions {
  std::uint64_t seed = 0;  // of initial values and dropout masks that have none of their own
  StreamScheme streams = StreamScheme::separate;
  int threads = 1;
  Index batch = 2;  // for which the first plan is made; batch norm has no statistics of one value
  Kernels kernels = {};
};

enum class Mode : std::uint8_t { train, eval };

// The type in which params of a program of T are kept.
template <Element T>
using Kept = std::conditional_t<std::same_as<T, double>, double, float>;

// Where gradients become a step.
struct LearningOptions {
  std::vector<ParameterGroup> groups = {};
  std::optional<spec::GradientClip> clip = {};
};

// The plans that a runner keeps besides its first: as many to train, as many to read, those that were used last.
inline constexpr std::size_t most_plans = 8;

// T: float, double, Half or BFloat16. One plan for each size of a batch, made when it is first met; all of them work on
// the same params, running state and moments. Data of another real dtype are cast.
// Errors name the place and what was expected, and leave everything as it was.
template <Element T = float>
class Runner {
 public:
  // Params have their initial values. The mode is train.
  static Result<Runner> create(Task task, RunnerOptions options = {});

  const Task& task() const { return task_; }
  const RunnerOptions& options() const { return options_; }
  const Weighing& weighing() const { return weighing_; }  // how the batches' losses make up that of a data set
  Mode mode() const { return mode_; }
  void set_mode(Mode mode) { mode_ = mode; }
  void train() { mode_ = Mode::train; }
  void eval() { mode_ = Mode::eval; }
  bool is_training() const { return mode_ == Mode::train; }
  // f() in eval mode; then the mode is what it was.
  template <class F>
  decltype(auto) in_eval_mode(F&& f) {
    struct Back {
      Mode& at;
      Mode was;
      ~Back() { at = was; }
    } back{mode_, mode_};
    mode_ = Mode::eval;
    return f();
  }

  // By name, in the order of the plan: all params; those that learn; the running state.
  TensorList<Kept<T>> params();
  Result<void> set_params(const TensorList<Kept<T>>& params);
  const std::vector<std::string>& param_names() const { return names_; }
  TensorList<T> buffers();
  Result<void> set_buffers(const TensorList<T>& buffers);
  Index parameter_count() const;
  bool learns(std::size_t param) const { return base().gradient_node(param) >= 0; }

  // The model's output for a batch [n, …], in the active mode.
  Result<spec::Tensor<T>> predict(const AnyTensor& x);
  // For one example, without the batch's axis.
  Result<spec::Tensor<T>> predict_one(const AnyTensor& x);
  // What leaves layer `layer` for a batch, in eval mode.
  Result<spec::Tensor<T>> activation(const AnyTensor& x, std::size_t layer);
  struct Evaluation {
    double loss = 0;
    spec::Tensor<T> output;
  };
  // Output and loss of a batch, in eval mode whatever the mode.
  Result<Evaluation> evaluate(const data::Sample& batch);

  // A new optimiser, with no steps taken. Errors: attributes, a pattern that matches no param.
  Result<void> set_optimiser(const optim::Config& config, const LearningOptions& options = {});
  OptimiserGroups& optimiser() { return base().groups(); }
  // Loss of the batch before the step, in training mode; an error, and no step, where it or a gradient is not finite.
  Result<double> step(const data::Sample& batch);
  // In parts: gradients are summed, each batch by its weight, and applied as their mean. An error if losses are sums.
  Result<double> accumulate(const data::Sample& batch);
  void apply() { base().apply(); }
  // How many batches have been trained on: what dropout sees.
  Index steps() const { return base().steps(); }
  void set_steps(Index steps) { base().set_steps(steps); }
  // The step that the params belong to, as checkpoints read and write it.
  TrainStep& train_step() { return base(); }
  // The gradient of a param in the last training batch; empty if it does not learn.
  std::span<const T> gradient(std::size_t param);
  // The program that a batch of n examples trains on; null before there was one.
  TrainStep* plan(Index n);
  std::size_t plans() const { return 1 + training_.size() + readings_.size(); }

 private:
  struct Reading {  // a program that reads the params
    Program program;
    NodeId input, target, output, loss;
  };
  enum class Kind : std::uint8_t { predict, predict_training, evaluate, layer };
  struct Key {
    Kind kind;
    Index batch;
    std::size_t layer;
    bool operator==(const Key&) const = default;
  };
  struct Training {
    TrainStep step;
    NodeId input, target;
  };

  Runner(Task task, RunnerOptions options) : task_(std::move(task)), options_(options) {}
  nn::RecordOptions recording(bool training) const { return {training, options_.seed, options_.streams}; }
  TrainStep& base() { return base_->step; }
  const TrainStep& base() const { return base_->step; }
  Result<Training*> training(Index batch);
  Result<Reading*> reading(Kind kind, Index batch, std::size_t layer = 0);
  Result<Training> planned(Index batch);
  Result<spec::Tensor<T>> output(Kind kind, const AnyTensor& x, std::size_t layer);
  Result<void> initialise_params(const Initialisation& plan);
  Result<AnyTensor> fitting(const AnyTensor& x, const InputType& one, const char* name, Index n) const;
  Result<Index> batch_size(const AnyTensor& x, const char* name) const;
  Result<double> differentiate(const data::Sample& batch, Training& t);
  Result<void> check_labels(const data::Sample& batch) const;

  Task task_;
  RunnerOptions options_;
  Mode mode_ = Mode::train;
  std::vector<std::string> names_;
  Weighing weighing_;
  std::unique_ptr<Training> base_;              // of the options' batch; it stays
  Recent<Index, Training> training_{most_plans};  // of others
  const Training* last_ = nullptr;              // what `gradient` reads
  Recent<Key, Reading> readings_{most_plans};
  std::shared_ptr<Workers> workers_;
};

}  // namespace plumbline::runtime::train
