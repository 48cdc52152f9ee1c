// Handwritten digits by a small convolutional network.
#include <iostream>

#include "runtime/examples/example.h"
#include "runtime/nn/graphspec_lowering.h"
#include "spec/graph/graphspec/models.h"

using namespace plumbline;
namespace train = runtime::train;
namespace optim = runtime::optim;
using spec::value_or_throw;

namespace {

constexpr spec::Index side = 8, classes = 10, batch = 32;

void learn(const examples::Options& options) {
  const spec::GraphSpec model = spec::models::cnn(
      {.batch = batch, .channels = 1, .side = side, .widths = {16, 32}, .hidden = 64, .classes = classes});
  const auto layers = value_or_throw(runtime::nn::to_sequential(model));  // a chain: each primitive offers a layer
  const auto [training, test] = examples::digits({1, side, side}, options.seed);

  auto runner = value_or_throw(train::Runner<float>::create(
      train::Task::classification(layers, {1, side, side}, classes),
      {.seed = options.seed, .threads = options.threads, .batch = batch}));
  train::TrainLog log{.title = "digits, convolutions"};
  value_or_throw(train::fit_loader(
      runner, examples::loader(training, batch, options.seed),
      {.optimiser = optim::adam({.lr = 2e-3}),
       .epochs = options.epochs,
       .callbacks = train::progress_bar() + train::epoch_lines() + train::log_to(log),
       .validation = examples::loader(test, batch, options.seed, false),
       .early_stopping = train::EarlyStopping{.patience = 3}}));
  std::cout << train::report("held out", value_or_throw(train::evaluate(runner, test, batch))) << '\n';
  examples::leave(options, "digits_cnn", log, runner.params(), &model);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run(argc, argv, {"digits_cnn", "Handwritten digits by convolutions.", 10}, learn);
}
