// Named methods: which an op has, what an unknown one says, and what their bounds cover.
#include <gtest/gtest.h>

#include <algorithm>

#include "spec/graph/catalogue.h"
#include "spec/graph/op.h"
#include "spec/lang/claims.h"
#include "spec/num/rounded.h"
#include "spec/num/rounded_sum.h"

namespace plumbline::spec {
namespace {

using Filter = Rounded<Approx>;

const Catalogue& catalogue() {
  static const Catalogue all = Catalogue::builtin();
  return all;
}

Op op_of(std::string_view name) { return value_or_throw(catalogue().parse(name, {})); }

std::string complaint(std::string_view name, std::string_view method) {
  const auto known = check_method(op_of(name), method);
  return known ? "" : known.error().what();
}

TEST(Methods, UnknownNamesAreRefused) {
  EXPECT_EQ(complaint("softmax", "rubbish"), "[softmax] unknown method rubbish; it has shifted, online");
  EXPECT_EQ(complaint("mean", "divded"), "[mean] unknown method divded; it has divided, scaled");
  EXPECT_EQ(complaint("add", "fast"), "[add] unknown method fast; it has only the textbook");
  for (const OpEntry* entry : catalogue().entries()) {
    for (std::string_view method : entry->methods) EXPECT_EQ(complaint(entry->name, method), "") << entry->name;
    EXPECT_EQ(complaint(entry->name, ""), "");
    EXPECT_EQ(complaint(entry->name, "textbook"), "");
  }
}

TEST(Methods, AnUnknownNameIsReadAsTheDefault) {
  const Tensor<double> x({3}, {1, 2, 4});
  for (const char* name : {"softmax", "mean", "layer_norm"}) {
    const Op op = op_of(name);
    const auto by_default = op->read(Tensors<double>{x}, op->methods().front());
    const auto by_rubbish = op->read(Tensors<double>{x}, "rubbish");
    for (Index i = 0; i < by_default.size(); ++i) EXPECT_EQ(by_default[i], by_rubbish[i]) << name;
  }
}

// On an exact grid one sum does not round, but a running mean does, whatever the number of terms.
TEST(Methods, ScaledMeansMayRoundOnAGrid) {
  const Claims claims = Claims::in(binary32);
  const auto pixels = Tensor<Filter>::generate({256}, [&](Index i) {
    return Filter::leaf(static_cast<double>(i * 7 % 256), claims);
  });
  const Op mean = op_of("mean");
  EXPECT_EQ(mean->read(Tensors<Filter>{pixels}, "divided")[0].d, 0);
  const Filter scaled = mean->read(Tensors<Filter>{pixels}, "scaled")[0];
  EXPECT_GT(scaled.d, 0);
  EXPECT_LT(scaled.d, 1);
  float running = 0;
  for (Index i = 0; i < 256; ++i) running += (static_cast<float>(i * 7 % 256) - running) / static_cast<float>(i + 1);
  EXPECT_LE(std::abs(double{running} - 127.5), scaled.d);
}

// The worst and the mean derived error of a method in ulps of binary32, over arguments in [lo, hi].
struct Derived {
  double worst = 0, mean = 0;
};
Derived derived_ulps(const char* name, const char* method, float lo, float hi) {
  Claims claims;
  claims.ulps = Claims::uniform_ulps(0.5);
  const Op op = op_of(name);
  Derived out;
  constexpr Index n = 4001;
  for (Index i = 0; i < n; ++i) {
    const float x = lo + (hi - lo) * static_cast<float>(i) / static_cast<float>(n - 1);
    const Filter y = op->read(Tensors<Filter>{Tensor<Filter>::scalar(Filter::leaf(x, claims))}, method)[0].finished();
    const double ulps = y.d / ulp_bound(binary32, y.magnitude());
    out.worst = std::max(out.worst, ulps), out.mean += ulps / static_cast<double>(n);
  }
  return out;
}

// [exp B1], [tanh B1]: what a stated polynomial truncates belongs to its bound, which is nearly that of the best code.
TEST(Methods, StatedPolynomialsHaveDerivedBounds) {
  const Derived e = derived_ulps("exp", "cody_waite_binary32", -87, 88.7F);
  EXPECT_LE(e.worst, 1.25);
  EXPECT_LE(e.mean, 0.8);
  EXPECT_GT(e.worst, 0.5);
  EXPECT_LE(derived_ulps("tanh", "reduced_binary32", -0.62F, 0.62F).worst, 0.9);
  EXPECT_LE(derived_ulps("tanh", "reduced_binary32", 0.625F, 9).worst, 1.5);
  EXPECT_LE(derived_ulps("tanh", "reduced_binary32", 11, 80).worst, 1.5);
}

TEST(Methods, SignsOfZerosAreATrait) {
  for (const char* name : {"add", "mul", "where", "slice", "neg"}) EXPECT_TRUE(op_of(name)->ieee_zero_sign()) << name;
  for (const char* name : {"softmax", "matmul", "relu", "sum"}) EXPECT_FALSE(op_of(name)->ieee_zero_sign()) << name;
}

}  // namespace
}  // namespace plumbline::spec
