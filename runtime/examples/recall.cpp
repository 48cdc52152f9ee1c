// Tokens by the runtime's own pure random functions.
#include "runtime/examples/recall.h"

#include <iostream>

#include "runtime/nn/graphspec_layer.h"
#include "runtime/rand/rand.h"

namespace plumbline::examples {

using spec::value_or_throw;
namespace data = runtime::data;
namespace train = runtime::train;

data::Dataset recall(const Recall& task, std::uint64_t seed) {
  const Index length = task.length;
  return data::Dataset::lazy(task.samples, [length, seed](Index i) -> spec::Result<data::Sample> {
    runtime::rand::Draws draws(seed, static_cast<std::uint64_t>(i));
    auto x = spec::Tensor<std::int64_t>::generate({length}, [&](Index) { return draws.below(Recall::symbols); });
    const Index marker = draws.below(length - 1);
    x.mutable_elements()[static_cast<std::size_t>(marker)] = Recall::symbols;
    const std::int64_t answer = x[marker + 1];
    return data::Sample{std::move(x), spec::Tensor<std::int64_t>::scalar(answer)};
  });
}

void learn_recall(const Options& options, const std::string& name, const spec::GraphSpec& model, const Recall& task,
                  Index batch) {
  const data::Dataset test = recall({task.length, task.samples / 4}, options.seed + 1);
  auto runner = value_or_throw(train::Runner<float>::create(
      train::Task::classification({runtime::nn::GraphSpecLayer{model}}, {{task.length}, Recall::vocabulary},
                                  Recall::symbols),
      {.seed = options.seed, .threads = options.threads, .batch = batch}));
  train::TrainLog log{.title = name};
  value_or_throw(train::fit_loader(
      runner, loader(recall(task, options.seed), batch, options.seed),
      {.optimiser = runtime::optim::adam({.lr = 5e-3}),
       .learning = {.clip = spec::ClipGradNorm{1}},
       .epochs = options.epochs,
       .callbacks = train::progress_bar() + train::epoch_lines() + train::log_to(log),
       .validation = loader(test, batch, options.seed, false)}));
  std::cout << train::report("other sequences", value_or_throw(train::evaluate(runner, test, batch))) << '\n';
  leave(options, name, log, runner.params(), &model);
}

}  // namespace plumbline::examples
