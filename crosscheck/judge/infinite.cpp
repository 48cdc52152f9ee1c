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
  if (std::isinf(exact) || std::abs(exact) > largest)
    return std::isinf(got) && std::signbit(got) == std::signbit(exact);
  if (std::isinf(got)) return std::abs(exact) + bound > largest && std::signbit(got) == std::signbit(exact);
  return std::abs(got - exact) <= bound;
}

// The node in IEEE arithmetic: its formulas as a float implementation would evaluate them.
template <class F>
Values in_ieee(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, bool textbook) {
  spec::Tensors<F> leaves;
  for (const Values& x : data)
    leaves.push_back(spec::Tensor<F>::generate(x.shape(), [&](Index i) { return static_cast<F>(x[i]); }));
  const NodeId wanted[] = {node};
  const auto values = spec::interpret<F>(graph, leaves, wanted, [&](NodeId id) {
    return textbook ? std::string_view() : spec::default_method(graph.node(id).op);
  });
  const auto& y = values[static_cast<std::size_t>(node)];
  return Values::generate(y.shape(), [&](Index i) { return static_cast<double>(y[i]); });
}

// The ways to read an op of several variables at infinities: its formulas in IEEE arithmetic, the textbook or the
// method; and the limit with the zeros of the data held fixed, where they are no limits of anything.
std::vector<Values> alternatives(const spec::Graph& graph, const std::vector<Values>& data, NodeId node,
                                 int precision) {
  std::vector<Values> out;
  for (const bool textbook : {false, true}) {
    out.push_back(in_ieee<double>(graph, data, node, textbook));
    out.push_back(in_ieee<float>(graph, data, node, textbook));
  }
  const NodeId wanted[] = {node};
  std::vector<Values> limits;
  for (const spec::Path path : {spec::Path::forwards, spec::Path::backwards, spec::Path::together}) {
    const auto y = spec::enclose(graph, data, wanted, precision, path)[0];
    limits.push_back(
        Values::generate(y.shape(), [&](Index i) { return spec::nearest_double(y[i]).value_or(std::nan("")); }));
  }
  out.push_back(Values::generate(limits[0].shape(), [&](Index i) {
    return limits[0][i] == limits[1][i] && limits[0][i] == limits[2][i] ? limits[0][i] : std::nan("");
  }));
  return out;
}

// Whether every way of reading the formulas gives y at an element.
bool agreed(const std::vector<Values>& readings, Index i, double y, double bound, const spec::Format& format) {
  return std::all_of(readings.begin(), readings.end(), [&](const Values& v) { return near(v[i], y, bound, format); });
}

}  // namespace

Judgement judge_infinite(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const Values& got,
                         const ClaimsOf& claims_of, const JudgeOptions& options) {
  const int precision = std::min(options.most_precision, 256);
  spec::ExactValues exact;
  exact.enclosure = spec::limit(graph, data, node, precision);
  const Values ieee = in_ieee<double>(graph, data, node, /*textbook=*/false);
  const spec::Claims claims = claims_of(node);
  const std::vector<Values> finite = finite_stand_in(data, claims.output);
  const Filtered bounded = Reading(graph, finite, {node}, claims_of).filtered()[static_cast<std::size_t>(node)];
  const spec::Node& op = graph.node(node);
  const bool strict = op.inputs.size() == 1 && is_elementwise(op.op, graph.shapes_of(op.inputs), op.shape);

  const std::vector<Values> others = strict ? std::vector<Values>() : alternatives(graph, data, node, precision);

  Judgement out;
  out.elements = got.size();
  for (Index i = 0; i < got.size(); ++i) {
    const auto rounded = spec::nearest_double(exact.enclosure[i]);
    const bool exists = rounded && !std::isnan(*rounded);
    const double y = exists ? *rounded : 0;
    double bound = bounded[i].d < spec::upward::infinity ? bounded[i].d : 0;
    bound = std::max(bound, ulps_of_claims(claims, y));
    const bool at_limit = exists && near(got[i], y, bound, claims.output);
    const bool undefined = !exists && std::isnan(got[i]);
    const bool pole = exact.enclosure[i].is_pole() && !std::isfinite(got[i]);
    const bool as_ieee = !exists && near(got[i], ieee[i], bound, claims.output);
    // The element may not depend on an infinity at all: then the finite reading knows its bound and its overflow.
    const bool as_finite = exists && bounded[i].is_value() &&
                           near(bounded[i].exact.centre(), y, bound, claims.output) &&
                           spec::judge(bounded[i], got[i], spec::upward::infinity).verdict == Verdict::pass;
    if (at_limit || undefined || pole || as_ieee || as_finite) continue;
    const bool overflow = !strict && bounded[i].may_overflow() && !std::isfinite(got[i]);
    if (overflow || (!strict && !agreed(others, i, exists ? y : std::nan(""), bound, claims.output))) {
      ++out.unjudged;
      continue;
    }
    out.max_ratio = std::numeric_limits<double>::infinity();
    if (out.verdict == Verdict::fail) continue;
    out.verdict = rounded ? Verdict::fail : Verdict::undecided;
    out.worst =
        ElementReport{i,
                      hex(exists ? y : ieee[i]),
                      hex(exists ? y : ieee[i]),
                      bound,
                      got[i],
                      out.max_ratio,
                      out.max_ratio,
                      exists ? "the limit at infinity is missed" : "an infinite input without a limit gives NaN"};
  }
  return out;
}

}  // namespace plumbline::crosscheck
