// memory: inputs stay as they were, every output element is written, and nothing beside.
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/list.h"

namespace plumbline::crosscheck {

namespace {

class Memory final : public Law {
 public:
  std::string_view name() const override { return "memory"; }
  std::string_view summary() const override {
    return "inputs are unmodified, outputs fully written, padding untouched";
  }
  bool applies(const Case& c) const override { return c.graph.node(c.output()).leaf == spec::Leaf::none; }

  Outcome check(const Case& c, Subject& subject, const JudgeOptions&) const override {
    const std::vector<spec::NodeId> wanted{c.output()};
    Outcome out;
    for (const bool compiled : {true, false}) {
      std::vector<Values> results;
      for (unsigned poison = 1; poison <= 3; ++poison) {
        const auto run = subject.run(c.graph, c.data, wanted,
                                     {.compiled = compiled, .misalign = static_cast<int>(poison), .poison = poison});
        if (auto bad = objection(c.graph, wanted, run)) return *bad;
        results.push_back(run->values.front());
        if (same_bits(results.front(), results.back())) continue;
        return failed("an output depends on what memory held before: " +
                      first_difference(results.front(), results.back()));
      }
      out.judgement.elements += results.front().size();
    }
    return out;
  }
};

}  // namespace

std::unique_ptr<Law> memory_law() { return std::make_unique<Memory>(); }

}  // namespace plumbline::crosscheck
