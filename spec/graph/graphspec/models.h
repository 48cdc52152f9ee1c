// Models as GraphSpecs: mlp, cnn, resnet18, transformer, gpt, vit, mamba; functions of their sizes.
#pragma once

#include <string>
#include <vector>

#include "spec/graph/graphspec/graphspec.h"

namespace plumbline::spec::models {

// Logits of classes from rows: linear, activation, …, linear; a chain.
struct MlpSizes {
  Index batch = 32;
  std::vector<Index> widths{784, 256, 128, 10};  // from the features to the outputs
  std::string activation = "relu";               // an op of one input
};
GraphSpec mlp(const MlpSizes& sizes = {});

// A LeNet on images [N, C, side, side]: convolution, relu and max pool for each width, then a perceptron; a chain.
struct CnnSizes {
  Index batch = 32, channels = 1, side = 28;  // side: divisible by 2 for each width
  std::vector<Index> widths{6, 12};
  Index hidden = 84, classes = 10;
};
GraphSpec cnn(const CnnSizes& sizes = {});

// ResNet-18 for small images: a 3×3 stem, four groups of two basic blocks of widths w, 2w, 4w, 8w, the last three of
// stride 2 with a projection as shortcut, the mean over space, a linear head; with batch norm.
struct ResnetSizes {
  Index batch = 16, channels = 3, side = 32, width = 64, classes = 10;
};
GraphSpec resnet18(const ResnetSizes& sizes = {});

// An encoder of tokens that classifies: embedding, sinusoidal positions, post-norm blocks, the mean over positions, a
// linear head.
struct TransformerSizes {
  Index batch = 8, length = 128, vocabulary = 256, width = 256, heads = 4, layers = 4, hidden = 1024, classes = 10;
};
GraphSpec transformer(const TransformerSizes& sizes = {});

// A causal language model as GPT-2: learned positions, pre-norm blocks with gelu (tanh), a norm, and logits by the
// embedding's own weight.
struct GptSizes {
  Index batch = 8, length = 64, vocabulary = 256, width = 128, heads = 4, layers = 4;
};
GraphSpec gpt(const GptSizes& sizes = {});

// Patches of an image, learned positions, pre-norm blocks with gelu, a norm, the mean over patches, a linear head.
struct VitSizes {
  Index batch = 16, channels = 1, side = 28, patch = 7, width = 64, heads = 4, layers = 4, hidden = 128, classes = 10;
};
GraphSpec vit(const VitSizes& sizes = {});

// A classifier of token sequences: embedding, residual blocks of rms norm and Mamba, a norm, the mean over time,
// a head.
struct MambaSizes {
  Index batch = 8, length = 64, vocabulary = 256, width = 64, states = 16, convolution = 4, layers = 2, classes = 10;
};
GraphSpec mamba(const MambaSizes& sizes = {});

// One of the above, at sizes that run at once, or at the default ones: `mlp`, `cnn`, …
std::vector<std::string> names();
Result<GraphSpec> named(std::string_view name, bool small = false);

}  // namespace plumbline::spec::models
