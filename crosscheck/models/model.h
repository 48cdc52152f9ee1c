// Real models on real data: built from seeds, trained by the runtime, and audited node by node.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "crosscheck/judge/judge.h"
#include "crosscheck/laws/init/init_law.h"
#include "crosscheck/laws/optim/optim_law.h"
#include "crosscheck/report/report.h"
#include "spec/lang/result.h"

namespace plumbline::crosscheck {

struct ModelOptions {
  std::string model = "digits-mlp";  // a name of model_names(), or a file with a graph in text form or a GraphSpec
  std::string data;                  // a CSV file, labels in the last column; empty: the model's own data set
  spec::Index steps = 300, batch = 32;
  spec::Index spec_steps = 3;        // of a GraphSpec from a file, each of them audited
  std::uint64_t seed = 1;
  double lr = 0;    // 0: the model's own
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
