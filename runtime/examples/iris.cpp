// Three species of iris from four measurements: the smallest whole program, with the seeded builders.
#include <iostream>

#include "runtime/data/table.h"
#include "runtime/examples/example.h"
#include "runtime/nn/builders.h"
#include "spec/graph/graphspec/models.h"

using namespace plumbline;
namespace train = runtime::train;
namespace optim = runtime::optim;
namespace data = runtime::data;
namespace nn = runtime::nn;
using spec::value_or_throw;

namespace {

constexpr spec::Index features = 4, hidden = 16, classes = 3, batch = 16;

void learn(const examples::Options& options) {
  const nn::Sequential model = nn::run(
      options.seed, nn::sequential(nn::linear({.in_features = features, .out_features = hidden}), nn::tanh(),
                                   nn::linear({.in_features = hidden, .out_features = classes})));
  const auto rows = value_or_throw(
      data::read_csv(examples::source_folder("crosscheck/data/iris.csv"), {.classes = classes}));
  const auto parts = value_or_throw(rows.split({120, 30}, options.seed));

  auto runner = value_or_throw(train::Runner<float>::create(train::Task::classification(model, {features}, classes),
                                                            {.seed = options.seed, .threads = options.threads}));
  train::TrainLog log{.title = "iris"};
  value_or_throw(train::fit_dataset(runner, parts[0], {.batch_size = batch, .shuffle = true, .seed = options.seed},
                                    {.optimiser = optim::adam({.lr = 0.02}),
                                     .epochs = options.epochs,
                                     .callbacks = train::progress_bar() + train::log_to(log)}));
  std::cout << model.describe() << '\n'
            << train::report("held out", value_or_throw(train::evaluate(runner, parts[1], batch))) << '\n';
  const spec::GraphSpec same =
      spec::models::mlp({.batch = batch, .widths = {features, hidden, classes}, .activation = "tanh"});
  examples::leave(options, "iris", log, runner.params(), &same);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run(argc, argv, {"iris", "Three species of iris from four measurements.", 60}, learn);
}
