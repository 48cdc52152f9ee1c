// Judging outputs of data that hold infinities.
#include "crosscheck/judge/infinite.h"

#include <algorithm>
#include <cmath>

#include "crosscheck/judge/reading.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::NodeId;

bool is_elementwise(const spec::Op& op, const spec::Shapes& in, const spec::Shape& out) {
  const auto scalar = op->shape(spec::Shapes(in.size()));
  if (!scalar || *scalar != spec::Shape{}) return false;
  spec::Shape joint;
  for (const spec::Shape& s : in) {
    const auto both = spec::broadcast(joint, s);
    if (!both) return false;
    joint = *both;
  }
  return joint == out;
}

namespace {

// The accuracy that the claims give a result whose exact value is y: the ulps of their least accurate function.
double ulps_of_claims(const spec::Claims& claims, double y) {
  const double ulps = *std::max_element(claims.ulps.begin(), claims.ulps.end());
  return 2 * ulps * spec::roundoff(claims.output, std::abs(y));
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// |got| may also be the other side of the overflow threshold, within the bound.
bool near(double got, double exact, double bound, const spec::Format& format) {
  if (same(got, exact)) return true;
  const double largest = format.largest();
  if (std::isinf(exact) || std::abs(exact) > largest) return std::isinf(got) && std::signbit(got) == std::signbit(exact);
  if (std::isinf(got)) return std::abs(exact) + bound > largest && std::signbit(got) == std::signbit(exact);
  return std::abs(got - exact) <= bound;
}

}  // namespace

Judgement judge_infinite(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const Values& got,
                         const ClaimsOf& claims_of, const JudgeOptions& options) {
  const NodeId wanted[] = {node};
  spec::ExactValues exact;
  exact.enclosure = spec::limit(graph, data, node, std::min(options.most_precision, 256));
  const auto ieee = spec::interpret<double>(graph, data, wanted, [&](NodeId id) {
    return spec::default_method(graph.node(id).op);
  })[static_cast<std::size_t>(node)];
  const spec::Claims claims = claims_of(node);
  const std::vector<Values> finite = finite_stand_in(data, claims.output);
  const Filtered bounded = Reading(graph, finite, {node}, claims_of).filtered()[static_cast<std::size_t>(node)];
  const spec::Node& op = graph.node(node);
  const bool strict = is_elementwise(op.op, graph.shapes_of(op.inputs), op.shape);

  Judgement out;
  out.elements = got.size();
  for (Index i = 0; i < got.size(); ++i) {
    const auto rounded = spec::nearest_double(exact.enclosure[i]);
    const bool exists = rounded && !std::isnan(*rounded);
    const double y = exists ? *rounded : 0;
    double bound = bounded[i].d < spec::upward::infinity ? bounded[i].d : 0;
    bound = std::max(bound, ulps_of_claims(claims, y));
    const bool at_limit = exists && near(got[i], y, bound, claims.output);
    const bool as_ieee = (!strict || !exists) && (same(got[i], ieee[i]) || near(got[i], ieee[i], bound, claims.output));
    const bool undefined = !exists && std::isnan(got[i]);
    const bool pole = exact.enclosure[i].is_pole() && !std::isfinite(got[i]);
    if (at_limit || as_ieee || undefined || pole) continue;
    out.max_ratio = std::numeric_limits<double>::infinity();
    if (out.verdict == Verdict::fail) continue;
    out.verdict = rounded ? Verdict::fail : Verdict::undecided;
    out.worst = ElementReport{i, hex(exists ? y : ieee[i]), hex(exists ? y : ieee[i]), bound, got[i], out.max_ratio, out.max_ratio,
                              exists ? "the limit at infinity is missed" : "an infinite input without a limit gives NaN"};
  }
  return out;
}

}  // namespace plumbline::crosscheck
