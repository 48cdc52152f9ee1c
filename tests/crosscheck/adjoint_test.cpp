// A backward rule that is undefined where the derivative is not, and the other way round, fails.
#include <gtest/gtest.h>

#include "crosscheck/audit/runner.h"
#include "spec/eval/model.h"
#include "spec/ops/arithmetic/add.h"
#include "spec/ops/arithmetic/div.h"
#include "spec/ops/arithmetic/mul.h"
#include "spec/ops/arithmetic/sub.h"

namespace plumbline::crosscheck {
namespace {

using spec::Number;
using spec::Result;
using spec::Shape;
using spec::Shapes;
using spec::Tensor;
using spec::TensorLike;
using spec::Tensors;

struct Doubled {
  static constexpr std::string_view name = "doubled", summary = "y = x + x";
  static constexpr int arity = 1;
  bool operator==(const Doubled&) const = default;
  Result<Shape> shape(const Shapes& in) const { return in[0]; }
  template <Number N>
  Tensor<N> eval(const Tensors<N>& in) const {
    return spec::map(in[0], [](const N& x) { return x + x; });
  }
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>&, const T&, const T& ct) const {
    return {spec::add(ct, ct)};
  }
  static spec::Sample<Doubled> sample(spec::Choices& choices) {
    return {{}, {spec::pick_shape(choices, 1, 2)}, {spec::Domain::any()}};
  }
};
BOOST_DESCRIBE_STRUCT(Doubled, (), ())

// (x − x)/(x − x) in the backward rule: NaN everywhere.
struct Undefined : Doubled {
  static constexpr std::string_view name = "undefined";
  template <TensorLike T>
  std::vector<T> vjp(const std::vector<T>& in, const T&, const T& ct) const {
    const T zero = spec::sub(in[0], in[0]);
    return {spec::mul(ct, spec::div(zero, zero))};
  }
  static spec::Sample<Undefined> sample(spec::Choices& choices) {
    const auto s = Doubled::sample(choices);
    return {{}, s.shapes, s.domains};
  }
};
BOOST_DESCRIBE_STRUCT(Undefined, (), ())

template <class O>
Report run() {
  auto catalogue = std::make_shared<spec::Catalogue>(spec::Catalogue::builtin());
  catalogue->add(spec::entry_of<O>());
  Suite suite;
  suite.catalogue = catalogue, suite.subjects = {cpu_subject()}, suite.op = O::name, suite.law = "adjoint";
  suite.shrink_checks = 0;
  return run_suite(suite);
}

TEST(Adjoint, ARightRulePasses) {
  const Report report = run<Doubled>();
  EXPECT_GT(report.total(Verdict::pass), 0U);
  EXPECT_EQ(report.exit_code(), 0) << text_report(report, false);
}

TEST(Adjoint, ARuleThatIsUndefinedWhereTheDerivativeIsNotFails) {
  const Report report = run<Undefined>();
  EXPECT_GT(report.total(Verdict::fail), 0U) << text_report(report, false);
  EXPECT_EQ(report.total(Verdict::mistrusted), 0U);
}

}  // namespace
}  // namespace plumbline::crosscheck
