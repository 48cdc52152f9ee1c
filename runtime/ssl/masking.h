// What a self-supervised model does not see: masks by seed, 1 where hidden, and samples that hide what they ask for.
#pragma once

#include "runtime/data/dataset.h"

namespace plumbline::runtime::ssl {

using data::Sample;
using spec::Result;

// Each element is hidden with probability p.
Result<spec::Tensor<float>> random_mask(const Shape& shape, double p, std::uint64_t seed, std::uint64_t stream = 0);

// Blocks of `widths` along the axes, the last of an axis perhaps smaller; width 0 spans its axis. Of all blocks the
// nearest integer to ratio · count are hidden, those that come first in a random order.
Result<spec::Tensor<float>> block_mask(const Shape& shape, const std::vector<Index>& widths, double ratio,
                                       std::uint64_t seed, std::uint64_t stream = 0);

// TorchLean's: the blocks whose row-major number is `offset` modulo `period` are hidden. A width or period of 0 hides
// nothing.
Result<spec::Tensor<float>> periodic_block_mask(const Shape& shape, const std::vector<Index>& widths, Index period,
                                                Index offset);

// x where the mask is 0, else 0; shapes are equal. T: float or double.
template <class T>
Result<spec::Tensor<T>> hidden(const spec::Tensor<T>& x, const spec::Tensor<float>& mask);

// Masked reconstruction of the inputs of a data set: x is hidden by the sample's own mask, and the target is
// y [2, …]: the whole input and its mask, for ssl::masked_reconstruction. mask(shape, i) is that of sample i.
using MaskOf = std::function<Result<spec::Tensor<float>>(const Shape& shape, Index i)>;
data::Dataset masked(const data::Dataset& data, MaskOf mask);

struct TokenMasking {
  double p = 0.15;                 // of the tokens that are asked for
  std::int64_t mask_token = 0;     // what most of them become
  Index vocabulary = 1;            // ids lie below it
  double keep = 0.1, random = 0.1;  // shares of them that stay, or become any token
  std::int64_t ignore = -100;      // the target of all others, as cross_entropy's ignore_index
};
// Masked language modelling (Devlin et al. 2019) of tokens of any shape; x, y are i64.
Result<Sample> mask_tokens(const spec::Tensor<std::int64_t>& tokens, const TokenMasking& options, std::uint64_t seed,
                           std::uint64_t stream = 0);

}  // namespace plumbline::runtime::ssl
