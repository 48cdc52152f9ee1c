// Training: steps on batches of any size, what a step is made of, fitting, resuming bit for bit, evaluation, mistakes.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "runtime/module/definition.h"
#include "runtime/nn/builders.h"
#include "runtime/train/fit.h"

namespace plumbline::runtime {
namespace {

using spec::Tensor;
using train::Runner;
using train::Task;

Tensor<float> ramp(const Shape& shape, Index seed) {
  return Tensor<float>::generate(shape, [&](Index i) { return static_cast<float>((i * 7 + seed * 5) % 9 - 4) / 4; });
}
template <class T>
std::vector<T> flat(const TensorList<T>& list) {
  const auto all = tlist::flatten(list);
  return {all.elements().begin(), all.elements().end()};
}

// Two classes apart on a line, as labels.
data::Dataset two_classes(Index n) {
  const Tensor<float> x = Tensor<float>::generate({n, 2}, [](Index i) {
    const Index row = i / 2;
    return (row % 2 == 0 ? 1.0F : -1.0F) + static_cast<float>((row * 5 + i) % 7) / 16;
  });
  const Tensor<std::int64_t> y = Tensor<std::int64_t>::generate({n}, [](Index row) { return row % 2; });
  return *data::Dataset::from_tensors(x, y);
}

const nn::Sequential small{nn::Linear{.in_features = 2, .out_features = 4}, nn::Tanh{},
                           nn::Linear{.in_features = 4, .out_features = 2}};
const nn::Sequential noisy{nn::Linear{.in_features = 2, .out_features = 4}, nn::BatchNorm{.num_features = 4},
                           nn::Relu{}, nn::Dropout{.p = 0.25}, nn::Linear{.in_features = 4, .out_features = 2}};

template <class T = float>
Runner<T> runner_of(const nn::Sequential& model, Index batch = 2) {
  return spec::value_or_throw(
      Runner<T>::create(Task::classification(model, {2}, 2), {.seed = 3, .batch = batch}));
}
data::DataLoader loader_of(const data::Dataset& data, const data::LoaderOptions& options) {
  return spec::value_or_throw(data::DataLoader::create(data, options));
}

TEST(Runner, BatchesOfAnySizeStepTheSameParams) {
  const auto loader = loader_of(two_classes(10), {.batch_size = 4});
  Runner<float> a = runner_of(noisy), b = runner_of(noisy, 4);
  for (Index epoch = 0; epoch < 2; ++epoch)
    for (const auto& batch : loader.epoch(epoch)) EXPECT_EQ(*a.step(*batch), *b.step(*batch));
  EXPECT_EQ(flat(a.params()), flat(b.params()));
  EXPECT_EQ(flat(a.buffers()), flat(b.buffers()));
  EXPECT_EQ(a.steps(), 6);
  EXPECT_NE(a.plan(4), nullptr);
  EXPECT_NE(a.plan(2), nullptr);
}

// Dyadic data of a linear model: nothing rounds, so that the mean of gradients is the gradient of the mean.
TEST(Runner, AccumulatedGradientsAreAveragedAtOnePoint) {
  const nn::Sequential line{nn::Linear{.in_features = 2, .out_features = 1}};
  const Task task = Task::regression(line, {2}, {1});
  const data::Sample whole{ramp({4, 2}, 1), ramp({4, 1}, 2)};
  const auto part = [&](Index i) {
    const Index rows[] = {i};
    return data::Sample{data::rows(whole.x, rows), data::rows(whole.y, rows)};
  };
  Runner<float> a = *Runner<float>::create(task), b = *Runner<float>::create(task);
  const TensorList<float> start{{"0.weight", ramp({1, 2}, 3)}, {"0.bias", ramp({1}, 4)}};
  for (Runner<float>* r : {&a, &b}) {
    ASSERT_TRUE(r->set_params(start));
    ASSERT_TRUE(r->set_optimiser(optim::sgd({.lr = 0.5})));
  }
  ASSERT_TRUE(a.step(whole));
  for (Index i = 0; i < 4; ++i) {
    ASSERT_TRUE(b.accumulate(part(i)));
    EXPECT_EQ(flat(b.params()), flat(start));
  }
  b.apply();
  EXPECT_EQ(flat(a.params()), flat(b.params()));
  EXPECT_NE(flat(a.params()), flat(start));
}

// Clipping, groups and schedule act as those of an optimiser of lists, fed with the runner's own gradients.
TEST(Runner, StepsAreThoseOfAnOptimiserOfLists) {
  const optim::Config config = optim::adam({.lr = 0.125});
  const std::vector<ParameterGroup> groups{{"*.bias", optim::sgd({.lr = 0.25, .momentum = 0.5})}};
  const spec::GradientClip clip = spec::ClipGradNorm{0.0625, 2};
  const spec::Schedule schedule = spec::StepRate{.lr = 0.5, .step_size = 2, .gamma = 0.5};
  Runner<float> r = runner_of(small);
  auto stepper = *train::Stepper<float>::create(r, {.optimiser = config,
                                                    .learning = {.groups = groups, .clip = clip},
                                                    .schedule = schedule});
  TensorList<float> params = r.params();
  auto optimiser = *optim::Optimiser<float>::create(config, params,
                                                    {.groups = groups, .clip = clip, .schedule = schedule});
  const auto loader = loader_of(two_classes(12), {.batch_size = 4});
  std::vector<double> rates;
  for (const auto& batch : loader.epoch(0)) {
    rates.push_back(stepper.step(*batch)->lr);
    TensorList<float> gradients = params;
    for (std::size_t i = 0; i < params.size(); ++i) {
      const auto g = r.gradient(i);
      gradients[i].value = Tensor<float>(params[i].value.shape(), {g.begin(), g.end()});
    }
    ASSERT_TRUE(optimiser.step(params, gradients));
    EXPECT_EQ(flat(r.params()), flat(params));
  }
  EXPECT_EQ(rates, (std::vector<double>{0.5, 0.5, 0.25}));
}

TEST(Optim, StateGoesOutAndIn) {
  TensorList<double> a{{"w", Tensor<double>({2}, {1, 2})}}, b = a;
  const TensorList<double> g{{"w", Tensor<double>({2}, {3, -1})}};
  for (const spec::Optimiser& config : spec::all_optimisers()) {
    if (spec::steps_matrices(config)) continue;
    auto one = *optim::Optimiser<double>::create(config, a, {.schedule = spec::PlateauRate{.lr = 0.5, .patience = 0}});
    auto two = *optim::Optimiser<double>::create(config, a, {.schedule = spec::PlateauRate{.lr = 0.5, .patience = 0}});
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(one.step(a, g, i));
    b = a;
    ASSERT_TRUE(two.set_state(one.state())) << spec::print(config);
    ASSERT_TRUE(one.step(a, g, 9));
    ASSERT_TRUE(two.step(b, g, 9));
    EXPECT_EQ(flat(a), flat(b)) << spec::print(config);
    EXPECT_EQ(one.lr(), two.lr());
  }
  auto adam = *optim::Optimiser<double>::create(optim::adam(), a);
  EXPECT_STREQ(adam.set_state({{}, 0, {}}).error().what(), "[optim] expected 2 tensors of state, found 0");
  EXPECT_STREQ(optim::Optimiser<double>::create(optim::sgd(), a, {.groups = {{"*.bias", optim::sgd()}}}).error().what(),
               "[optim] no param is left for the pattern *.bias, expected one that no pattern before it matches");
  EXPECT_STREQ(optim::Optimiser<double>::create(optim::muon(), a).error().what(),
               "[muon] a parameter is a matrix, of rank 2: [2] [optim C6] at param w");
}

TEST(Runner, EvaluationChangesNothingAndKeepsTheMode) {
  Runner<float> r = runner_of(noisy, 4);
  const auto loader = loader_of(two_classes(8), {.batch_size = 4, .shuffle = true});
  for (const auto& batch : loader.epoch(0)) ASSERT_TRUE(r.step(*batch));
  const auto params = flat(r.params()), buffers = flat(r.buffers());
  const auto x = ramp({4, 2}, 1);
  const auto first = r.in_eval_mode([&] { return *r.predict(x); });
  EXPECT_TRUE(r.is_training());
  ASSERT_TRUE(train::evaluate(r, loader));
  const auto again = r.in_eval_mode([&] { return *r.predict(x); });
  EXPECT_TRUE(std::ranges::equal(first.elements(), again.elements()));
  EXPECT_EQ(flat(r.params()), params);
  EXPECT_EQ(flat(r.buffers()), buffers);
  // By running statistics an example does not depend on its batch.
  const auto one = r.in_eval_mode([&] { return *r.predict_one(Tensor<float>({2}, {x[0], x[1]})); });
  EXPECT_EQ(one.shape(), (Shape{2}));
  EXPECT_EQ(one[0], first[0]);
}

TEST(Evaluate, EachSampleIsReadOnceAndInOrder) {
  const data::Dataset all = two_classes(7);
  std::vector<Index> read;
  const auto lazy = data::Dataset::lazy(7, [&](Index i) {
    read.push_back(i);
    return all.at(i);
  });
  Runner<float> r = runner_of(small, 3);
  const auto e = *train::evaluate(r, loader_of(lazy, {.batch_size = 3, .shuffle = true, .drop_last = true}));
  EXPECT_EQ(e.examples, 7);
  EXPECT_EQ(e.total, 7);
  EXPECT_EQ(read, (std::vector<Index>{0, 1, 2, 3, 4, 5, 6}));
  // The mean over batches weighs each by its examples.
  double sum = 0;
  for (Index i = 0; i < 7; ++i) sum += train::evaluate(r, *all.range(i, i + 1))->correct;
  EXPECT_EQ(sum, static_cast<double>(e.correct));
}

TEST(Evaluate, ClassesAreCountedForLabelsAndForOneHot) {
  const Tensor<float> logits({3, 2}, {1, 2, 5, 5, 0, -1});  // 1, 0 (the first of equals), 0
  const Tensor<std::int64_t> labels({3}, {1, 1, -100});
  const auto by_label = *train::count_correct(logits, labels);
  EXPECT_EQ(by_label.correct, 1);
  EXPECT_EQ(by_label.total, 2);
  const auto one_hot = *train::count_correct(logits, Tensor<float>({3, 2}, {0, 1, 1, 0, 0, 1}));
  EXPECT_EQ(one_hot.correct, 2);
  EXPECT_EQ(one_hot.total, 3);
  EXPECT_STREQ(train::count_correct(logits, Tensor<std::int64_t>({2}, {0, 1})).error().what(),
               "[accuracy] expected targets of shape [3], found [2]");
}

TEST(Fit, LearnsWhatCanBeLearnt) {
  auto trained = *train::TaskRunner<float>::create(Task::classification(small, {2}, 2), {.seed = 1});
  const auto loader = loader_of(two_classes(64), {.batch_size = 8, .shuffle = true, .seed = 5});
  train::TrainLog log;
  const auto report = *trained.fit_loader(loader, {.optimiser = optim::adam({.lr = 0.05}),
                                                   .epochs = 5,
                                                   .callbacks = train::progress_bar() + train::log_to(log),
                                                   .validation = loader,
                                                   .report_loss = true});
  EXPECT_LT(report.after, report.before / 2);
  EXPECT_EQ(report.steps, 40);
  EXPECT_EQ(*trained.accuracy(loader), 1);
  EXPECT_EQ(log.steps.size(), 40U);
  EXPECT_EQ(log.epochs.size(), 5U);
  EXPECT_EQ(log.epochs.back().validation_accuracy, 1);
  EXPECT_EQ(report.after, *log.epochs.back().validation_loss);
  const auto steps = trained.fit(std::vector<data::Sample>(3, *two_classes(1).at(0)), {.steps = 7});
  EXPECT_EQ(steps->steps, 7);
}

template <class T>
void expect_falling_loss() {
  auto r = *Runner<T>::create(Task::classification(small, {2}, 2));
  const auto report = *train::fit_dataset(r, two_classes(32), {.batch_size = 8},
                                          {.optimiser = optim::adam({.lr = 0.05}), .epochs = 4, .report_loss = true});
  EXPECT_LT(report.after, report.before);
}
TEST(Fit, InEveryDtype) {
  expect_falling_loss<double>();
  expect_falling_loss<Half>();
  expect_falling_loss<BFloat16>();
}

// Everything that a step can depend on: batch statistics, dropout, moments, clipping, a schedule by metric, sums of
// gradients, a shuffled order, a partial batch.
train::FitOptions everything() {
  return {.optimiser = optim::adamw({.lr = 0.01}),
          .learning = {.clip = spec::ClipGradNorm{1, 2}},
          .schedule = spec::PlateauRate{.lr = 0.05, .factor = 0.5, .patience = 0, .threshold = 0},
          .accumulate = 2,
          .epochs = 3};
}
data::DataLoader shuffled() { return loader_of(two_classes(22), {.batch_size = 4, .shuffle = true, .seed = 9}); }

TEST(Fit, ResumesBitForBitInMidEpoch) {
  const std::string path = testing::TempDir() + "plumbline_resume_test.safetensors";
  const auto loader = shuffled();
  train::TrainLog whole_log;
  Runner<float> whole = runner_of(noisy);
  auto options = everything();
  options.callbacks = log_to(whole_log);
  const auto report = *train::fit_loader(whole, loader, options);
  EXPECT_EQ(report.steps, 9);  // three updates an epoch: 2 + 2 + 2 batches
  for (const Index stop : {1, 2, 4, 8}) {
    std::filesystem::remove(path);
    Runner<float> first = runner_of(noisy), second = runner_of(noisy);
    train::TrainLog log;
    options = everything();
    options.callbacks = log_to(log);
    options.checkpoint = train::CheckpointOptions{.path = path, .every = 1};
    options.steps = stop;
    ASSERT_TRUE(train::fit_loader(first, loader, options));
    options.steps = 0;
    const auto rest = train::fit_loader(second, loader, options);
    ASSERT_TRUE(rest) << rest.error().what();
    EXPECT_EQ(flat(second.params()), flat(whole.params())) << stop;
    EXPECT_EQ(flat(second.buffers()), flat(whole.buffers())) << stop;
    EXPECT_EQ(log.steps, whole_log.steps) << stop;
    EXPECT_EQ(log.epochs.back().loss, whole_log.epochs.back().loss);
  }
  std::filesystem::remove(path);
}

// A module's own steps over a loader end at the runner's bits.
TEST(Fit, ModulesAndRunnersAgree) {
  const auto loader = loader_of(two_classes(8), {.batch_size = 4, .shuffle = true, .seed = 2});
  const auto kernels = KernelTable::builtin();
  const auto def = *module_of(small, loss::cross_entropy, {4, 2}, {Shape{4}, 2}, {.seed = 3});
  for (const Backend backend : {Backend::eager, Backend::compiled}) {
    auto module = *ScalarModule<float>::create(def, kernels, {.backend = backend});
    Runner<float> runner = runner_of(small);
    EXPECT_EQ(flat(module.params()), flat(runner.params()));
    EXPECT_EQ(*train::mean_loss_module_loader(module, loader), *train::mean_loss(runner, loader));
    const auto a = *train::fit_module_loader(module, loader, {.optimiser = optim::adam({.lr = 0.05}), .epochs = 3});
    const auto b = *train::fit_loader(runner, loader, {.optimiser = optim::adam({.lr = 0.05}), .epochs = 3});
    EXPECT_EQ(flat(module.params()), flat(runner.params()));
    EXPECT_EQ(a.last_loss, b.last_loss);
    EXPECT_EQ(a.steps, 6);
  }
}

TEST(Fit, StopsEarlyAndGivesTheBestBack) {
  Runner<float> r = runner_of(small);
  std::vector<std::vector<float>> after;
  std::vector<double> losses;
  const auto report = *train::fit_dataset(
      r, two_classes(8), {.batch_size = 8},
      {.optimiser = optim::sgd({.lr = 64}),  // far too large: it does not go on to fall
       .epochs = 200,
       .callbacks = train::at_epoch_end([&](const train::EpochEvent& e) {
         after.push_back(flat(r.params()));
         losses.push_back(*e.validation_loss);
       }),
       .validation = loader_of(two_classes(6), {.batch_size = 6}),
       .early_stopping = train::EarlyStopping{.patience = 2}});
  EXPECT_TRUE(report.stopped_early);
  const auto best = std::ranges::min_element(losses) - losses.begin();
  EXPECT_EQ(static_cast<Index>(losses.size()), best + 4);
  EXPECT_EQ(flat(r.params()), after[static_cast<std::size_t>(best)]);
}

TEST(Callbacks, AreCalledInOrderAndCombine) {
  std::string calls;
  const auto named = [&](std::string name) {
    return train::Callbacks{.on_train_start = [&calls, name](const train::StartEvent&) { calls += name + "< "; },
                            .on_step = [&calls, name](const train::StepEvent& e) {
                              calls += name + std::to_string(e.step) + " ";
                            },
                            .on_epoch_end = [&calls, name](const train::EpochEvent& e) {
                              calls += name + "e" + std::to_string(e.epoch) + " ";
                              if (e.epoch == 1) e.stop();
                            },
                            .on_train_end = [&calls, name](const train::EndEvent&) { calls += name + ">"; }};
  };
  Runner<float> r = runner_of(small);
  const train::Callbacks all = named("a") + train::Callbacks{} + named("b");
  ASSERT_TRUE(train::fit_dataset(r, two_classes(4), {.batch_size = 4}, {.epochs = 9, .callbacks = all}));
  EXPECT_EQ(calls, "a< b< a1 b1 ae0 be0 a2 b2 ae1 be1 a>b>");
}

TEST(Callbacks, APipeSeesNoProgressBar) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const int before = dup(STDERR_FILENO);
  dup2(ends[1], STDERR_FILENO);
  const train::Callbacks bar = train::progress_bar();
  dup2(before, STDERR_FILENO);
  for (const int fd : {ends[0], ends[1], before}) close(fd);
  EXPECT_FALSE(bar.on_train_start || bar.on_step || bar.on_epoch_end || bar.on_train_end);
}

TEST(TrainLog, GoesThroughJson) {
  train::TrainLog log{"a < b", {{1, 0, 0.5, 0.1}, {2, 0, 0.25, 0.1}}, {{0, 2, 0.375, {}, 0.75, 1.5}}};
  const auto back = train::TrainLog::from_json(log.json());
  ASSERT_TRUE(back) << back.error().what();
  EXPECT_EQ(*back, log);
  const std::string svg = log.svg();
  EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
  EXPECT_NE(svg.find("a &lt; b"), std::string::npos);
  EXPECT_TRUE(train::TrainLog{}.svg().ends_with("</svg>\n"));
  EXPECT_STREQ(train::TrainLog::from_json("[1").error().what(),
               "[train_log] found no JSON, expected a log that json() wrote");
  EXPECT_STREQ(train::TrainLog::from_json("{}").error().what(),
               "[train_log] the log: found no format, expected one");
  EXPECT_STREQ(train::TrainLog::from_json(R"({"format": "plumbline.train_log/1", "title": "", "epochs": [],
                                              "steps": [{"step": 1, "epoch": 0, "loss": "x"}]})")
                   .error()
                   .what(),
               "[train_log] step 0.loss: found string, expected a number");
}

