// Real models on real data: built from seeds, trained by the runtime, and audited node by node.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "crosscheck/judge/judge.h"
#include "crosscheck/laws/init/init_law.h"
#include "crosscheck/laws/optim/optim_law.h"
#include "crosscheck/report/report.h"
#include "spec/lang/optimiser.h"
#include "spec/lang/result.h"

namespace plumbline::crosscheck {

inline constexpr spec::Index usual_steps = 300, usual_batch = 32;  // of a model by name

struct ModelOptions {
  std::string model = "digits-mlp";  // a name of model_names(), or a file with a graph in text form or a GraphSpec
  std::string data;                  // a CSV file, labels or targets last; empty: the model's own, or made data
  std::optional<spec::Index> steps, batch;  // default: usual_steps and usual_batch; of a GraphSpec 3 and its own
  std::uint64_t seed = 1;
  double lr = 0;    // 0: the model's own
  // Of a GraphSpec from a file only:
  std::string params;                        // a safetensors file; empty: initial values by the spec's plan
  std::string loss;                          // a word of spec_losses(); empty: what fits the targets
  std::optional<spec::Optimiser> optimiser;  // default: sgd
  std::optional<double> scale;               // of the data's x
  std::string out;  // folder for replay files of findings; empty: none are written
  int threads = 1;
  JudgeOptions judge;
  const std::atomic<bool>* cancelled = nullptr;  // set by Ctrl-C: training ends after the step at hand
};

// What is under test; a planted bug replaces one of them.
struct ModelSubjects {
  bool planned = false;  // train by the CPU runtime's planned step instead of by `graph` and `optim`
  std::shared_ptr<Subject> graph;
  std::shared_ptr<InitSubject> init;
  std::shared_ptr<OptimSubject> optim;
};
ModelSubjects cpu_model_subjects();

// Refuses the first option that is given but none of `used`: `--lr: found 0.1, expected none: nothing is trained`.
spec::Result<void> check_idle(const ModelOptions& options, const std::vector<std::string_view>& used,
                              std::string_view why);

// `digits-mlp`, `iris-mlp`, `autoencoder`, `lenet`, …
std::vector<std::string> model_names();
// Name, data and summary of each.
struct ModelRow {
  std::string name, data, summary;
};
std::vector<ModelRow> model_rows();

// Trains and audits: the initial values, then the first, the last and every 100th step in full. Writes to `table` what
// was built, how it learned, and for each audited step one row a node: op, shape, kernel, verdict, introduced and
// propagated error, bound, ratio, ulps. Cells and findings have law `model`. A mistake in options or files is an error.
spec::Result<Report> audit_model(const ModelOptions& options, const ModelSubjects& subjects, std::ostream& table);
spec::Result<Report> audit_model(const ModelOptions& options, std::ostream& table);

}  // namespace plumbline::crosscheck
