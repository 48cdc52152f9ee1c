// Handwritten digits by a vision transformer: a DAG of residual blocks, trained as one layer.
#include <iostream>

#include "runtime/examples/example.h"
#include "runtime/nn/graphspec_layer.h"
#include "spec/graph/graphspec/models.h"

using namespace plumbline;
namespace train = runtime::train;
namespace optim = runtime::optim;
using spec::value_or_throw;

namespace {

constexpr spec::Index side = 8, classes = 10, batch = 32;
constexpr spec::Index audited = 4;  // the batch of the spec that is left behind: exact arithmetic takes its time

void learn(const examples::Options& options) {
  const spec::GraphSpec model = spec::models::vit({.batch = audited,
                                                   .channels = 1,
                                                   .side = side,
                                                   .patch = 2,
                                                   .width = 48,
                                                   .heads = 4,
                                                   .layers = 2,
                                                   .hidden = 96,
                                                   .classes = classes});
  const auto [training, test] = examples::digits({1, side, side}, options.seed);
  auto runner = value_or_throw(train::Runner<float>::create(
      train::Task::classification({runtime::nn::GraphSpecLayer{model}}, {1, side, side}, classes),
      {.seed = options.seed, .threads = options.threads, .batch = batch}));
  train::TrainLog log{.title = "digits, vision transformer"};
  const auto batches = examples::loader(training, batch, options.seed);
  const spec::Index steps = options.epochs * batches.batches();
  value_or_throw(train::fit_loader(
      runner, batches,
      {.optimiser = optim::adamw({.lr = 2e-3}),
       .learning = {.clip = spec::ClipGradNorm{1}},
       .schedule = spec::WarmupCosineRate{.lr = 2e-3, .warmup_steps = steps / 10, .total_steps = steps},
       .epochs = options.epochs,
       .callbacks = train::progress_bar() + train::epoch_lines() + train::log_to(log),
       .validation = examples::loader(test, batch, options.seed, false)}));
  std::cout << train::report("held out", value_or_throw(train::evaluate(runner, test, batch))) << '\n';
  examples::leave(options, "vit_digits", log, runner.params(), &model);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run(argc, argv, {"vit_digits", "Handwritten digits by a vision transformer.", 24}, learn);
}
