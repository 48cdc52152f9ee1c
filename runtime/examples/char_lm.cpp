// A character language model on the project's own notes: windows of text, a small GPT, and a few lines that it writes.
#include <iostream>

#include "runtime/examples/example.h"
#include "runtime/io/text.h"
#include "runtime/nn/graphspec_layer.h"
#include "runtime/text/generate.h"
#include "runtime/text/windows.h"
#include "spec/graph/graphspec/models.h"

using namespace plumbline;
namespace train = runtime::train;
namespace optim = runtime::optim;
namespace text = runtime::text;
using spec::value_or_throw;

namespace {

constexpr spec::Index context = 64, batch = 16, written = 200;
constexpr spec::Index audited = 1;  // the batch of the spec that is left behind: exact arithmetic takes its time
constexpr std::size_t most_bytes = std::size_t{1} << 24;

std::string corpus() {
  std::string all;
  for (const char* note : {"approx", "sums", "tolerance", "initialisation", "optimisers", "verdict"})
    all += value_or_throw(
        runtime::io::read_text(examples::source_folder(spec::concat("proofs-notes/", note, ".md")), most_bytes));
  return all;
}

// The logits behind the last token. What is padded behind it does not matter: attention is causal.
text::NextLogits next_logits(train::Runner<float>& runner) {
  return [&runner](std::span<const std::int64_t> tokens) -> spec::Result<std::vector<double>> {
    text::Tokens window = text::padded({tokens.begin(), tokens.end()}, context, 0);
    const auto logits = runner.predict_one(spec::Tensor<std::int64_t>({context}, std::move(window)));
    if (!logits) return tl::unexpected(logits.error());
    const spec::Index vocabulary = logits->shape()[1], last = static_cast<spec::Index>(tokens.size()) - 1;
    const auto row = logits->elements().subspan(static_cast<std::size_t>(last * vocabulary),
                                                static_cast<std::size_t>(vocabulary));
    return std::vector<double>(row.begin(), row.end());
  };
}

void learn(const examples::Options& options) {
  const std::string all = corpus();
  const auto tokenizer = text::CharTokenizer::train(all);
  const auto data = value_or_throw(
      text::windows(value_or_throw(tokenizer.encode(all)), {.length = context, .stride = context / 2}));
  const spec::GraphSpec model = spec::models::gpt(
      {.batch = audited, .length = context, .vocabulary = tokenizer.size(), .width = 64, .heads = 4, .layers = 2});
  std::cout << all.size() << " bytes, " << tokenizer.size() << " characters, " << data.size() << " windows\n";

  train::Task task{.model = {runtime::nn::GraphSpecLayer{model}},
                   .loss = runtime::loss::cross_entropy,
                   .input = {{context}, tokenizer.size()},
                   .target = {{context}, tokenizer.size()}};
  auto runner = value_or_throw(train::Runner<float>::create(
      task, {.seed = options.seed, .threads = options.threads, .batch = batch}));
  train::TrainLog log{.title = "characters of the project's notes"};
  const auto batches = examples::loader(data, batch, options.seed);
  const spec::Index steps = options.epochs * batches.batches();
  value_or_throw(train::fit_loader(
      runner, batches,
      {.optimiser = optim::adamw({.lr = 5e-3}),
       .learning = {.clip = spec::ClipGradNorm{1}},
       .schedule = spec::WarmupCosineRate{.lr = 5e-3, .warmup_steps = steps / 20, .total_steps = steps},
       .epochs = options.epochs,
       .callbacks = train::progress_bar() + train::epoch_lines() + train::log_to(log)}));
  runner.eval();
  const auto tokens = value_or_throw(text::generate(
      next_logits(runner), value_or_throw(tokenizer.encode("The sum of ")),
      {.count = written, .context = context, .sampling = {.temperature = 0.8, .top_k = 20, .seed = options.seed}}));
  std::cout << value_or_throw(tokenizer.decode(tokens)) << '\n';
  examples::leave(options, "char_lm", log, runner.params(), &model);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run(argc, argv, {"char_lm", "A character language model on the project's notes.", 16}, learn);
}
