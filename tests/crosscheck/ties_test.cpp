// Ties: the documented winner, or any of them where that is claimed; never one that is none.
#include <gtest/gtest.h>

#include <cmath>

#include "crosscheck/judge/judge.h"
#include "spec/graph/catalogue.h"

namespace plumbline::crosscheck {
namespace {

Verdict judged(const std::string& op, const spec::Attributes& attributes, const std::vector<Values>& in,
               const Values& got, spec::Ties ties) {
  spec::Claims claims;
  claims.ties = ties;
  JudgeOptions options;
  options.vacuity = false;
  return judge_op(*spec::Catalogue::builtin().parse(op, attributes), in, got, claims, options).verdict;
}

Values row(std::vector<double> x) {
  const auto n = static_cast<spec::Index>(x.size());
  return Values(spec::Shape{n}, std::move(x));
}

void expect(const std::string& op, const spec::Attributes& attributes, const std::vector<Values>& in,
            const Values& got, Verdict documented, Verdict any) {
  EXPECT_EQ(judged(op, attributes, in, got, spec::Ties::documented), documented) << op;
  EXPECT_EQ(judged(op, attributes, in, got, spec::Ties::any), any) << op;
}

const Values x = row({2, 5, 1, 5, 5});

TEST(Ties, AnyWinnerOrTheFirst) {
  const Verdict pass = Verdict::pass, fail = Verdict::fail;
  expect("argmax", {}, {x}, Values::scalar(1), pass, pass);
  expect("argmax", {}, {x}, Values::scalar(4), fail, pass);
  expect("argmax", {}, {x}, Values::scalar(0), fail, fail);
  expect("argmax", {}, {x}, Values::scalar(5), fail, fail);
  expect("argmax", {}, {x}, Values::scalar(1.5), fail, fail);
  expect("argmin", {}, {row({0, 0, 1})}, Values::scalar(1), fail, pass);
  expect("argmax", {}, {row({1, std::nan(""), std::nan("")})}, Values::scalar(2), fail, pass);
  expect("argmax", {}, {row({7, std::nan("")})}, Values::scalar(0), fail, fail);
}

TEST(Ties, PermutationsOfEquals) {
  const Verdict pass = Verdict::pass, fail = Verdict::fail;
  expect("argsort", {}, {x}, row({2, 0, 1, 3, 4}), pass, pass);
  expect("argsort", {}, {x}, row({2, 0, 4, 1, 3}), fail, pass);
  expect("argsort", {}, {x}, row({2, 0, 4, 4, 3}), fail, fail);
  expect("argsort", {{"stable", "true"}}, {x}, row({2, 0, 4, 1, 3}), fail, fail);
  expect("argsort", {{"descending", "true"}}, {x}, row({3, 1, 4, 0, 2}), fail, pass);
  expect("topk_indices", {{"k", "2"}}, {x}, row({4, 1}), fail, pass);
  expect("topk_indices", {{"k", "2"}}, {x}, row({1, 1}), fail, fail);
  expect("topk_indices", {{"k", "4"}}, {x}, row({0, 1, 3, 4}), fail, fail);
  expect("topk_indices", {{"k", "4"}, {"sorted", "false"}}, {x}, row({0, 1, 3, 4}), fail, pass);
  expect("topk", {{"k", "4"}, {"sorted", "false"}}, {x}, row({2, 5, 5, 5}), fail, pass);
  expect("topk", {{"k", "4"}, {"sorted", "false"}}, {x}, row({2, 2, 5, 5}), fail, fail);
}

TEST(Ties, GradientsOfEquals) {
  const Verdict pass = Verdict::pass, fail = Verdict::fail;
  const Values ct = Values::scalar(3);
  expect("max_grad", {}, {x, ct}, row({0, 1, 0, 1, 1}), pass, pass);
  expect("max_grad", {}, {x, ct}, row({0, 0, 0, 3, 0}), fail, pass);
  expect("max_grad", {}, {x, ct}, row({3, 0, 0, 0, 0}), fail, fail);
  expect("max_grad", {}, {x, ct}, row({0, 3, 0, 3, 0}), fail, fail);
  const Values image(spec::Shape{1, 1, 2, 2}, {4, 4, 1, 4}), pooled(spec::Shape{1, 1, 1, 1}, {3});
  const auto shared = [&](std::vector<double> dx) { return Values(image.shape(), std::move(dx)); };
  expect("max_pool2d_grad", {}, {image, pooled}, shared({3, 0, 0, 0}), pass, pass);
  expect("max_pool2d_grad", {}, {image, pooled}, shared({0, 0, 0, 3}), fail, pass);
  expect("max_pool2d_grad", {}, {image, pooled}, shared({0, 0, 3, 0}), fail, fail);
  const Values cts = row({10, 20, 30, 40, 50});
  expect("sort_grad", {}, {x, cts}, row({20, 30, 10, 40, 50}), pass, pass);
  expect("sort_grad", {}, {x, cts}, row({20, 50, 10, 30, 40}), fail, pass);
  expect("sort_grad", {}, {x, cts}, row({10, 30, 20, 40, 50}), fail, fail);
}

}  // namespace
}  // namespace plumbline::crosscheck
