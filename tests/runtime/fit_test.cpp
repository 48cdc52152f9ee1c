// Fitting: runs that stop early and resume, batches that count for different amounts, and numbers that are none.
#include <gtest/gtest.h>

#include <filesystem>

#include "runtime/module/definition.h"
#include "runtime/nn/builders.h"
#include "runtime/train/fit.h"
#include "spec/ops/arithmetic/sqrt.h"
#include "spec/ops/arithmetic/square.h"
#include "spec/ops/arithmetic/sub.h"
#include "spec/ops/reduce/mean.h"

namespace plumbline::runtime {
namespace {

using spec::Tensor;
using train::Runner;
using train::Task;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

template <class T>
std::vector<T> flat(const TensorList<T>& list) {
  const auto all = tlist::flatten(list);
  return {all.elements().begin(), all.elements().end()};
}
data::Dataset two_classes(Index n) {
  const Tensor<float> x = Tensor<float>::generate({n, 2}, [](Index i) {
    const Index row = i / 2;
    return (row % 2 == 0 ? 1.0F : -1.0F) + static_cast<float>((row * 5 + i) % 7) / 16;
  });
  return *data::Dataset::from_tensors(x, Tensor<std::int64_t>::generate({n}, [](Index row) { return row % 2; }));
}
const nn::Sequential noisy{nn::Linear{.in_features = 2, .out_features = 4}, nn::BatchNorm{.num_features = 4},
                           nn::Dropout{.p = 0.25}, nn::Linear{.in_features = 4, .out_features = 2}};
Runner<float> runner_of(std::uint64_t seed = 3) {
  return spec::value_or_throw(Runner<float>::create(Task::classification(noisy, {2}, 2), {.seed = seed}));
}
data::DataLoader loader_of(const data::Dataset& data, const data::LoaderOptions& options) {
  return spec::value_or_throw(data::DataLoader::create(data, options));
}
data::DataLoader shuffled() { return loader_of(two_classes(16), {.batch_size = 4, .shuffle = true, .seed = 9}); }

// A folder's file that is gone before and after.
struct File {
  std::string path = testing::TempDir() + "plumbline_fit_test.safetensors";
  File() { std::filesystem::remove(path); }
  ~File() { std::filesystem::remove(path); }
};

// At rates far too large the loss does not go on to fall.
train::FitOptions early(const std::string& path) {
  return {.optimiser = optim::sgd({.lr = 64}),
          .epochs = 40,
          .validation = loader_of(two_classes(6), {.batch_size = 6}),
          .early_stopping = train::EarlyStopping{.patience = 2},
          .checkpoint = train::CheckpointOptions{.path = path, .every = 1}};
}

TEST(Resume, ARunThatStoppedEarlyStaysStopped) {
  const File file;
  Runner<float> first = runner_of(), second = runner_of(), third = runner_of();
  const auto stopped = *train::fit_loader(first, shuffled(), early(file.path));
  ASSERT_TRUE(stopped.stopped_early);
  const auto again = train::fit_loader(second, shuffled(), early(file.path));
  ASSERT_TRUE(again) << again.error().what();
  EXPECT_TRUE(again->stopped_early);
  EXPECT_EQ(again->steps, stopped.steps);
  EXPECT_EQ(flat(second.params()), flat(first.params()));
  EXPECT_EQ(flat(second.buffers()), flat(first.buffers()));
  auto more = early(file.path);
  more.early_stopping->patience = 3;
  EXPECT_GT(train::fit_loader(third, shuffled(), more)->steps, stopped.steps);
}

TEST(Resume, TheBestOfTheRunIsThatOfAWholeOne) {
  Runner<float> whole = runner_of();
  auto options = early("");
  options.checkpoint = {};
  const auto report = *train::fit_loader(whole, shuffled(), options);
  ASSERT_TRUE(report.stopped_early);
  for (Index stop = 1; stop < report.steps; stop += 3) {
    const File file;
    Runner<float> first = runner_of(), second = runner_of();
    options = early(file.path);
    options.steps = stop;
    ASSERT_TRUE(train::fit_loader(first, shuffled(), options));
    options.steps = 0;
    const auto rest = train::fit_loader(second, shuffled(), options);
    ASSERT_TRUE(rest) << rest.error().what();
    EXPECT_EQ(rest->steps, report.steps);
    EXPECT_EQ(flat(second.params()), flat(whole.params())) << stop;
    EXPECT_EQ(flat(second.buffers()), flat(whole.buffers())) << stop;
  }
}

TEST(Resume, OtherBatchesAreRefusedBeforeTheModelChanges) {
  const File file;
  train::FitOptions options{.optimiser = optim::adam(), .checkpoint = train::CheckpointOptions{.path = file.path}};
  Runner<float> first = runner_of();
  ASSERT_TRUE(train::fit_loader(first, shuffled(), options));
  const auto refusal = [&](const data::LoaderOptions& batches, Index examples = 16, std::uint64_t seed = 3) {
    Runner<float> r = runner_of(seed);
    const auto before = flat(r.params());
    const auto result = train::fit_loader(r, loader_of(two_classes(examples), batches), options);
    EXPECT_EQ(flat(r.params()), before);
    return result ? "none" : std::string(result.error().what()).substr(file.path.size());
  };
  const std::string found =
      ": run: found 16 examples in batches of 4, shuffled by seed 9, 1 for each update; a model of seed 3, expected ";
  EXPECT_EQ(refusal({.batch_size = 2, .shuffle = true, .seed = 9}),
            found + "16 examples in batches of 2, shuffled by seed 9, 1 for each update; a model of seed 3");
  EXPECT_EQ(refusal({.batch_size = 4, .seed = 9, .drop_last = true}),
            found + "16 examples in batches of 4, whole ones only, in order, 1 for each update; a model of seed 3");
  EXPECT_EQ(refusal({.batch_size = 4, .shuffle = true, .seed = 8}, 20, 4),
            found + "20 examples in batches of 4, shuffled by seed 8, 1 for each update; a model of seed 4");
  options.schedule = spec::StepRate{.lr = 0.5, .step_size = 2, .gamma = 0.5};
  EXPECT_NE(refusal({.batch_size = 4, .shuffle = true, .seed = 9}), "none");
  options.schedule = {}, options.accumulate = 2;
  EXPECT_EQ(refusal({.batch_size = 4, .shuffle = true, .seed = 9}),
            found + "16 examples in batches of 4, shuffled by seed 9, 2 for each update; a model of seed 3");
}

// Log-probabilities are the data themselves: dyadic, and counts are powers of two, so that nothing rounds.
TEST(Weighing, LabelsThatAreIgnoredDoNotCount) {
  const Task task{{nn::Linear{.in_features = 2, .out_features = 2, .bias = false}}, loss::nll, {2}, {Shape{}, 2}};
  const Tensor<float> x({6, 2}, {-1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12});
  const Tensor<std::int64_t> y({6}, {0, -100, -100, 1, 1, 0});  // counts 1, 1, 2 in batches of two
  const auto all = *data::Dataset::from_tensors(x, y);
  const TensorList<float> identity{{"0.weight", Tensor<float>({2, 2}, {1, 0, 0, 1})}};
  Runner<float> whole = *Runner<float>::create(task), parts = *Runner<float>::create(task);
  for (Runner<float>* r : {&whole, &parts}) {
    ASSERT_TRUE(r->set_params(identity));
    ASSERT_TRUE(r->set_optimiser(optim::sgd({.lr = 0.5})));
  }
  const auto pairs = loader_of(all, {.batch_size = 2});
  EXPECT_EQ(*train::mean_loss(whole, pairs), (1 + 8 + 10 + 11) / 4.0);
  EXPECT_EQ(*train::mean_loss(whole, loader_of(all, {.batch_size = 6})), (1 + 8 + 10 + 11) / 4.0);
  for (const auto& batch : loader_of(all, {.batch_size = 6}).epoch(0)) ASSERT_TRUE(whole.step(*batch));
  for (const auto& batch : pairs.epoch(0)) ASSERT_TRUE(parts.accumulate(*batch));
  parts.apply();
  EXPECT_EQ(flat(whole.params()), flat(parts.params()));
  const data::Sample none{x, Tensor<std::int64_t>({6}, {-100, -100, -100, -100, -100, -100})};
  EXPECT_STREQ(whole.step(none).error().what(),
               "[train] batch 1: found no label besides the ignored -100, expected at least one");
  Runner<float> fitted = *Runner<float>::create(task);
  ASSERT_TRUE(fitted.set_params(identity));
  const auto report = train::fit_loader(fitted, pairs, {.optimiser = optim::sgd({.lr = 0})});
  EXPECT_EQ(report->last_loss, (1 + 8 + 10 + 11) / 4.0);
}

TEST(Weighing, SumsHaveAMeanForEachExampleAndNoneOverBatches) {
  const Task task{{nn::Linear{.in_features = 1, .out_features = 1, .bias = false}},
                  loss::with(loss::mse, {.reduction = Reduction::sum}), {1}, {1}};
  Runner<float> r = *Runner<float>::create(task);
  ASSERT_TRUE(r.set_params({{"0.weight", Tensor<float>({1, 1}, {1})}}));
  const auto all = *data::Dataset::from_tensors(Tensor<float>({3, 1}, {1, 2, 3}), Tensor<float>({3, 1}, {0, 0, 1}));
  EXPECT_EQ(*train::mean_loss(r, loader_of(all, {.batch_size = 2})), 3);
  EXPECT_EQ(*train::mean_loss(r, loader_of(all, {.batch_size = 3})), 3);
  EXPECT_STREQ(train::fit_dataset(r, all, {.batch_size = 1}, {.accumulate = 2}).error().what(),
               "[fit] epoch 0, batch 0: [train] accumulate: found a loss that is a sum, expected a mean");
  EXPECT_TRUE(train::fit_dataset(r, all, {.batch_size = 1}));
}

// √(ŷ − y)² at ŷ = y: the loss is 0, its gradient 0 · ∞.
TEST(NotFinite, AGradientIsNamedAndChangesNothing) {
  const nn::Sequential line{nn::Linear{.in_features = 2, .out_features = 1}};
  const loss::Loss root = [](const spec::Var& yhat, const spec::Var& y) {
    return call(spec::Mean{}, call(spec::Sqrt{}, call(spec::Square{}, call(spec::Sub{}, yhat, y))));
  };
  const data::Sample batch{Tensor<float>({2, 2}, {1, 2, 3, 4}), Tensor<float>({2, 1}, {0, 0})};
  Runner<float> r = *Runner<float>::create({line, root, {2}, {1}});
  const TensorList<float> zeros{{"0.weight", Tensor<float>({1, 2}, {0, 0})}, {"0.bias", Tensor<float>({1}, {0})}};
  ASSERT_TRUE(r.set_params(zeros));
  EXPECT_STREQ(r.step(batch).error().what(),
               "[train] batch 0: the gradient of 0.weight [1, 2]: element 0: found nan, expected a finite number");
  EXPECT_EQ(flat(r.params()), flat(zeros));
  EXPECT_EQ(r.steps(), 0);

  const auto kernels = KernelTable::builtin();
  auto module = *ScalarModule<float>::create(*module_of(line, root, {2, 2}, {2, 1}, {.seed = 3}), kernels);
  ASSERT_TRUE(module.set_params(zeros));
  const std::vector<AnyTensor> xs{batch.x, batch.y};
  EXPECT_STREQ(module.step(1, xs).error().what(),
               "[module] step 0: the gradient of 0.weight [1, 2]: element 0: found nan, expected a finite number");
  auto adam = *module.init_optim(optim::adam());
  EXPECT_FALSE(module.step_with(adam, {Tensor<float>({2, 2}, {1, 2, nan, 4}), batch.y}));
  EXPECT_STREQ(module.step(1, {Tensor<float>({2, 2}, {1, 2, nan, 4}), batch.y}).error().what(),
               "[module] the loss of step 0 is not finite: x: row 1, column 0: found nan, expected a finite number");
  EXPECT_EQ(flat(module.params()), flat(zeros));
  EXPECT_EQ(module.steps(), 0);
  EXPECT_EQ(adam.steps(), 0);
}

TEST(NotFinite, EvaluationNamesTheExample) {
  Runner<float> r = runner_of();
  data::Dataset good = two_classes(7);
  Tensor<float> x = std::get<Tensor<float>>(loader_of(good, {.batch_size = 7}).epoch(0)[0]->x);
  x.mutable_elements()[2 * 5 + 1] = nan;
  const auto bad = *data::Dataset::from_tensors(x, Tensor<std::int64_t>({7}, {0, 1, 0, 1, 0, 1, 0}));
  EXPECT_STREQ(train::accuracy(r, loader_of(bad, {.batch_size = 2})).error().what(),
               "[evaluate] example 5: found nan in x, expected numbers");
  auto params = r.params();
  params.front().value.mutable_elements()[0] = nan;
  ASSERT_TRUE(r.set_params(params));
  EXPECT_STREQ(train::accuracy(r, loader_of(good, {.batch_size = 2})).error().what(),
               "[evaluate] example 0: found nan in the model's output, expected numbers");
  EXPECT_STREQ(train::count_correct(Tensor<float>({2, 2}, {0, 1, nan, 1}), Tensor<std::int64_t>({2}, {0, 1}))
                   .error().what(),
               "[accuracy] example 1: found nan, expected numbers");
}

TEST(Callbacks, AreToldTheEndAndTrueNumbers) {
  train::StartEvent start;
  Index ends = 0;
  const train::Callbacks watch{.on_train_start = [&](const train::StartEvent& e) { start = e; },
                               .on_train_end = [&](const train::EndEvent&) { ++ends; }};
  Runner<float> r = runner_of();
  ASSERT_TRUE(train::fit_loader(r, shuffled(), {.accumulate = 3, .steps = 3, .callbacks = watch}));
  EXPECT_EQ(start.epochs, 2);  // of four batches and two updates
  EXPECT_EQ(start.total, 7);
  EXPECT_EQ(ends, 1);
  const auto bad = *data::Dataset::from_tensors(Tensor<float>({2, 2}, {1, 2, nan, 4}),
                                                Tensor<std::int64_t>({2}, {0, 1}));
  EXPECT_FALSE(train::fit_dataset(r, bad, {.batch_size = 2}, {.callbacks = watch}));
  EXPECT_EQ(ends, 2);

  const auto kernels = KernelTable::builtin();
  auto module = *ScalarModule<float>::create(*module_of(noisy, loss::cross_entropy, {2, 2}, {Shape{2}, 2}, {.seed = 3}),
                                             kernels);
  EXPECT_FALSE(train::fit_module_loader(module, loader_of(bad, {.batch_size = 2}), {.epochs = 2, .callbacks = watch}));
  EXPECT_EQ(ends, 3);
  EXPECT_EQ(start.model.substr(0, 28), "module of 0.weight [4, 2], 0");
  EXPECT_EQ(start.parameters, r.parameter_count());
  EXPECT_EQ(start.total, 2);
}

TEST(FitModule, HasTheRatesAndTheValidationOfARunner) {
  const nn::Sequential small{nn::Linear{.in_features = 2, .out_features = 2}, nn::Tanh{}};
  const auto kernels = KernelTable::builtin();
  const spec::Schedule step = spec::StepRate{.lr = 0.5, .step_size = 3, .gamma = 0.5};
  const spec::Schedule plateau = spec::PlateauRate{.lr = 0.5, .factor = 0.5, .patience = 0, .threshold = 0};
  for (const auto& [schedule, per] : {std::pair{step, train::Per::update}, std::pair{plateau, train::Per::epoch}}) {
    train::TrainLog a, b;
    const auto def = *module_of(small, loss::cross_entropy, {4, 2}, {Shape{4}, 2}, {.seed = 3});
    auto module = *ScalarModule<float>::create(def, kernels);
    Runner<float> runner = *Runner<float>::create(Task::classification(small, {2}, 2), {.seed = 3});
    ASSERT_TRUE(train::fit_module_loader(module, shuffled(), {.schedule = schedule,
                                                              .schedule_per = per,
                                                              .epochs = 5,
                                                              .callbacks = log_to(a),
                                                              .validation = shuffled()}));
    ASSERT_TRUE(train::fit_loader(runner, shuffled(), {.schedule = schedule,
                                                       .schedule_per = per,
                                                       .epochs = 5,
                                                       .callbacks = log_to(b),
                                                       .validation = shuffled()}));
    EXPECT_EQ(flat(module.params()), flat(runner.params()));
    EXPECT_EQ(a.steps, b.steps);
    EXPECT_EQ(a.epochs.back().validation_loss, b.epochs.back().validation_loss);
  }
}

TEST(Runner, KeepsFewPlans) {
  Runner<float> few = runner_of();
  for (Index n = 3; n < 24; ++n) {
    const auto batch = *loader_of(two_classes(n), {.batch_size = n}).epoch(0)[0];
    ASSERT_TRUE(few.step(batch) && few.evaluate(batch));
    EXPECT_EQ(few.gradient(0).size(), 8U);
  }
  EXPECT_EQ(few.plans(), 1 + 2 * train::most_plans);
  EXPECT_EQ(few.plan(3), nullptr);
  EXPECT_NE(few.plan(23), nullptr);
  EXPECT_NE(few.plan(2), nullptr);  // the first stays
  EXPECT_EQ(few.steps(), 21);
}

}  // namespace
}  // namespace plumbline::runtime
