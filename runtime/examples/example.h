// What every example shares: its options, its data, and what it leaves behind.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "runtime/data/dataset.h"
#include "runtime/data/loader.h"
#include "runtime/train/fit.h"
#include "spec/graph/graphspec/graphspec.h"

namespace plumbline::examples {

using spec::Index;

struct Example {
  std::string name, summary;
  Index epochs = 1;  // by default
};

struct Options {
  std::string out = "example-out";  // the folder for what is left behind; made if it is not there
  Index epochs = 1;
  std::uint64_t seed = 1;
  int threads = 2;
};

// For what has no value: the error thrown.
inline void expect(const spec::Result<void>& done) {
  if (!done) throw done.error();
}

// Reads the command line and runs the example. What goes wrong is one line on stderr: exit code 2 for the command line,
// 1 for the example.
int run(int argc, char** argv, const Example& example, const std::function<void(const Options&)>& body);

// A folder of the sources: the examples read their data from there.
std::string source_folder(std::string_view below);

// 1,797 grey images of handwritten digits, 8 × 8, with labels, cut by the seed into 1,437 to learn and 360 to test.
// Each image has the shape `image`, of 64 elements in [0, 1].
struct Split {
  runtime::data::Dataset train, test;
};
Split digits(const spec::Shape& image, std::uint64_t seed);

runtime::data::DataLoader loader(const runtime::data::Dataset& data, Index batch, std::uint64_t seed,
                                 bool shuffle = true);

// Writes NAME.json (the TrainLog), NAME.svg (its plot), NAME.safetensors (the params) and, of a model that is a
// GraphSpec, NAME.graphspec, and says so; the latter is what `crosscheck model` audits.
void leave(const Options& options, const std::string& name, const runtime::train::TrainLog& log,
           const runtime::TensorList<float>& params, const spec::GraphSpec* model = nullptr);

}  // namespace plumbline::examples
