// A finding shrinks to a small case that still shows it.
#include <gtest/gtest.h>

#include <cmath>

#include "crosscheck/audit/runner.h"
#include "crosscheck/audit/shrink.h"
#include "crosscheck/sample/edit.h"
#include "tests/crosscheck/faulty_subject.h"

namespace plumbline::crosscheck {
namespace {

const spec::Catalogue& catalogue() {
  static const spec::Catalogue c = spec::Catalogue::builtin();
  return c;
}

// The first case of a law that the subject fails, shrunk.
std::optional<std::pair<Case, Shrunk>> first_shrunk(const std::string& op, const std::string& law_name,
                                                    Subject& subject) {
  static const Laws laws = all_laws();  // the shrunk case names one of them
  const Law& law = *law_named(laws, law_name);
  for (std::uint64_t n = 0; n < 40; ++n) {
    const DrawKey key{1, law.name(), n, 0};
    const auto c = op == "graph" ? std::optional(draw_graph(catalogue(), key, law.wish()))
                                 : draw_case(*catalogue().find(op), key, law.wish());
    if (!c || !law.applies(*c) || c->size() < 40) continue;
    const Outcome outcome = check_guarded(law, *c, subject, {});
    if (outcome.verdict != Verdict::fail) continue;
    return std::pair(*c, shrink(*c, outcome, law, laws, catalogue(), subject, {}));
  }
  return std::nullopt;
}

TEST(Shrink, AlwaysWrongBecomesOneElement) {
  const auto subject = faulty(on_outputs([](double y, spec::Index) { return y + 1; }));
  const auto found = first_shrunk("sum", "forward", *subject);
  ASSERT_TRUE(found.has_value());
  const Complexity after = complexity(found->second.c);
  EXPECT_LT(after, complexity(found->first));
  EXPECT_LE(after.elements, 1);
  EXPECT_EQ(after.bits, 0);
  EXPECT_EQ(found->second.outcome.verdict, Verdict::fail);
}

TEST(Shrink, KeepsWhatTheFaultNeeds) {
  const auto fifth_wrong = faulty(on_outputs([](double y, spec::Index i) { return i == 4 ? y + 1 : y; }));
  const auto found = first_shrunk("mul", "forward", *fifth_wrong);
  ASSERT_TRUE(found.has_value());
  const Case& c = found->second.c;
  EXPECT_GE(c.graph.node(c.output()).shape.size(), 5);
  EXPECT_LE(c.graph.node(c.output()).shape.size(), 8);
}

TEST(Shrink, AGraphBecomesItsGuiltyNode) {
  const Fault bad_nodes = [](const RunView& run, RunResult& result) {
    for (std::size_t i = 0; i < run.wanted.size(); ++i)
      if (run.graph.node(run.wanted[i]).op && run.graph.node(run.wanted[i]).op.name() == "sum")
        result.values[i] = map(result.values[i], [](double y) { return y + 1; });
  };
  const auto subject = faulty(bad_nodes);
  const auto found = first_shrunk("graph", "end_to_end", *subject);
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->second.c.op_name(), "sum");
  EXPECT_EQ(found->second.law->name(), "forward");
  EXPECT_EQ(complexity(found->second.c).elements, 1);
}

TEST(Shrink, EditedCasesFitOrAreRefused) {
  const auto c = draw_case(*catalogue().find("matmul"), {1, "forward", 0, 0}, {});
  ASSERT_TRUE(c.has_value());
  Edit wrong;
  wrong.values.emplace(c->graph.leaves()[0], Values::full(spec::Shape{3, 1000}, 0));
  EXPECT_FALSE(edited(*c, wrong).has_value());
  EXPECT_EQ(edited(*c, {})->graph, c->graph);
}

}  // namespace
}  // namespace plumbline::crosscheck
