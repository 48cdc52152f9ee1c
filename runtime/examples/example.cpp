// The command line by CLI11, data from the sources, files by the runtime's own writers.
#include "runtime/examples/example.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <iostream>

#include "runtime/data/table.h"
#include "runtime/io/graphspec_file.h"
#include "runtime/io/safetensors.h"

namespace plumbline::examples {

using spec::value_or_throw;

namespace {

constexpr Index most_epochs = 1'000'000;
constexpr int most_threads = 1024;
constexpr Index digit_classes = 10, test_digits = 360;
constexpr double grey = 1.0 / 16;  // of a pixel's 17 levels

}  // namespace

int run(int argc, char** argv, const Example& example, const std::function<void(const Options&)>& body) {
  Options options;
  options.epochs = example.epochs;
  CLI::App app(example.summary, "example_" + example.name);
  app.add_option("--out", options.out, "folder for the log, the plot, the params and the model")->capture_default_str();
  app.add_option("--epochs", options.epochs, "passes over the data")
      ->check(CLI::Range(Index{1}, most_epochs))
      ->capture_default_str();
  app.add_option("--seed", options.seed, "of initial values, splits and orders")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--threads", options.threads, "results do not depend on it")
      ->check(CLI::Range(1, most_threads))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  std::error_code error;
  if (std::filesystem::create_directories(options.out, error); !std::filesystem::is_directory(options.out)) {
    std::cerr << "--out: found " << options.out << ", expected a folder or a place where one can be made\n";
    return 2;
  }
  try {
    body(options);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << example.name << ": " << error.what() << '\n';
    return 1;
  }
}

std::string source_folder(std::string_view below) { return spec::concat(PLUMBLINE_SOURCE_DIR, '/', below); }

Split digits(const spec::Shape& image, std::uint64_t seed) {
  namespace data = runtime::data;
  const data::Dataset rows = value_or_throw(
      data::read_csv(source_folder("crosscheck/data/digits.csv"), {.classes = digit_classes, .scale = grey}));
  const data::Dataset images = rows.map([image](data::Sample s, Index) -> spec::Result<data::Sample> {
    return data::Sample{std::get<spec::Tensor<float>>(s.x).reshaped(image), s.y};
  });
  auto parts = value_or_throw(images.split({images.size() - test_digits, test_digits}, seed));
  return {parts[0], parts[1]};
}

runtime::data::DataLoader loader(const runtime::data::Dataset& data, Index batch, std::uint64_t seed, bool shuffle) {
  return value_or_throw(
      runtime::data::DataLoader::create(data, {.batch_size = batch, .shuffle = shuffle, .seed = seed}));
}

void leave(const Options& options, const std::string& name, const runtime::train::TrainLog& log,
           const runtime::TensorList<float>& params, const spec::GraphSpec* model) {
  const std::string stem = (std::filesystem::path(options.out) / name).string();
  expect(log.save(stem + ".json"));
  expect(log.save_svg(stem + ".svg"));
  expect(runtime::io::write_safetensors(stem + ".safetensors", params));
  std::cout << "written: " << stem << ".json, .svg, .safetensors";
  if (model != nullptr) {
    expect(runtime::io::write_graphspec(stem + ".graphspec", *model));
    std::cout << ", .graphspec\naudit it with: crosscheck model " << stem << ".graphspec --params " << stem
              << ".safetensors";
  }
  std::cout << '\n';
}

}  // namespace plumbline::examples
