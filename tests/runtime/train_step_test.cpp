// A training step: no allocation once it is steady, the same bits for any number of threads, and the session's
// gradients.
#include "runtime/train/train_step.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <new>
#include <random>

#include "runtime/session/session.h"
#include "spec/ops/activation/relu.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/linalg/linear.h"
#include "spec/ops/loss/cross_entropy_index.h"
#include "spec/ops/reduce/sum.h"

namespace {

std::atomic<long> allocations{0};

void* counted(std::size_t bytes, std::size_t align) {
  ++allocations;
  void* p = std::aligned_alloc(align, (bytes + align - 1) / align * align);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t align) {
  return counted(bytes, static_cast<std::size_t>(align));
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { std::free(p); }

namespace plumbline::runtime {
namespace {

const KernelTable& kernels() {
  static const KernelTable table = KernelTable::builtin();
  return table;
}

constexpr Index batch = 32, in = 64, hidden = 50, classes = 10;

struct Model {
  spec::Graph graph;
  NodeId loss;
};

Model model() {
  Model m;
  const auto x = m.graph.input("x", {batch, in}), y = m.graph.index_input("y", {batch}, classes);
  const auto w1 = m.graph.param("w1", {hidden, in}), b1 = m.graph.param("b1", {hidden});
  const auto w2 = m.graph.param("w2", {classes, hidden}), b2 = m.graph.param("b2", {classes});
  const auto h = spec::call(spec::Relu{}, spec::call(spec::Linear{}, x, w1, b1));
  m.loss = spec::call(spec::CrossEntropyIndex{}, spec::call(spec::Linear{}, h, w2, b2), y).id();
  return m;
}

std::vector<float> normal(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> x(n);
  for (float& v : x) v = 0.2f * std::normal_distribution<float>()(random);
  return x;
}

std::vector<std::int64_t> labels() {
  std::vector<std::int64_t> y;
  for (Index i = 0; i < batch; ++i) y.push_back(i * 3 % classes);
  return y;
}

// T: the elements of the program. Parameters are kept in double or float.
template <class T = float>
using Kept = std::conditional_t<std::same_as<T, double>, double, float>;

template <class T = float>
TrainStep create(int threads) {
  const Model m = model();
  const PlanOptions options{.threads = threads, .dtype = dtype_of<T>};
  TrainStep step =
      spec::value_or_throw(TrainStep::create(m.graph, m.loss, spec::Adam{.lr = 0.01}, kernels(), options));
  for (std::size_t p = 0; p < step.parameters().size(); ++p) {
    const auto to = step.parameter<Kept<T>>(p);
    const auto values = normal(to.size(), static_cast<unsigned>(p));
    std::copy(values.begin(), values.end(), to.begin());
  }
  std::vector<T> x;
  for (float v : normal(batch * in, 9)) x.push_back(rounded<T>(static_cast<double>(v)));
  EXPECT_TRUE(step.program().set(0, x));
  EXPECT_TRUE(step.program().set(1, std::span<const std::int64_t>(labels())));
  return step;
}

TEST(TrainStep, ASteadyStepDoesNotAllocate) {
  for (int threads : {1, 2})
    for (TrainStep& step : std::array{create<float>(threads), create<double>(threads), create<Half>(threads)}) {
      for (int i = 0; i < 3; ++i) ASSERT_TRUE(step.step());
      const long before = allocations;
      for (int i = 0; i < 10; ++i) ASSERT_TRUE(step.step());
      EXPECT_EQ(allocations, before);
    }
}

template <class T>
void expect_falling_loss() {
  TrainStep step = create<T>(1);
  ASSERT_TRUE(step.step());
  const auto loss = [&] { return exact(step.program().template value<T>(step.loss())[0]); };
  const double first = loss();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(step.step());
  EXPECT_LT(loss(), first / 2);
}

TEST(TrainStep, TheLossFalls) {
  expect_falling_loss<float>();
  expect_falling_loss<double>();
  expect_falling_loss<Half>();
  expect_falling_loss<BFloat16>();
}

template <class T>
void expect_the_same_for_any_threads() {
  std::vector<std::vector<Kept<T>>> results;
  for (int threads : {1, 2, 3, 8}) {
    TrainStep step = create<T>(threads);
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(step.step());
    results.emplace_back();
    for (std::size_t p = 0; p < step.parameters().size(); ++p) {
      const auto x = step.parameter<Kept<T>>(p);
      results.back().insert(results.back().end(), x.begin(), x.end());
    }
  }
  for (const auto& r : results) EXPECT_EQ(r, results[0]);
}

TEST(TrainStep, ThreadsDoNotMatter) {
  expect_the_same_for_any_threads<float>();
  expect_the_same_for_any_threads<double>();
  expect_the_same_for_any_threads<Half>();
  expect_the_same_for_any_threads<BFloat16>();
}

TEST(TrainStep, GradientsAreThoseOfTheSession) {
  TrainStep step = create(2);
  ASSERT_TRUE(step.evaluate());
  Session session(kernels());
  const auto x = session.input("x", {batch, in}, normal(batch * in, 9));
  const auto y = session.input("y", {batch}, classes, labels());
  const std::vector<Shape> shapes{{hidden, in}, {hidden}, {classes, hidden}, {classes}};
  std::vector<spec::Var> params;
  for (std::size_t p = 0; p < shapes.size(); ++p)
    params.push_back(session.param(spec::concat('p', p), shapes[p],
                                   normal(static_cast<std::size_t>(shapes[p].size()), static_cast<unsigned>(p))));
  const auto h = session.apply(spec::Relu{}, {session.apply(spec::Linear{}, {x, params[0], params[1]})});
  const auto loss =
      session.apply(spec::CrossEntropyIndex{}, {session.apply(spec::Linear{}, {h, params[2], params[3]}), y});
  const auto grads = session.backward(loss);
  ASSERT_EQ(grads.size(), params.size());
  for (std::size_t p = 0; p < grads.size(); ++p) {
    const auto g = session.value(grads[p]), expected = step.gradient(p);
    EXPECT_TRUE(std::equal(g.begin(), g.end(), expected.begin(), expected.end())) << p;
  }
}

TEST(TrainStep, ErrorsNameTheParameter) {
  Model m = model();
  m.graph.param("unused", {3});
  EXPECT_STREQ(TrainStep::create(m.graph, m.loss, spec::Sgd{}, kernels()).error().what(),
               "the loss does not depend on parameter unused");
}

// A step stands beside another only on a graph of the same params, and says what is another.
TEST(TrainStep, BesideAnotherModelIsRefused) {
  Model m = model();
  const TrainStep step = spec::value_or_throw(TrainStep::create(m.graph, m.loss, spec::Sgd{}, kernels()));
  const auto error = [&](std::initializer_list<std::pair<const char*, Shape>> params, TrainState state = {}) {
    spec::Graph graph;
    std::vector<spec::Var> sums;
    for (const auto& [name, shape] : params) sums.push_back(spec::call(spec::Sum{}, graph.param(name, shape)));
    spec::Var loss = sums[0];
    for (std::size_t i = 1; i < sums.size(); ++i) loss = spec::call(spec::Add{}, loss, sums[i]);
    return std::string(step.beside(graph, loss.id(), kernels(), {}, std::move(state)).error().what());
  };
  const Shape w1{hidden, in}, b1{hidden}, w2{classes, hidden}, b2{classes};
  EXPECT_EQ(error({{"w1", w1}}), "[train] params: found 1, expected 4 as in the first graph");
  EXPECT_EQ(error({{"w1", w1}, {"b", b1}, {"w2", w2}, {"b2", b2}}),
            "[train] param 1: found b [50], expected b1 [50] as in the first graph");
  EXPECT_EQ(error({{"w1", w1}, {"b1", b1}, {"w2", {hidden, classes}}, {"b2", b2}}),
            "[train] param 2: found w2 [50, 10], expected w2 [10, 50] as in the first graph");
  EXPECT_EQ(error({{"w1", w1}, {"b1", b1}, {"w2", w2}, {"b2", b2}}, {.states = {}, .frozen = {0}}),
            "[train] param w1: found a frozen one, expected one that learns as in the first graph");
}

}  // namespace
}  // namespace plumbline::runtime
