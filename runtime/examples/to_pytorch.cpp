// Weights for PyTorch: a model with PyTorch's names and layouts, its predictions beside its params, in one file.
#include <filesystem>
#include <iostream>

#include "runtime/examples/example.h"
#include "runtime/io/safetensors.h"
#include "runtime/nn/builders.h"

using namespace plumbline;
namespace train = runtime::train;
namespace optim = runtime::optim;
namespace nn = runtime::nn;
using spec::value_or_throw;

namespace {

constexpr spec::Index side = 8, classes = 10, batch = 32;

void learn(const examples::Options& options) {
  const nn::Sequential model = nn::run(
      options.seed,
      nn::sequential(nn::conv2d({.in_channels = 1, .out_channels = 8, .kernel = {3}, .padding = {1}}),
                     nn::batch_norm({.num_features = 8}), nn::relu(), nn::max_pool2d({.kernel = {2}}),
                     nn::flatten_batch(), nn::linear({.in_features = 8 * 4 * 4, .out_features = classes})));
  const auto [training, test] = examples::digits({1, side, side}, options.seed);
  auto runner = value_or_throw(train::Runner<float>::create(
      train::Task::classification(model, {1, side, side}, classes),
      {.seed = options.seed, .threads = options.threads, .batch = batch}));
  train::TrainLog log{.title = "digits, for PyTorch"};
  value_or_throw(train::fit_loader(runner, examples::loader(training, batch, options.seed),
                                   {.optimiser = optim::adam({.lr = 2e-3}),
                                    .epochs = options.epochs,
                                    .callbacks = train::progress_bar() + train::log_to(log)}));
  std::cout << train::report("held out", value_or_throw(train::evaluate(runner, test, batch))) << '\n';
  runtime::TensorList<float> all = runner.params();
  for (const auto& state : runner.buffers()) all.push_back(state);  // running_mean, running_var
  examples::leave(options, "to_pytorch", log, all);
  std::cout << "for PyTorch: python runtime/examples/export_to_pytorch.py "
            << (std::filesystem::path(options.out) / "to_pytorch.safetensors").string() << " --to model.pt\n";
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run(argc, argv, {"to_pytorch", "Digits learned here, weights for PyTorch.", 15}, learn);
}
