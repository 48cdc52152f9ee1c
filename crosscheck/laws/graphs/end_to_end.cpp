// end_to_end: in a random graph each node keeps its local bound, and the errors compound within the bound of the whole.
#include "crosscheck/judge/vacuity.h"
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/list.h"

namespace plumbline::crosscheck {

using spec::NodeId;

namespace {

class EndToEnd final : public Law {
 public:
  std::string_view name() const override { return "end_to_end"; }
  std::string_view summary() const override { return "errors compound within the bound of the whole graph"; }
  bool in_every_format() const override { return true; }
  bool applies(const Case& c) const override {
    return c.op_name() == "graph" && c.graph.node(c.output()).leaf == spec::Leaf::none;
  }

  Outcome check(const Case& c, Subject& subject, const JudgeOptions& options) const override {
    std::vector<NodeId> wanted;
    for (NodeId id = 0; id < c.graph.size(); ++id)
      if (c.graph.node(id).leaf == spec::Leaf::none) wanted.push_back(id);
    const auto run = subject.run(c.graph, c.data, wanted, hostile(c));
    if (auto bad = objection(c.graph, wanted, run)) return *bad;
    std::vector<Values> values = leaf_values(c.graph, c.data);
    for (std::size_t i = 0; i < wanted.size(); ++i) values[static_cast<std::size_t>(wanted[i])] = run->values[i];
    JudgeOptions judging = options;
    judging.vacuity = false;  // of a part that happens to be constant
    const auto kernel_of = [&](NodeId id) {
      const auto kernel = subject.kernel(c.graph, id);
      return std::pair(kernel.name, kernel.fallback);
    };
    const ClaimsOf claims_of = [&](NodeId id) { return subject.kernel(c.graph, id).claims; };
    Outcome out = worst_of(c, audit_nodes(c.graph, values, kernel_of, claims_of, judging));
    if (options.vacuity && out.verdict == Verdict::pass) distrust(c, values, claims_of, options.lambda(), out);
    return out;
  }

 private:
  // Would zeros or a constant have passed for the output of the whole graph?
  static void distrust(const Case& c, const std::vector<Values>& values, const ClaimsOf& claims_of, double lambda,
                       Outcome& out) {
    const auto output = static_cast<std::size_t>(c.output());
    const Reading reading(c.graph, c.data, {c.output()}, claims_of);
    const Filtered expected = reading.filtered()[output];
    const auto why = vacuous(c.graph, c.data, c.output(), expected, values[output], claims_of, lambda);
    if (!why) return;
    out.verdict = out.judgement.verdict = Verdict::mistrusted;
    out.message = out.judgement.note = *why;
  }

  // The first node with the gravest local verdict; then the gravest end to end.
  static Outcome worst_of(const Case& c, const std::vector<NodeReport>& nodes) {
    Outcome out;
    Judgement all;
    for (const bool local : {true, false})
      for (const NodeReport& node : nodes) {
        const Judgement& j = local ? node.local : node.end_to_end;
        join(all, j);
        if (graver(out.verdict, j.verdict) == out.verdict) continue;
        out.verdict = j.verdict;
        out.node = node_label(c.graph, node.node);
        out.message = spec::concat(out.node, local ? " on its own inputs: " : " end to end: ", message_of(j));
      }
    out.judgement = std::move(all);
    return out;
  }
};

}  // namespace

std::unique_ptr<Law> end_to_end_law() { return std::make_unique<EndToEnd>(); }

}  // namespace plumbline::crosscheck
