// Causal language modelling: windows of a text and, as targets, the same windows one token on.
#pragma once

#include "runtime/data/dataset.h"
#include "runtime/text/tokenizer.h"

namespace plumbline::runtime::text {

struct WindowOptions {
  Index length = 1;  // tokens that the model sees
  Index stride = 1;  // from one window to the next
};

// Sample i is x = tokens[i·stride … + length), y = the tokens one further: i64 [length] each. What is left at the end
// makes no window. Errors: length or stride below 1, fewer than length + 1 tokens.
Result<data::Dataset> windows(Tokens tokens, const WindowOptions& options);

// A batch [batch, length] of windows that begin anywhere, each place as likely: a pure function of (seed, step).
Result<data::Sample> random_windows(const Tokens& tokens, Index length, Index batch, std::uint64_t seed, Index step);

// The first `length` tokens, with `pad` behind them if there are fewer.
Tokens padded(Tokens tokens, Index length, std::int64_t pad);

}  // namespace plumbline::runtime::text
