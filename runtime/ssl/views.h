// Contrastive pairs: two random views of one input, by seed.
#pragma once

#include <functional>

#include "runtime/data/dataset.h"

namespace plumbline::runtime::ssl {

using spec::Result;

// A view of x, a pure function of x and the seed.
using Augmentation = std::function<Result<AnyTensor>(const AnyTensor& x, std::uint64_t seed)>;

// Of f32 inputs: x + std·n with n normal; elements set to 0 with probability p; an axis reversed with probability ½;
// [C, H, W] moved by up to `by` places along H and along W, with zeros behind.
Augmentation noise(double std);
Augmentation drop(double p);
Augmentation flip(Index axis);
Augmentation shift(Index by);
// One after another, each with a seed of its own.
Augmentation then(std::vector<Augmentation> views);

// Sample i: x and y are two views of input i, with seeds made from (seed, i). `epoch` makes new ones.
data::Dataset contrastive_pairs(const data::Dataset& data, Augmentation view, std::uint64_t seed,
                                std::uint64_t epoch = 0);

}  // namespace plumbline::runtime::ssl
