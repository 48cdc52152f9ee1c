// Long sums that kernels cut into blocks: bounded as they claim, and not as one fold of interleaved lanes.
#include <gtest/gtest.h>

#include "crosscheck/judge/judge.h"
#include "runtime/core/kernel.h"
#include "runtime/session/session.h"

namespace plumbline::crosscheck {
namespace {

using spec::Index;

constexpr Index block = 16384, lanes = 64, n = 4 * block;

const runtime::KernelTable& kernels() {
  static const runtime::KernelTable table = runtime::KernelTable::builtin();
  return table;
}

// 0.9 everywhere, but each lane ends a block with `step` and takes it back as the next block begins.
Values steps_at_edges(double step) {
  return Values::generate({n}, [&](Index i) {
    const Index in_block = i % block, which = i / block;
    if (which % 2 == 0 && in_block >= block - lanes) return step;
    if (which % 2 == 1 && in_block < lanes) return -step;
    return double{0.9F};
  });
}

struct Judged {
  Judgement as_claimed, as_one_fold;
};

// What the runtime's kernel gives, under its own claims, and under the claim that nothing is cut.
Judged judged(const std::string& name, const spec::Attributes& attributes, const std::vector<Values>& in) {
  const auto op = spec::value_or_throw(spec::Catalogue::builtin().parse(name, attributes));
  runtime::Session session(kernels(), {.threads = 2});
  std::vector<spec::Var> vars;
  spec::Shapes shapes;
  for (const Values& x : in) {
    const std::vector<float> data(x.elements().begin(), x.elements().end());
    vars.push_back(session.input(spec::concat('x', vars.size()), x.shape(), data));
    shapes.push_back(x.shape());
  }
  const auto y = session.value(session.apply(op, vars));
  const Values got({}, {double{y[0]}});
  spec::Claims claims = kernels().find(op, shapes).claims;
  EXPECT_EQ(claims.block, block) << name;
  JudgeOptions options;
  options.tier = Tier::proof;
  options.vacuity = false;
  Judged out;
  out.as_claimed = judge_op(op, in, got, claims, options);
  claims.block = 0;
  out.as_one_fold = judge_op(op, in, got, claims, options);
  return out;
}

TEST(CutSums, AreBoundedAsTheyAreClaimed) {
  const Values x = steps_at_edges(0x1p25), zeros = Values::full({n}, 0);
  for (const char* name : {"sum", "mean"}) {
    const Judged j = judged(name, {}, {x});
    EXPECT_EQ(j.as_claimed.verdict, Verdict::pass) << name;
    EXPECT_EQ(j.as_one_fold.verdict, Verdict::fail) << name << ": one fold of lanes has other partial sums";
  }
  const Values root = Values::generate({n}, [&](Index i) { return x[i] > 1 ? 0x1p12 : 0.9F; });
  EXPECT_EQ(judged("mse", {{"reduction", "sum"}}, {root, zeros}).as_claimed.verdict, Verdict::pass);
  EXPECT_EQ(judged("mse", {}, {root, zeros}).as_claimed.verdict, Verdict::pass);
}

TEST(CutSums, OrdinaryDataAndShortSums) {
  for (const Index length : {Index{1}, lanes, block, block + 1, 4 * block - 1, 5 * block + 7}) {
    const Values x = Values::generate({length}, [](Index i) { return double{1.0F / static_cast<float>(i % 97 + 3)}; });
    const Judged j = judged("sum", {}, {x});
    EXPECT_EQ(j.as_claimed.verdict, Verdict::pass) << length;
  }
}

}  // namespace
}  // namespace plumbline::crosscheck
