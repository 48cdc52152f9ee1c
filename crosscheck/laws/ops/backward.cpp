// backward: the recorded vjp, run by the subject, lies within the bound: node by node, and each cotangent end to end.
#include <algorithm>
#include <map>
#include <utility>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/list.h"
#include "spec/eval/exact.h"
#include "spec/eval/interpret.h"

namespace plumbline::crosscheck {

using spec::NodeId;

namespace {

// Special values take the same way with other data, node by node.
class Backward final : public Law {
 public:
  explicit Backward(bool special) : special_(special) {}
  std::string_view name() const override { return special_ ? "special_gradients" : "backward"; }
  std::string_view summary() const override {
    return special_ ? "NaN, infinities and signed zeros reach the nodes of a gradient as results of the right class"
                    : "each gradient lies within the bound, locally and end to end";
  }
  bool in_every_format() const override { return true; }
  bool applies(const Case& c) const override {
    return (!special_ || c.op_name() != "graph") &&
           c.cotangent.shape() == c.graph.node(c.output()).shape && spec::grad_graph(c.graph).has_value();
  }
  Wish wish() const override {
    Wish w;
    w.most_elements = special_ ? 800 : 2000, w.cotangent = true, w.special = special_;
    return w;
  }

  Outcome check(const Case& c, Subject& subject, const JudgeOptions& options) const override {
    const spec::GradGraph grad = spec::value_or_throw(spec::grad_graph(c.graph));
    std::vector<NodeId> ends;
    for (NodeId id : grad.cotangents)
      if (id >= 0 && grad.graph.node(id).leaf == spec::Leaf::none) ends.push_back(id);
    if (ends.empty()) return {};  // every cotangent is the given one, or zero
    std::vector<Values> data = c.data;
    data.push_back(c.cotangent);
    const std::vector<NodeId> wanted = op_nodes(grad.graph, ends);
    const auto run = subject.backward(grad, data, wanted, hostile(c));
    if (auto bad = objection(grad.graph, wanted, run)) return *bad;
    std::vector<Values> values = leaf_values(grad.graph, data);
    for (std::size_t i = 0; i < wanted.size(); ++i) values[static_cast<std::size_t>(wanted[i])] = run->values[i];
    JudgeOptions judging = options;
    if (special_) judging.tier = Tier::proof;
    std::erase_if(ends, [&](NodeId id) { return special_ || !depends_on_data(grad.graph, id); });
    Direct direct;
    for (NodeId id : ends)
      if (id >= c.graph.size() && on_leaves(grad.graph, id)) direct.emplace(id, Judgement{});
    Outcome local = check_nodes(grad.graph, c.graph.size(), wanted, values, subject, judging, direct);
    if (local.verdict == Verdict::fail || ends.empty()) return local;
    return graver_of(std::move(local), check_ends(grad.graph, data, ends, values, subject, options, direct));
  }

 private:
  static std::vector<NodeId> op_nodes(const spec::Graph& graph, const std::vector<NodeId>& ends) {
    const std::vector<char> needed = spec::needed(graph, ends);
    std::vector<NodeId> out;
    for (NodeId id = 0; id < graph.size(); ++id)
      if (needed[static_cast<std::size_t>(id)] && graph.node(id).leaf == spec::Leaf::none) out.push_back(id);
    return out;
  }

  // Cotangents that are one op of the data: the node on its own inputs is the whole way, and judged once.
  using Direct = std::map<NodeId, Judgement>;
  static bool on_leaves(const spec::Graph& graph, NodeId id) {
    const auto& in = graph.node(id).inputs;
    return std::all_of(in.begin(), in.end(), [&](NodeId i) { return graph.node(i).leaf != spec::Leaf::none; });
  }

  // The nodes that the reverse mode appended, each on its own inputs.
  static Outcome check_nodes(const spec::Graph& graph, NodeId first, const std::vector<NodeId>& nodes,
                             const std::vector<Values>& values, Subject& subject, const JudgeOptions& options,
                             Direct& direct) {
    Outcome all;
    for (NodeId id : nodes) {
      if (id < first) continue;
      const auto end = direct.find(id);
      JudgeOptions local = options;
      local.vacuity = end != direct.end() && options.vacuity;
      Judgement judged = judge_op(graph.node(id).op, inputs_of(graph, id, values),
                                  values[static_cast<std::size_t>(id)], subject.kernel(graph, id).claims, local);
      if (end != direct.end()) {
        end->second = judged;
        if (judged.verdict == Verdict::mistrusted) judged.verdict = Verdict::pass, judged.note.clear();
      }
      Outcome one = outcome_of(std::move(judged));
      if (one.verdict != Verdict::pass) one.node = node_label(graph, id), one.message = one.node + ": " + one.message;
      all = graver_of(std::move(all), std::move(one));
    }
    return all;
  }

  static Outcome check_ends(const spec::Graph& graph, const std::vector<Values>& data, const std::vector<NodeId>& ends,
                            const std::vector<Values>& values, Subject& subject, const JudgeOptions& options,
                            const Direct& direct) {
    const ClaimsOf claims = [&](NodeId id) { return subject.kernel(graph, id).claims; };
    Judgement all;
    std::string idle;
    bool telling = false;
    for (NodeId end : ends) {
      const auto known = direct.find(end);
      Judgement one = known != direct.end()
                          ? known->second
                          : judge_node(graph, data, end, values[static_cast<std::size_t>(end)], claims, options);
      telling |= one.verdict != Verdict::mistrusted;
      if (known != direct.end()) {  // counted, and objected to, where it was judged
        if (one.verdict == Verdict::mistrusted) idle = one.note;
        continue;
      }
      if (one.verdict == Verdict::mistrusted) idle = std::exchange(one.note, {}), one.verdict = Verdict::pass;
      join(all, one);
    }
    // One cotangent that proves something is enough.
    if (!telling && all.verdict == Verdict::pass) all.verdict = Verdict::mistrusted, all.note = idle;
    return outcome_of(std::move(all));
  }

  // The graver outcome, with what both have counted.
  static Outcome graver_of(Outcome a, Outcome b) {
    Judgement joined = a.judgement;
    join(joined, b.judgement);
    Outcome out = graver(a.verdict, b.verdict) == a.verdict ? std::move(a) : std::move(b);
    out.judgement = std::move(joined);
    return out;
  }

  bool special_;
};

}  // namespace

std::unique_ptr<Law> backward_law() { return std::make_unique<Backward>(/*special=*/false); }
std::unique_ptr<Law> special_gradients_law() { return std::make_unique<Backward>(/*special=*/true); }

}  // namespace plumbline::crosscheck
