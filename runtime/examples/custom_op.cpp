// An op of one's own, y = x + sin² x, with a kernel of one's own: audited by every law, then a model learns with it.
#include <iostream>

#include "crosscheck/audit/runner.h"
#include "crosscheck/subjects/subject.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/function/transcendental.h"
#include "runtime/examples/example.h"
#include "runtime/nn/builders.h"
#include "spec/eval/model.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/function/sin.h"

namespace plumbline::spec {

// Ziyin, Hartwig, Ueda (2020): an activation for what is periodic.
struct Snake {
  static constexpr std::string_view name = "snake", summary = "y = x + sin(x)^2";
  static constexpr int arity = 1;
  bool operator==(const Snake&) const = default;

  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  // The limits at ±∞ are ±∞, where the formula alone would ask for sin ∞.
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return map(in[0], [](const N& x) { return select(is_infinite(x), x, x + sin(x) * sin(x)); });
  }
  // dy/dx = 1 + sin 2x
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    return {add(ct, mul(ct, call(Sin{}, add(in[0], in[0]))))};
  }
  static Sample<Snake> sample(Choices& choices) { return {{}, {pick_shape(choices, 0, 3)}, {angles()}}; }
};
BOOST_DESCRIBE_STRUCT(Snake, (), ())

template <>
Op make_op(const Snake& definition) {
  return erase(definition);
}

}  // namespace plumbline::spec

using namespace plumbline;
namespace train = runtime::train;
namespace optim = runtime::optim;
namespace data = runtime::data;
namespace nn = runtime::nn;
using spec::value_or_throw;

namespace {

constexpr spec::Index hidden = 32, batch = 32, points = 512;
constexpr float width = 12;  // of the interval on which the function is learned

runtime::KernelTable kernels() {
  auto table = runtime::KernelTable::builtin();
  const auto claims = runtime::function_claims({{spec::Function::sin, runtime::math::sin_ulps}});
  table.add(runtime::elementwise<1>(
      "snake",
      [](auto x) {
        const auto s = runtime::math::sin(x);
        return x - x == 0 ? x + s * s : x;  // x − x is NaN for ±∞ and NaN
      },
      claims));
  return table;
}

// Every law that applies, on the kernel and on the derivative rule.
void audit(const examples::Options& options) {
  auto catalogue = std::make_shared<spec::Catalogue>(spec::Catalogue::builtin());
  catalogue->add(spec::entry_of<spec::Snake>());
  crosscheck::Suite suite = crosscheck::quick_suite();
  suite.catalogue = catalogue;
  suite.subjects = {crosscheck::cpu_subject(kernels())};
  suite.op = spec::Snake::name;
  suite.seed = options.seed;
  const crosscheck::Report report = crosscheck::run_suite(suite);
  std::cout << crosscheck::text_report(report, /*color=*/false) << '\n';
  if (report.exit_code() != 0) throw spec::Error("[snake] a law does not hold");
}

// y = sin x + x / 4 on [0, width).
data::Dataset waves() {
  return data::Dataset::lazy(points, [](spec::Index i) -> spec::Result<data::Sample> {
    const float x = width * static_cast<float>(i) / points;
    return data::Sample{spec::Tensor<float>({1}, {x}), spec::Tensor<float>({1}, {std::sin(x) + x / 4})};
  });
}

void learn(const examples::Options& options) {
  audit(options);
  const auto table = kernels();
  const nn::Sequential model =
      nn::run(options.seed, nn::sequential(nn::linear({.in_features = 1, .out_features = hidden}), spec::Snake{},
                                           nn::linear({.in_features = hidden, .out_features = 1})));
  auto runner = value_or_throw(train::Runner<float>::create(
      train::Task::regression(model, {1}, {1}),
      {.seed = options.seed, .threads = options.threads, .batch = batch, .kernels = &table}));
  train::TrainLog log{.title = "waves, with an activation of one's own"};
  value_or_throw(train::fit_loader(runner, examples::loader(waves(), batch, options.seed),
                                   {.optimiser = optim::adam({.lr = 0.01}),
                                    .epochs = options.epochs,
                                    .callbacks = train::progress_bar() + train::log_to(log)}));
  std::cout << train::report("all points", value_or_throw(train::evaluate(runner, waves(), batch))) << '\n';
  examples::leave(options, "custom_op", log, runner.params());
}

}  // namespace

int main(int argc, char** argv) {
  return examples::run(argc, argv, {"custom_op", "An op and a kernel of one's own, audited and used.", 60}, learn);
}
