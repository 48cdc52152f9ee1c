// forward: each output element lies within the bound that the kernel's claims give on these very inputs.
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/list.h"

namespace plumbline::crosscheck {

namespace {

// Special values take the same way with other data.
class Forward final : public Law {
 public:
  explicit Forward(bool special) : special_(special) {}
  std::string_view name() const override { return special_ ? "special_values" : "forward"; }
  std::string_view summary() const override {
    return special_ ? "NaN, infinities and signed zeros among the inputs give results of the right class"
                    : "each element of the output lies within the bound of the kernel's claims";
  }
  bool in_every_format() const override { return true; }
  bool applies(const Case& c) const override {
    if (c.op_name() == "graph") return false;
    if (!special_) return true;
    for (const spec::Node& node : c.graph.nodes())
      if (node.leaf != spec::Leaf::none && node.extent < 0) return true;
    return false;
  }
  Wish wish() const override {
    Wish w;
    w.special = special_;
    if (special_) w.most_elements = 800;
    return w;
  }

  Outcome check(const Case& c, Subject& subject, const JudgeOptions& options) const override {
    const std::vector<spec::NodeId> wanted{c.output()};
    const auto run = subject.run(c.graph, c.data, wanted, hostile(c));
    if (auto bad = objection(c.graph, wanted, run)) return *bad;
    JudgeOptions judging = options;
    if (special_) judging.vacuity = false, judging.tier = Tier::proof;
    const auto in = inputs_of(c.graph, c.output(), leaf_values(c.graph, c.data));
    return outcome_of(judge_op(c.graph.node(c.output()).op, in, run->values.front(),
                               subject.kernel(c.graph, c.output()).claims, judging));
  }

 private:
  bool special_;
};

}  // namespace

std::unique_ptr<Law> forward_law() { return std::make_unique<Forward>(/*special=*/false); }
std::unique_ptr<Law> special_values_law() { return std::make_unique<Forward>(/*special=*/true); }

}  // namespace plumbline::crosscheck
