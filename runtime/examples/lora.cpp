// LoRA: a perceptron that has learned digits is tuned to their negatives; only adapters learn, and then are merged.
#include <iostream>

#include "runtime/adapters/lora.h"
#include "runtime/examples/example.h"
#include "runtime/nn/builders.h"
#include "runtime/tlist/tlist.h"

using namespace plumbline;
namespace train = runtime::train;
namespace optim = runtime::optim;
namespace data = runtime::data;
namespace nn = runtime::nn;
namespace adapters = runtime::adapters;
using spec::value_or_throw;

namespace {

constexpr spec::Index pixels = 64, classes = 10, batch = 32, rank = 4;

data::Dataset negatives(const data::Dataset& images) {
  return images.map([](data::Sample s, spec::Index) -> spec::Result<data::Sample> {
    return data::Sample{spec::map(std::get<spec::Tensor<float>>(s.x), [](float v) { return 1 - v; }), s.y};
  });
}

train::Runner<float> runner_of(const nn::Sequential& model, const examples::Options& options) {
  return value_or_throw(train::Runner<float>::create(train::Task::classification(model, {pixels}, classes),
                                                     {.seed = options.seed, .threads = options.threads}));
}

train::TrainLog fit(train::Runner<float>& runner, const data::Dataset& data, const examples::Options& options) {
  train::TrainLog log{.title = "digits, LoRA"};
  value_or_throw(train::fit_loader(runner, examples::loader(data, batch, options.seed),
                                   {.optimiser = optim::adam({.lr = 3e-3}),
                                    .epochs = options.epochs,
                                    .callbacks = train::progress_bar() + train::log_to(log)}));
  return log;
}

void tell(const char* what, train::Runner<float>& runner, const data::Dataset& test) {
  std::cout << train::report(what, value_or_throw(train::evaluate(runner, test, batch))) << '\n';
}

void learn(const examples::Options& options) {
  const nn::Sequential model = nn::run(
      options.seed, nn::sequential(nn::linear({.in_features = pixels, .out_features = 128}), nn::relu(),
                                   nn::linear({.in_features = 128, .out_features = classes})));
  const auto [training, test] = examples::digits({pixels}, options.seed);
  auto base = runner_of(model, options);
  fit(base, training, options);
  tell("digits, as learned", base, test);
  tell("negatives, before", base, negatives(test));

  const auto tuned =
      value_or_throw(adapters::attach(model, {pixels}, {.rank = rank, .alpha = 2 * rank, .seed = options.seed}));
  auto adapted = runner_of(tuned, options);
  examples::expect(adapted.set_params(value_or_throw(adapters::overlay(adapted.params(), base.params()))));
  const auto log = fit(adapted, negatives(training), options);
  tell("negatives, adapted", adapted, negatives(test));

  const auto merged = value_or_throw(adapters::merge(tuned, adapted.params()));
  auto plain = runner_of(merged.model, options);
  examples::expect(plain.set_params(merged.params));
  tell("negatives, merged into a plain model", plain, negatives(test));
  examples::leave(options, "lora", log, adapters::adapter_params(adapted.params()));
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run(argc, argv, {"lora", "Low-rank adapters tune a model that rests.", 40}, learn);
}
