// compiled_equals_eager: a planned graph gives the bits that its ops give one after another.
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/list.h"

namespace plumbline::crosscheck {

namespace {

class CompiledEqualsEager final : public Law {
 public:
  std::string_view name() const override { return "compiled_equals_eager"; }
  std::string_view summary() const override { return "a planned graph gives the bits of its ops run one by one"; }
  bool in_every_format() const override { return true; }
  bool applies(const Case& c) const override { return c.graph.node(c.output()).leaf == spec::Leaf::none; }

  Outcome check(const Case& c, Subject& subject, const JudgeOptions&) const override {
    const std::vector<spec::NodeId> wanted{c.output()};
    const auto compiled = subject.run(c.graph, c.data, wanted, {.compiled = true});
    if (auto bad = objection(c.graph, wanted, compiled)) return *bad;
    const auto eager = subject.run(c.graph, c.data, wanted, {.compiled = false});
    if (auto bad = objection(c.graph, wanted, eager)) return *bad;
    Outcome out;
    out.judgement.elements = compiled->values.front().size();
    if (!same_bits(compiled->values.front(), eager->values.front()))
      out = failed("compiled vs eager: " + first_difference(compiled->values.front(), eager->values.front()));
    return out;
  }
};

}  // namespace

std::unique_ptr<Law> compiled_equals_eager_law() { return std::make_unique<CompiledEqualsEager>(); }

}  // namespace plumbline::crosscheck