TEST(Probes, ReportClassesAndStatistics) {
  Runner<float> r = runner_of(small);
  const std::vector<train::Probe> probes{{"left", Tensor<float>({2}, {-1, -1}), 1}};
  EXPECT_TRUE(train::report_probes(r, probes)->starts_with("left: predicted "));
  const std::vector<float> x{1, -1, 3, std::numeric_limits<float>::quiet_NaN()};
  const auto s = train::statistics<float>(x);
  EXPECT_EQ(s.text(), "4 numbers, mean 1, deviation 1.63299, from -1 to 3, 1 not finite");
  EXPECT_EQ(train::watch(r, 0, AnyTensor(ramp({3, 2}, 1)))->count, 12);
}

TEST(Mistakes, AreNamedAndChangeNothing) {
  Runner<float> r = runner_of(small);
  const auto params = flat(r.params());
  const Tensor<std::int64_t> labels({2}, {0, 1});
  const auto error = [&](const data::Sample& batch) { return std::string(r.step(batch).error().what()); };
  EXPECT_EQ(error({ramp({2, 3}, 1), labels}), "[train] batch x: expected shape [n, 2] with n = 2, found [2, 3]");
  EXPECT_EQ(error({ramp({0, 2}, 1), labels}), "[train] batch x: expected at least one example, found shape [0, 2]");
  EXPECT_EQ(error({ramp({2, 2}, 1), Tensor<std::int64_t>({3}, {0, 1, 1})}),
            "[train] batch y: expected shape [n] with n = 2, found [3]");
  EXPECT_EQ(error({ramp({2, 2}, 1), ramp({2}, 1)}).substr(0, 17), "[train] batch y: ");
  EXPECT_EQ(error({ramp({2, 2}, 1), Tensor<std::int64_t>({2}, {0, 12})}),
            "[cross_entropy_index] input target: index 12 at element 1 is out of range for axis -1 with extent 2");
  Tensor<float> bad = ramp({2, 2}, 1);
  bad.mutable_elements()[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(error({bad, labels}),
            "[train] the loss of batch 0 is not finite: x: row 1, column 1: found nan, expected a finite number");
  EXPECT_EQ(flat(r.params()), params);
  EXPECT_EQ(r.steps(), 0);
  EXPECT_STREQ(train::fit_dataset(r, two_classes(4), {.batch_size = 5}).error().what(),
               data::DataLoader::create(two_classes(4), {.batch_size = 5}).error().what());
  EXPECT_FALSE(train::fit(r, {}));
  EXPECT_STREQ(r.set_params({}).error().what(), "[tlist] expected 4 tensors, found 0");
  EXPECT_FALSE(Runner<float>::create(Task::classification(small, {3}, 2)));
  EXPECT_STREQ(train::fit_dataset(r, two_classes(4), {.batch_size = 2}, {.accumulate = 0}).error().what(),
               "[train] accumulate: found 0, expected at least 1 batch");
}

}  // namespace
}  // namespace plumbline::runtime
