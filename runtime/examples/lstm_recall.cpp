// An LSTM that recalls the symbol behind a marker: embedding, recurrence over time, the last state, a linear head.
#include "runtime/examples/recall.h"
#include "spec/graph/graphspec/builtin.h"
#include "spec/ops/shape/permute.h"
#include "spec/ops/shape/reshape.h"
#include "spec/ops/shape/slice.h"

using namespace plumbline;

namespace {

constexpr spec::Index batch = 32, hidden = 64;
constexpr spec::Index audited = 2;  // the batch of the spec that is left behind: exact arithmetic takes its time

spec::GraphSpec model(const examples::Recall& task) {
  namespace gs = spec::graphspec;
  spec::GraphSpec spec;
  const spec::Term tokens = spec.index_input("tokens", {audited, task.length}, task.vocabulary);
  spec.output(tokens >> gs::Embedding{.num_embeddings = task.vocabulary, .embedding_dim = 16} >>
              spec::Permute{{1, 0, 2}} >> gs::Recurrent{.cell = "lstm", .hidden_size = hidden} >>
              spec::Slice{.axis = 0, .start = -1} >> spec::Reshape{{-1, hidden}} >>
              gs::Linear{.out_features = task.symbols});
  return spec;
}

void learn(const examples::Options& options) {
  const examples::Recall task;
  examples::learn_recall(options, "lstm_recall", model(task), task, batch);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run(argc, argv, {"lstm_recall", "An LSTM that recalls the symbol behind a marker.", 12}, learn);
}
