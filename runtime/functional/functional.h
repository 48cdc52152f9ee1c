// Every op of the catalogue as a function, under its own name, and PyTorch's names for those that differ.
//
//   namespace F = plumbline::runtime::functional;
//   const auto y = F::softmax(F::linear(F::relu(x), w, b), {.axis = -1});
//
// The names are in spec/ops/all.h: the build writes runtime/functional/catalogue.h from that list.
#pragma once

#include "runtime/functional/catalogue.h"

namespace plumbline::runtime::functional {

inline constexpr Function<spec::Attention> scaled_dot_product_attention;
inline constexpr Function<spec::Bce> binary_cross_entropy;
inline constexpr Function<spec::BceWithLogits> binary_cross_entropy_with_logits;
inline constexpr Function<spec::Concat> cat;
inline constexpr Function<spec::CosineEmbedding> cosine_embedding_loss;
inline constexpr Function<spec::ExpandDims> unsqueeze;
inline constexpr Function<spec::GaussianNll> gaussian_nll_loss;
inline constexpr Function<spec::Huber> huber_loss;
inline constexpr Function<spec::L1> l1_loss;
inline constexpr Function<spec::L2Normalize> normalize;
inline constexpr Function<spec::Max> amax;
inline constexpr Function<spec::Min> amin;
inline constexpr Function<spec::Mse> mse_loss;
inline constexpr Function<spec::Nll> nll_loss;
inline constexpr Function<spec::PoissonNll> poisson_nll_loss;
inline constexpr Function<spec::SmoothL1> smooth_l1_loss;
inline constexpr Function<spec::Variance> var;

}  // namespace plumbline::runtime::functional
