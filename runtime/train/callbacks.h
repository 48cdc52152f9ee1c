// Callbacks: what is told to whom while a model is trained; they combine, and an empty one is a no-op.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "spec/lang/shape.h"

namespace plumbline::runtime::train {

using spec::Index;

struct StartEvent {
  std::string model;     // its description
  Index parameters = 0;  // numbers that it has
  Index epochs = 0, batches = 0;  // batches in an epoch
  Index epoch = 0, batch = 0;     // where the run begins or goes on
  Index total = 0;                // batches of the whole run, those before this place included
};
struct StepEvent {
  Index epoch = 0, batch = 0;  // of the epoch
  Index step = 0;              // updates so far, this one included
  bool updated = true;         // false: gradients were only accumulated
  double loss = 0;             // of the batch, before the update
  double lr = 0;
  Index examples = 0;
};
struct EpochEvent {
  Index epoch = 0, steps = 0;  // updates so far
  double loss = 0;             // mean over the epoch's examples, each before its update
  std::optional<double> validation_loss, validation_accuracy;
  double seconds = 0;          // since the start
  std::function<void()> stop;  // training ends behind this epoch
};
struct EndEvent {
  Index epochs = 0, steps = 0;
  double seconds = 0;
  bool stopped_early = false;
};

// Any of them may be empty.
struct Callbacks {
  std::function<void(const StartEvent&)> on_train_start = nullptr;
  std::function<void(const StepEvent&)> on_step = nullptr;
  std::function<void(const EpochEvent&)> on_epoch_end = nullptr;
  std::function<void(const EndEvent&)> on_train_end = nullptr;

  void train_start(const StartEvent& e) const {
    if (on_train_start) on_train_start(e);
  }
  void step(const StepEvent& e) const {
    if (on_step) on_step(e);
  }
  void epoch_end(const EpochEvent& e) const {
    if (on_epoch_end) on_epoch_end(e);
  }
  void train_end(const EndEvent& e) const {
    if (on_train_end) on_train_end(e);
  }
};

// First a's, then b's.
inline Callbacks operator+(const Callbacks& a, const Callbacks& b) {
  const auto both = []<class E>(const std::function<void(const E&)>& f, const std::function<void(const E&)>& g) {
    return !f ? g : !g ? f : std::function<void(const E&)>([f, g](const E& e) { f(e), g(e); });
  };
  return {both(a.on_train_start, b.on_train_start), both(a.on_step, b.on_step), both(a.on_epoch_end, b.on_epoch_end),
          both(a.on_train_end, b.on_train_end)};
}

inline Callbacks at_epoch_end(std::function<void(const EpochEvent&)> f) { return {.on_epoch_end = std::move(f)}; }
inline Callbacks at_step(std::function<void(const StepEvent&)> f) { return {.on_step = std::move(f)}; }

// One line that is redrawn, with the loss and the time that is left: on a terminal only. A pipe or a file sees nothing.
Callbacks progress_bar();
// A line for each epoch on standard output.
Callbacks epoch_lines();

}  // namespace plumbline::runtime::train
