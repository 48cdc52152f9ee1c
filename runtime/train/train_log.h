// TrainLog: the numbers of a run, as JSON and as a plot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runtime/train/callbacks.h"
#include "spec/lang/result.h"

namespace plumbline::runtime::train {

using spec::Result;

struct LoggedStep {
  Index step = 0, epoch = 0;
  double loss = 0, lr = 0;
  bool operator==(const LoggedStep&) const = default;
};
struct LoggedEpoch {
  Index epoch = 0, steps = 0;
  double loss = 0;
  std::optional<double> validation_loss = {}, validation_accuracy = {};
  double seconds = 0;
  bool operator==(const LoggedEpoch&) const = default;
};

struct TrainLog {
  std::string title;
  std::vector<LoggedStep> steps = {};
  std::vector<LoggedEpoch> epochs = {};
  bool operator==(const TrainLog&) const = default;

  // {"format": "plumbline.train_log/1", "title", "steps": [{"step", "epoch", "loss", "lr"}, …], "epochs": […]}
  std::string json() const;
  // The error names what was found and expected.
  static Result<TrainLog> from_json(std::string_view text);
  // The losses by step: of batches, of epochs, and of validation; a drawing of 640 × 360.
  std::string svg() const;

  // Atomically.
  Result<void> save(const std::string& path) const;
  Result<void> save_svg(const std::string& path) const;
  static Result<TrainLog> load(const std::string& path);
};

// Fills a log that outlives the training: each `every`-th update (0: none), and every epoch.
Callbacks log_to(TrainLog& log, Index every = 1);

}  // namespace plumbline::runtime::train
