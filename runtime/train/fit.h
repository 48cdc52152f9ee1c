// fit: epochs over a loader, with callbacks, validation, early stopping and checkpoints that resume in mid-epoch.
//
//   auto runner = Runner<float>::create(Task::classification(model, {784}, 10), {.seed = 1});
//   auto report = fit_loader(*runner, loader, {.optimiser = optim::adam({.lr = 1e-3}), .epochs = 5,
//                                              .callbacks = progress_bar() + log_to(log)});
#pragma once

#include "runtime/module/scalar_module.h"
#include "runtime/train/callbacks.h"
#include "runtime/train/evaluate.h"
#include "runtime/train/stepper.h"
#include "runtime/train/train_log.h"

namespace plumbline::runtime::train {

// Ends training where the validation loss (without one: the epoch's) was not below its best by min_delta for more than
// `patience` epochs.
struct EarlyStopping {
  Index patience = 5;
  double min_delta = 0;
  bool restore_best = true;  // params and running state of the best epoch of the run
};

// A file that a run is saved to, whole or not at all, and goes on from bit for bit, in mid-epoch, too. A file of
// another optimiser, or of batches that are made in another way, is an error that changes nothing; a run that has
// stopped early stays so, unless the patience is more now.
struct CheckpointOptions {
  std::string path;
  Index every = 0;      // updates between two; 0: only at the end of each epoch
  bool resume = true;   // from the file, if there is one
};

struct FitOptions {
  optim::Config optimiser = optim::sgd({.lr = 0.01});
  LearningOptions learning = {};                // groups of params, clipping
  std::optional<spec::Schedule> schedule = {};  // its rate replaces that of the optimiser
  Per schedule_per = Per::update;
  Index accumulate = 1;                         // batches averaged for each update
  Index epochs = 1;
  Index steps = 0;                              // > 0: as many updates instead, over as many epochs as they take
  Callbacks callbacks = {};
  std::optional<data::DataLoader> validation = {};
  std::optional<EarlyStopping> early_stopping = {};
  std::optional<CheckpointOptions> checkpoint = {};
  bool report_loss = false;                     // evaluate all data before and after
};

struct FitReport {
  double before = 0, after = 0;  // mean losses in eval mode, where they were asked for
  Index steps = 0, epochs = 0;   // updates and epochs that are done, resumed ones included
  double last_loss = 0;          // of the last epoch, each batch before its update
  bool stopped_early = false;
  std::string text() const;
};

// Errors name the epoch and the batch; what was learned so far stays.
template <Element T>
Result<FitReport> fit_loader(Runner<T>& runner, const data::DataLoader& loader, const FitOptions& options = {});

// How a data set is cut into batches for fit and fit_dataset.
using Batching = data::LoaderOptions;
template <Element T>
Result<FitReport> fit_dataset(Runner<T>& runner, const data::Dataset& data, const Batching& batching,
                              const FitOptions& options = {}) {
  const auto loader = data::DataLoader::create(data, batching);
  if (!loader) return tl::unexpected(loader.error());
  return fit_loader(runner, *loader, options);
}
// Samples without a batch's axis, in order, one at a time.
template <Element T>
Result<FitReport> fit(Runner<T>& runner, std::vector<data::Sample> samples, const FitOptions& options = {}) {
  return fit_dataset(runner, data::Dataset::from_samples(std::move(samples)), {.batch_size = 1}, options);
}

// A module whose loss reads (x, y): its own steps over loaders whose batches have its shapes. Groups, clipping,
// accumulation, early stopping and checkpoints are a runner's.
struct ModuleFitOptions {
  optim::Config optimiser = optim::sgd({.lr = 0.01});
  std::optional<spec::Schedule> schedule = {};  // its rate replaces that of the optimiser
  Per schedule_per = Per::update;
  Index epochs = 1;
  Callbacks callbacks = {};
  std::optional<data::DataLoader> validation = {};
};
template <class T>
Result<FitReport> fit_module_loader(ScalarModule<T>& module, const data::DataLoader& loader,
                                    const ModuleFitOptions& options = {});
// The mean of its loss over the loader in order, streamed.
template <class T>
Result<double> mean_loss_module_loader(ScalarModule<T>& module, const data::DataLoader& loader);

// A runner with the task that made it, for code that says `trained.fit(loader, …)`.
template <Element T = float>
class TaskRunner {
 public:
  static Result<TaskRunner> create(Task task, const RunnerOptions& options = {}) {
    return Runner<T>::create(std::move(task), options).map([](Runner<T> r) { return TaskRunner(std::move(r)); });
  }
  explicit TaskRunner(Runner<T> runner) : runner_(std::move(runner)) {}
  Runner<T>& runner() { return runner_; }
  const Task& task() const { return runner_.task(); }
  Mode mode() const { return runner_.mode(); }
  void train() { runner_.train(); }
  void eval() { runner_.eval(); }
  TensorList<Kept<T>> params() { return runner_.params(); }
  Result<spec::Tensor<T>> predict(const AnyTensor& x) { return runner_.predict(x); }
  Result<std::vector<spec::Tensor<T>>> predict(std::span<const AnyTensor> xs);
  Result<double> mean_loss(const data::DataLoader& loader) { return train::mean_loss(runner_, loader); }
  Result<double> accuracy(const data::DataLoader& loader) { return train::accuracy(runner_, loader); }
  Result<FitReport> fit(std::vector<data::Sample> samples, const FitOptions& options = {}) {
    return train::fit(runner_, std::move(samples), options);
  }
  Result<FitReport> fit_dataset(const data::Dataset& data, const Batching& batching, const FitOptions& options = {}) {
    return train::fit_dataset(runner_, data, batching, options);
  }
  Result<FitReport> fit_loader(const data::DataLoader& loader, const FitOptions& options = {}) {
    return train::fit_loader(runner_, loader, options);
  }

 private:
  Runner<T> runner_;
};

}  // namespace plumbline::runtime::train
