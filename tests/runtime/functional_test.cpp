// Functions of Vars: one text eager, compiled and exact; options are the ops' attributes; losses and their reductions.
#include "runtime/functional/functional.h"

#include <gtest/gtest.h>

#include "runtime/autograd/autograd.h"
#include "runtime/loss/loss.h"
#include "runtime/session/session.h"
#include "spec/eval/interpret.h"
#include "spec/num/rational.h"

namespace plumbline::runtime {
namespace {

namespace F = functional;
using spec::Rational;
using spec::Tensor;
using spec::Var;

Tensor<double> ramp(const Shape& shape, Index seed) {
  return Tensor<double>::generate(shape, [&](Index i) { return static_cast<double>((i * 7 + seed * 5) % 9 - 4) / 4; });
}
template <class T, class A>
Tensor<T> as(const Tensor<A>& x) {
  return Tensor<T>::generate(x.shape(), [&](Index i) { return T(x[i]); });
}
template <class T>
std::vector<T> elements(const Tensor<T>& x) {
  return {x.elements().begin(), x.elements().end()};
}

const auto block = []<spec::TensorLike T>(const T& x, const T& w, const T& b) {
  return F::sum(F::square(F::linear(F::relu(x), w, b)), {.axes = {0}, .keepdim = true});
};
const auto recorded_block = [](const Var& x, const Var& w, const Var& b) { return block(x, w, b); };

TEST(Functional, OneTextEagerCompiledAndExact) {
  const Tensor<double> x = ramp({3, 4}, 1), w = ramp({2, 4}, 2), b = ramp({2}, 3);
  const auto f = *autograd::record(recorded_block, {Shape{3, 4}, Shape{2, 4}, Shape{2}});
  const auto compiled = (*autograd::Planned<float>::create(f))(as<float>(x), as<float>(w), as<float>(b));
  const KernelTable kernels = KernelTable::builtin();
  Session session(kernels);
  const Var y = block(session.input("x", x.shape(), as<float>(x).elements()),
                      session.input("w", w.shape(), as<float>(w).elements()),
                      session.input("b", b.shape(), as<float>(b).elements()));
  EXPECT_TRUE(std::ranges::equal(session.value(y), (*compiled)[0].elements()));
  // Over the rationals at once, and through the graph; nothing rounds on these data.
  const auto exact = block(as<Rational>(x), as<Rational>(w), as<Rational>(b));
  const auto read = spec::interpret<Rational>(f.graph, {as<Rational>(x), as<Rational>(w), as<Rational>(b)},
                                              f.results)[static_cast<std::size_t>(f.results[0])];
  ASSERT_EQ(exact.shape(), (Shape{1, 2}));
  for (Index i = 0; i < 2; ++i) {
    EXPECT_EQ(equal(exact[i], read[i]).exact, spec::Tri::yes);
    EXPECT_EQ(equal(exact[i], Rational(static_cast<double>((*compiled)[0][i]))).exact, spec::Tri::yes);
  }
}

// The last node's op, as text.
template <class F>
std::string op_of(F&& f, const std::vector<autograd::Argument>& arguments) {
  const auto r = spec::value_or_throw(autograd::record(f, arguments));
  return spec::print(r.graph.node(r.results[0]).op);
}

TEST(Functional, OptionsAreTheAttributesOfTheOp) {
  EXPECT_EQ(op_of([](const Var& x) { return F::softmax(x, {.axis = 0}); }, {Shape{2, 3}}), "softmax axis=0");
  EXPECT_EQ(op_of([](const Var& x, const Var& w) { return F::conv2d(x, w, {.stride = {2}, .padding = {1}}); },
                  {Shape{1, 2, 5, 5}, Shape{3, 2, 3, 3}}),
            "conv2d stride=[2] padding=[1] dilation=[1] groups=1");
  EXPECT_EQ(op_of([](const Var& x) { return F::avg_pool2d(x, {.kernel = {3}}); }, {Shape{1, 2, 6, 6}}),
            "avg_pool2d kernel=[3] stride=[] padding=[0] ceil_mode=false count_include_pad=true divisor_override=0");
  EXPECT_EQ(op_of([](const Var& x, const Var& y) { return F::cat({x, y, x}, {.axis = 1}); },
                  {Shape{2, 1}, Shape{2, 2}}),
            "concat axis=1");
  EXPECT_EQ(op_of([](const Var& x) { return F::with(F::log_softmax, {.axis = 0})(x); }, {Shape{2}}),
            "log_softmax axis=0");
}

// Every op of the catalogue is a function of its own name: those of one real input are called by it.
TEST(Functional, NamesAreThoseOfTheCatalogue) {
  EXPECT_EQ(op_of([](const Var& x) { return F::gelu(x); }, {Shape{2}}), "gelu approximate=none");
  EXPECT_EQ(op_of([](const Var& x) { return F::amax(x); }, {Shape{2}}),
            op_of([](const Var& x) { return F::max(x); }, {Shape{2}}));
  EXPECT_EQ(op_of([](const Var& x, const Var& t) { return F::mse_loss(x, t); }, {Shape{2}, Shape{2}}),
            "mse reduction=mean");
  EXPECT_EQ(op_of([](const Var& x) { return F::normalize(x); }, {Shape{2, 2}}),
            op_of([](const Var& x) { return F::l2_normalize(x); }, {Shape{2, 2}}));
}

TEST(Functional, MistakesAreThoseOfTheOp) {
  EXPECT_STREQ(autograd::record([](const Var& x) { return F::softmax(x, {.axis = 3}); }, {Shape{2, 3}}).error().what(),
               "[softmax] axis 3 is out of range for rank 2 [softmax C1]");
  const Tensor<double> x = ramp({2, 3}, 1);
  EXPECT_THROW(F::matmul(x, x), spec::Error);
}

TEST(Loss, ReductionsAreNoneMeanAndSum) {
  const Tensor<float> x = as<float>(ramp({4, 2}, 1)), t = as<float>(ramp({4, 2}, 2));
  const auto value = [&](const std::string& reduction) {
    const auto f = [&](const Var& a, const Var& b) { return loss::mse(a, b, {.reduction = reduction}); };
    return (*autograd::evaluate<float>(autograd::record(f, {Shape{4, 2}, Shape{4, 2}}), {x, t}))[0];
  };
  const auto each = value(Reduction::none);
  EXPECT_EQ(each.shape(), (Shape{4, 2}));
  float sum = 0;
  for (float v : each.elements()) sum += v;  // dyadic data: nothing rounds
  EXPECT_EQ(value(Reduction::sum)[0], sum);
  EXPECT_EQ(value(Reduction::mean)[0], sum / 8);
}

TEST(Loss, CrossEntropyTakesLabelsAndDistributions) {
  const auto f = [](const Var& x, const Var& t) { return loss::cross_entropy(x, t, {.label_smoothing = 0.5}); };
  EXPECT_EQ(op_of(f, {Shape{4, 3}, Shape{4, 3}}), "cross_entropy axis=-1 reduction=mean label_smoothing=0.5");
  EXPECT_EQ(op_of(f, {Shape{4, 3}, {Shape{4}, 3}}),
            "cross_entropy_index axis=-1 reduction=mean ignore_index=-100 label_smoothing=0.5");
  const loss::Loss summed = loss::with(loss::cross_entropy, {.reduction = Reduction::sum});
  EXPECT_EQ(op_of([&](const Var& x, const Var& t) { return summed(x, t); }, {Shape{4, 3}, {Shape{4}, 3}}),
            "cross_entropy_index axis=-1 reduction=sum ignore_index=-100 label_smoothing=0");
}

TEST(Loss, NothingFlowsThroughADetachedLoss) {
  const auto x = as<float>(ramp({3}, 1)), t = as<float>(ramp({3}, 2));
  const loss::Loss metric = loss::detached(loss::mse);
  const auto g = autograd::grad([&](const Var& a, const Var& b) { return metric(a, b); },
                                spec::Tensors<float>{x, t});
  ASSERT_TRUE(g) << g.error().what();
  EXPECT_EQ(elements((*g)[0]), std::vector<float>(3, 0));
  EXPECT_NE(elements((*g)[1]), std::vector<float>(3, 0));
}

TEST(Norm, PenaltiesAreSumsOfTheirTerms) {
  const auto x = as<float>(Tensor<double>({3}, {3, -4, 0}));
  const auto value = [&](auto&& f) { return (*autograd::evaluate<float>(autograd::record(f, {Shape{3}}), {x}))[0]; };
  EXPECT_EQ(value([](const Var& v) { return norm::l1(v); })[0], 7);
  EXPECT_EQ(value([](const Var& v) { return norm::squared(v); })[0], 25);
  EXPECT_EQ(value([](const Var& v) { return norm::p_norm(v); })[0], 5);
  EXPECT_EQ(value([](const Var& v) { return norm::squared(v, {.reduction = "none"}); }).size(), 3);
  EXPECT_STREQ(autograd::record([](const Var& v) { return norm::l1(v, {.reduction = "max"}); }, {Shape{3}})
                   .error()
                   .what(),
               "[norm] reduction is none, mean or sum, got max");
}

}  // namespace
}  // namespace plumbline::runtime
