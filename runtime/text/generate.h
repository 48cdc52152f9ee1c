// Writing on: tokens drawn one after another from a model's logits, by a seed.
#pragma once

#include <functional>
#include <optional>

#include "runtime/text/tokenizer.h"

namespace plumbline::runtime::text {

// Which tokens may be drawn, and how likely: softmax(logits / temperature) of those that are left.
struct Sampling {
  double temperature = 1;  // 0: greedy, the largest logit; of equals the smallest id
  Index top_k = 0;         // the k most likely; 0: all
  double top_p = 1;        // the fewest most likely whose probabilities sum to top_p at least
  std::uint64_t seed = 0;
};

// One token, a pure function of logits, options and (seed, place). Logits of −∞ are never drawn. Errors: options out
// of range, no logits, NaN or +∞ among them, nothing but −∞.
Result<Index> sample_token(std::span<const double> logits, const Sampling& options, std::uint64_t place);

// The logits of the next token [vocabulary], given those so far.
using NextLogits = std::function<Result<std::vector<double>>(std::span<const std::int64_t> tokens)>;

struct Generation {
  Index count = 1;                           // tokens to write
  Index context = 0;                         // the model sees this many of the last tokens; 0: all
  std::optional<std::int64_t> stop = {};     // written, and then no more
  Sampling sampling = {};
};

// The prompt and what was written behind it; the n-th token is drawn at place n of the whole.
Result<Tokens> generate(const NextLogits& model, Tokens prompt, const Generation& options);

}  // namespace plumbline::runtime::text
