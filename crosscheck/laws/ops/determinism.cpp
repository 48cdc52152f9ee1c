// determinism: the same bits from run to run, for any number of threads, and wherever the memory lies.
#include <array>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/list.h"

namespace plumbline::crosscheck {

namespace {

struct Variant {
  std::string_view what;
  RunOptions options;
};

class Determinism final : public Law {
 public:
  std::string_view name() const override { return "determinism"; }
  std::string_view summary() const override {
    return "the same bits for any number of threads, alignment and repetition";
  }
  bool applies(const Case& c) const override { return c.graph.node(c.output()).leaf == spec::Leaf::none; }
  // Kernels divide their work only above some tens of thousands of elements.
  Wish wish() const override {
    Wish w;
    w.large_every = 8;
    return w;
  }

  Outcome check(const Case& c, Subject& subject, const JudgeOptions&) const override {
    static const std::array variants{Variant{"a second run", {}}, Variant{"2 threads", {.threads = 2}},
                                     Variant{"3 threads", {.threads = 3}}, Variant{"moved memory", {.misalign = 1}},
                                     Variant{"moved memory and 2 threads", {.threads = 2, .misalign = 3}},
                                     Variant{"2 threads, eager", {.threads = 2, .compiled = false}},
                                     Variant{"3 threads, eager", {.threads = 3, .compiled = false}}};
    const std::vector<spec::NodeId> wanted{c.output()};
    const auto first = subject.run(c.graph, c.data, wanted, {});
    if (auto bad = objection(c.graph, wanted, first)) return *bad;
    Outcome out;
    out.judgement.elements = first->values.front().size();
    for (const Variant& v : variants) {
      const auto again = subject.run(c.graph, c.data, wanted, v.options);
      if (auto bad = objection(c.graph, wanted, again)) return *bad;
      if (same_bits(first->values.front(), again->values.front())) continue;
      out.verdict = out.judgement.verdict = Verdict::nondeterministic;
      out.message = spec::concat("with ", v.what, " ", first_difference(first->values.front(), again->values.front()));
      return out;
    }
    return out;
  }
};

}  // namespace

std::unique_ptr<Law> determinism_law() { return std::make_unique<Determinism>(); }

}  // namespace plumbline::crosscheck
