// A hundred million parameters: initial values, a step and a checkpoint, each where they lie.
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <filesystem>

#include "runtime/io/checkpoint.h"
#include "tests/benchmarks/workloads.h"

namespace plumbline::bench {
namespace {

double peak_gibibytes() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) / (1 << 20);
}

TEST(LargeModel, FitsFourGibibytes) {
  const auto kernels = runtime::KernelTable::builtin();
  const Make make = train_classifier(spec::Sgd{.lr = 0.5}, {8, 4096}, 8, [](const Scope& scope, const Var& x) {
    return nn::Mlp{.widths = {4096, 8192, 8192, 10}}(scope, x);
  });
  const Workload workload = make(kernels, 2);
  runtime::TrainStep& step = *workload.step;
  Index parameters = 0;
  for (std::size_t p = 0; p < step.parameters().size(); ++p) parameters += static_cast<Index>(step.parameter(p).size());
  EXPECT_GE(parameters, 100000000);
  workload.run();
  const auto path = std::filesystem::temp_directory_path() / "plumbline_large_model_test.safetensors";
  must(runtime::io::save_checkpoint(path.string(), step, {.step = 1}));
  const float kept = step.parameter(0)[12345];
  step.parameter(0)[12345] = 0;
  EXPECT_EQ(spec::value_or_throw(runtime::io::load_checkpoint(path.string(), step)).step, 1);
  EXPECT_EQ(step.parameter(0)[12345], kept);
  std::filesystem::remove(path);
  EXPECT_LT(peak_gibibytes(), 4);
  RecordProperty("peak_gibibytes", std::to_string(peak_gibibytes()));
}

}  // namespace
}  // namespace plumbline::bench
