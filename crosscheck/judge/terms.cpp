// Taking freedoms away one by one: what the bound loses is that freedom's share.
#include "crosscheck/judge/terms.h"

#include <algorithm>
#include <cmath>

#include "crosscheck/judge/reading.h"

namespace plumbline::crosscheck {

namespace {

double bound_at(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node, spec::Index element,
                const spec::Claims& claims) {
  const ClaimsOf claims_of = [&](spec::NodeId) { return claims; };
  return Reading(graph, data, {node}, claims_of).filtered()[static_cast<std::size_t>(node)][element].d;
}

std::string order_text(const spec::Claims& claims) {
  switch (claims.order) {
    case spec::Order::left:
      return "from left to right";
    case spec::Order::tree:
      return "in a balanced tree";
    case spec::Order::lanes:
      return spec::concat("in ", claims.lanes, " lanes");
    default:
      return "in any order";
  }
}

}  // namespace

std::vector<BoundTerm> bound_terms(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                                   spec::Index element, const spec::Claims& claims) {
  const double whole = bound_at(graph, data, node, element, claims);
  if (!(whole > 0) || !std::isfinite(whole)) return {};
  std::vector<BoundTerm> terms;
  const auto without = [&](std::string what, auto&& take_away) {
    spec::Claims less = claims;
    take_away(less);
    const double share = 1 - bound_at(graph, data, node, element, less) / whole;
    if (share > 0) terms.push_back({std::move(what), share});
  };
  without(spec::concat("additions ", order_text(claims), ", in ", claims.accumulator.name),
          [](spec::Claims& c) { c.accumulator = spec::binary64; });
  without(spec::concat("intermediate results rounded to ", claims.intermediate.name),
          [](spec::Claims& c) { c.intermediate = spec::binary64; });
  without("elementary functions within their claimed ulps", [](spec::Claims& c) { c.ulps.fill(0); });
  without(spec::concat("operands rounded to ", claims.operands.name),
          [](spec::Claims& c) { c.operands = spec::binary64; });
  without(spec::concat("the result rounded to ", claims.output.name),
          [](spec::Claims& c) { c.output = spec::binary64; });
  if (claims.flushes_subnormals)
    without("subnormals flushed to zero", [](spec::Claims& c) { c.flushes_subnormals = false; });
  std::sort(terms.begin(), terms.end(), [](const BoundTerm& a, const BoundTerm& b) { return a.share > b.share; });
  return terms;
}

}  // namespace plumbline::crosscheck
