// A selective state space (Mamba) that recalls the symbol behind a marker.
#include "runtime/examples/recall.h"
#include "spec/graph/graphspec/models.h"

using namespace plumbline;

namespace {

constexpr spec::Index batch = 32;
constexpr spec::Index audited = 2;  // the batch of the spec that is left behind: exact arithmetic takes its time

void learn(const examples::Options& options) {
  const examples::Recall task;
  const spec::GraphSpec model = spec::models::mamba({.batch = audited,
                                                     .length = task.length,
                                                     .vocabulary = task.vocabulary,
                                                     .width = 32,
                                                     .states = 8,
                                                     .convolution = 4,
                                                     .layers = 1,
                                                     .classes = task.symbols});
  examples::learn_recall(options, "mamba_recall", model, task, batch);
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run(argc, argv, {"mamba_recall", "A Mamba that recalls the symbol behind a marker.", 9}, learn);
}
