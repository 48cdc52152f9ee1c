// A task for sequence models, made from a seed: recall the symbol that stood behind the marker.
#pragma once

#include "runtime/examples/example.h"

namespace plumbline::examples {

// x: `length` tokens, symbols 0, …, 7 drawn at random and once the marker 8, anywhere but at the end; y: the symbol
// behind it. Sample i is a pure function of (seed, i).
struct Recall {
  Index length = 24, samples = 2048;
  static constexpr Index symbols = 8, vocabulary = symbols + 1;
};
runtime::data::Dataset recall(const Recall& task, std::uint64_t seed);

// Trains the model [batch, length] → [batch, symbols] on it, tests it on sequences of another seed, and leaves `name`.
void learn_recall(const Options& options, const std::string& name, const spec::GraphSpec& model, const Recall& task,
                  Index batch);

}  // namespace plumbline::examples
