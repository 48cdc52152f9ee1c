// What laws share.
#include "crosscheck/laws/evidence.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "crosscheck/audit/hex.h"
#include "crosscheck/judge/gravity.h"
#include "crosscheck/judge/coordinates.h"
#include "spec/eval/interpret.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::NodeId;

namespace {

bool same_bits(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b && std::signbit(a) == std::signbit(b);
}

std::string place(const spec::Shape& shape, Index element) {
  return spec::concat(spec::Shape(coordinates(shape, element)));
}

}  // namespace

Outcome failed(std::string message) {
  Outcome o;
  o.verdict = Verdict::fail, o.message = std::move(message);
  return o;
}

Outcome skipped(std::string reason) {
  Outcome o;
  o.verdict = Verdict::skipped, o.message = std::move(reason);
  return o;
}

RunOptions hostile(const Case& c) {
  RunOptions options;
  options.compiled = c.number % 4 != 3;
  options.poison = 1 + static_cast<unsigned>(c.number % 3);
  options.misalign = static_cast<int>(c.number % 2);
  return options;
}

std::optional<Outcome> objection(const spec::Graph& graph, const std::vector<NodeId>& wanted,
                                 const spec::Result<RunResult>& run) {
  if (!run) return failed(spec::concat("refused: ", run.error().what()));
  if (run->inputs_modified) return failed("an input was modified");
  if (run->padding_overwritten) return failed("memory beside an output was overwritten");
  if (run->values.size() != wanted.size())
    return failed(spec::concat(run->values.size(), " results instead of ", wanted.size()));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const spec::Shape &is = run->values[i].shape(), &should = graph.node(wanted[i]).shape;
    if (is != should)
      return failed(spec::concat(node_label(graph, wanted[i]), " has shape ", is, " instead of ", should));
  }
  return std::nullopt;
}

bool same_bits(const Values& a, const Values& b) {
  const auto x = a.elements(), y = b.elements();
  return a.shape() == b.shape() &&
         std::equal(x.begin(), x.end(), y.begin(), [](double p, double q) { return same_bits(p, q); });
}

std::string first_difference(const Values& a, const Values& b) {
  if (a.shape() != b.shape()) return spec::concat("shape ", a.shape(), " vs ", b.shape());
  for (Index i = 0; i < a.size(); ++i)
    if (!same_bits(a[i], b[i]))
      return spec::concat("element ", place(a.shape(), i), ": ", hex(a[i]), " vs ", hex(b[i]));
  return "no difference";
}

Verdict graver(Verdict a, Verdict b) { return gravity(a) >= gravity(b) ? a : b; }

void join(Judgement& all, const Judgement& one) {
  const auto before = static_cast<double>(all.elements), now = static_cast<double>(one.elements);
  if (before + now > 0) all.median_ratio = (all.median_ratio * before + one.median_ratio * now) / (before + now);
  const bool graver_now = gravity(one.verdict) > gravity(all.verdict);
  if (one.worst && (!all.worst || graver_now || (one.verdict == all.verdict && one.max_ratio > all.max_ratio)))
    all.worst = one.worst;
  if (graver_now || all.note.empty()) all.note = one.note;
  all.verdict = graver(all.verdict, one.verdict);
  all.elements += one.elements, all.unjudged += one.unjudged;
  all.zero_tolerance += one.zero_tolerance, all.refined += one.refined;
  all.stood_down += one.stood_down, all.mismatched += one.mismatched;
  all.max_ratio = std::max(all.max_ratio, one.max_ratio), all.max_ulp = std::max(all.max_ulp, one.max_ulp);
}

std::vector<Values> inputs_of(const spec::Graph& graph, NodeId node, const std::vector<Values>& values) {
  std::vector<Values> in;
  for (NodeId i : graph.node(node).inputs) in.push_back(values[static_cast<std::size_t>(i)]);
  return in;
}

std::vector<Values> leaf_values(const spec::Graph& graph, const std::vector<Values>& data) {
  std::vector<Values> values(static_cast<std::size_t>(graph.size()));
  const auto leaves = graph.leaves();
  for (std::size_t i = 0; i < leaves.size(); ++i) values[static_cast<std::size_t>(leaves[i])] = data[i];
  return values;
}

bool depends_on_data(const spec::Graph& graph, NodeId node) {
  const std::vector<char> needed = spec::needed(graph, std::span(&node, 1));
  for (NodeId id = 0; id <= node; ++id)
    if (needed[static_cast<std::size_t>(id)] && graph.node(id).leaf != spec::Leaf::none) return true;
  return false;
}

std::string node_label(const spec::Graph& graph, NodeId id) {
  const spec::Node& node = graph.node(id);
  if (node.leaf != spec::Leaf::none || !node.name.empty()) return node.name;
  return spec::concat('%', id, " = ", node.op.name());
}

std::string message_of(const Judgement& j) {
  if (j.verdict == Verdict::pass) return {};
  if (j.verdict == Verdict::mistrusted || !j.worst) return j.note;
  const ElementReport& e = *j.worst;
  std::string text = spec::concat("element ", place(e.shape, e.element), " is ", hex(e.got), ", exact in [", e.exact_lo,
                                  ", ", e.exact_hi, "], bound ", hex(e.bound));
  return e.cause.empty() ? text : text + "; " + e.cause;
}

Outcome outcome_of(Judgement judgement) {
  Outcome o;
  o.verdict = judgement.verdict;
  o.message = message_of(judgement);
  o.judgement = std::move(judgement);
  return o;
}

}  // namespace plumbline::crosscheck
