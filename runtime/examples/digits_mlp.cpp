// Handwritten digits by a perceptron with dropout and AdamW under a warm-up and a cosine.
#include <iostream>

#include "runtime/examples/example.h"
#include "runtime/nn/builders.h"
#include "runtime/nn/graphspec_layer.h"
#include "spec/graph/graphspec/models.h"

using namespace plumbline;
namespace train = runtime::train;
namespace optim = runtime::optim;
using spec::value_or_throw;

namespace {

constexpr spec::Index pixels = 64, classes = 10, batch = 32;

void learn(const examples::Options& options) {
  const spec::GraphSpec model = spec::models::mlp({.batch = batch, .widths = {pixels, 128, 64, classes}});
  const auto [training, test] = examples::digits({pixels}, options.seed);
  const auto batches = examples::loader(training, batch, options.seed);

  auto task = train::Task::classification({runtime::nn::GraphSpecLayer{model}}, {pixels}, classes);
  auto runner = value_or_throw(train::Runner<float>::create(
      task, {.seed = options.seed, .threads = options.threads, .batch = batch}));
  train::TrainLog log{.title = "digits, perceptron"};
  const spec::Index steps = options.epochs * batches.batches();
  value_or_throw(train::fit_loader(
      runner, batches,
      {.optimiser = optim::adamw({.lr = 3e-3}),
       .schedule = spec::WarmupCosineRate{.lr = 3e-3, .warmup_steps = steps / 10, .total_steps = steps},
       .epochs = options.epochs,
       .callbacks = train::progress_bar() + train::epoch_lines() + train::log_to(log),
       .validation = examples::loader(test, batch, options.seed, false)}));
  std::cout << train::report("held out", value_or_throw(train::evaluate(runner, test, batch))) << '\n';
  examples::leave(options, "digits_mlp", log, runner.params(), &model);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run(argc, argv, {"digits_mlp", "Handwritten digits by a perceptron.", 12}, learn);
}
