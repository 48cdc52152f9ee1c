// y[i] = f(x[i]): a model of one example applied along a leading batch axis.
#pragma once

#include <optional>

#include "runtime/nn/sequential.h"

namespace plumbline::runtime::nn {

// The layer that does for a batch [N, example…] what `layer` does for each example of that shape, as one op on the
// whole batch; nothing where the layer has no such form. Its params have the same names.
std::optional<Layer> batched(const Layer& layer, const Shape& example);

// Layers with a batched form run once; the others once for each example, with shared params and masks of their own,
// between slices and a stack. A layer that updates running state can only run on batches as they are: an error.
struct BatchDim0 {
  Layer f;

  static constexpr std::string_view name = "batch_dim0";
  Var operator()(const Scope& scope, const Var& x) const;
  void take_seeds(SeedStream& stream) { f = f.seeded(stream); }
};
BOOST_DESCRIBE_STRUCT(BatchDim0, (), (f))

}  // namespace plumbline::runtime::nn
