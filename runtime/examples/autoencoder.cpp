// Digits through a bottleneck of eight numbers and back; an image is left behind of what comes out.
#include <filesystem>
#include <iostream>

#include "runtime/data/image.h"
#include "runtime/examples/example.h"
#include "runtime/io/file.h"
#include "runtime/nn/graphspec_lowering.h"
#include "spec/graph/graphspec/builtin.h"
#include "spec/ops/activation/relu.h"
#include "spec/ops/activation/sigmoid.h"

using namespace plumbline;
namespace train = runtime::train;
namespace optim = runtime::optim;
namespace data = runtime::data;
using spec::value_or_throw;

namespace {

constexpr spec::Index side = 8, pixels = side * side, batch = 32, shown = 10;

// The first images of the data above, what the model makes of them below.
data::Image drawing(const data::Dataset& images, train::Runner<float>& runner) {
  std::vector<float> out(static_cast<std::size_t>(2 * side * shown * side));
  for (spec::Index k = 0; k < shown; ++k) {
    const auto x = std::get<spec::Tensor<float>>(value_or_throw(images.at(k)).x);
    const auto y = value_or_throw(runner.predict_one(x));
    for (spec::Index i = 0; i < pixels; ++i) {
      const spec::Index row = i / side, column = k * side + i % side;
      out[static_cast<std::size_t>(row * shown * side + column)] = x[i];
      out[static_cast<std::size_t>((side + row) * shown * side + column)] = y[i];
    }
  }
  return value_or_throw(data::to_image(spec::Tensor<float>({1, 2 * side, shown * side}, std::move(out))));
}

void learn(const examples::Options& options) {
  namespace gs = spec::graphspec;
  const auto model = spec::GraphSpec::of(
      "x", {batch, pixels},
      spec::Chain(gs::Linear{.out_features = 32}) >> spec::Relu{} >> gs::Linear{.out_features = 8} >>
          gs::Linear{.out_features = 32} >> spec::Relu{} >> gs::Linear{.out_features = pixels} >> spec::Sigmoid{});
  auto [training, test] = examples::digits({pixels}, options.seed);
  const auto itself = [](data::Sample s, spec::Index) -> spec::Result<data::Sample> { return data::Sample{s.x, s.x}; };
  training = training.map(itself), test = test.map(itself);

  auto runner = value_or_throw(train::Runner<float>::create(
      train::Task::regression(value_or_throw(runtime::nn::to_sequential(model)), {pixels}, {pixels}),
      {.seed = options.seed, .threads = options.threads, .batch = batch}));
  train::TrainLog log{.title = "digits, autoencoder"};
  value_or_throw(train::fit_loader(
      runner, examples::loader(training, batch, options.seed),
      {.optimiser = optim::adam({.lr = 3e-3}),
       .epochs = options.epochs,
       .callbacks = train::progress_bar() + train::epoch_lines() + train::log_to(log),
       .validation = examples::loader(test, batch, options.seed, false)}));
  examples::leave(options, "autoencoder", log, runner.params(), &model);
  const std::string image = (std::filesystem::path(options.out) / "autoencoder.pgm").string();
  examples::expect(runtime::io::write_file(image, data::print_pnm(drawing(test, runner))));
  std::cout << "and " << image << ": digits above, what comes out below\n";
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run(argc, argv, {"autoencoder", "Digits through a bottleneck and back.", 40}, learn);
}
