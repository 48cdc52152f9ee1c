// Readings of a graph under the claims of each node's kernel.
#include "crosscheck/judge/reading.h"

#include <algorithm>
#include <cmath>

namespace plumbline::crosscheck {

using spec::Claims;
using spec::NodeId;
using spec::Rounded;
using spec::Tensor;

Reading::Reading(const spec::Graph& graph, const std::vector<Values>& data, std::vector<NodeId> wanted,
                 const ClaimsOf& claims_of, bool lanes)
    : graph_(graph), data_(data), wanted_(std::move(wanted)) {
  for (NodeId id = 0; id < graph.size(); ++id) {
    claims_.push_back(graph.node(id).op || is_wanted(id) ? claims_of(id) : Claims());
    claims_.back().lane_energies = lanes;
  }
}

bool Reading::is_wanted(NodeId id) const { return std::find(wanted_.begin(), wanted_.end(), id) != wanted_.end(); }

namespace {

// What one kernel hands to the next: the error so far, and the rounding of an operand that is claimed to be narrower.
template <class C>
Rounded<C> handed_on(const Rounded<C>& x, const Claims& claims) {
  if (!x.may_overflow() && x.d < spec::upward::infinity)
    if (const auto value = single(x.exact); value && x.d == 0 && x.is_value())
      return Rounded<C>::leaf(*value, claims, x.exact);
  Rounded<C> y = x;
  y.claims = &claims;
  y.flags &= ~(Rounded<C>::short_leaf | Rounded<C>::product | Rounded<C>::fresh);
  y.s = x.claims != nullptr ? x.deviation() : 0;
  if (!y.is_value()) return y;
  if (claims.operands != claims.intermediate) {
    const double own = spec::roundoff(claims.operands, y.computed_magnitude());
    y.d = spec::upward::add(y.d, own);
    y.s = spec::upward::hypot(y.s, own);
    if (y.computed_magnitude() > spec::largest(claims.operands)) y.unjudge();
  }
  if (claims.flushes_subnormals && y.smallest() - y.d < spec::smallest_normal(claims.operands)) {
    const double flushed = std::min(y.computed_magnitude(), spec::smallest_normal(claims.operands));
    y.d = spec::upward::add(y.d, flushed);
    y.b = spec::upward::add(y.b, flushed);
  }
  return y;
}

}  // namespace

template <class C>
std::vector<Tensor<Rounded<C>>> Reading::read(const C& like) const {
  const std::vector<char> run = spec::needed(graph_, wanted_);
  std::vector<Tensor<Rounded<C>>> values(static_cast<std::size_t>(graph_.size()));
  std::vector<std::size_t> leaf_of(values.size());
  std::size_t leaf = 0;
  for (NodeId id = 0; id < graph_.size(); ++id) {
    const spec::Node& node = graph_.node(id);
    const auto at = static_cast<std::size_t>(id);
    if (node.leaf != spec::Leaf::none) {
      leaf_of[at] = leaf++;
      // A gradient may be the cotangent itself: data, rounded to the output format.
      if (is_wanted(id))
        values[at] = Tensor<Rounded<C>>::generate(node.shape, [&](spec::Index k) {
          return Rounded<C>::leaf(data_[leaf_of[at]][k], claims_[at], like).finished();
        });
      continue;
    }
    if (!run[at]) continue;
    const Claims& claims = claims_[at];
    spec::Tensors<Rounded<C>> in;
    for (NodeId i : node.inputs) {
      const auto from = static_cast<std::size_t>(i);
      if (graph_.node(i).leaf == spec::Leaf::none)
        in.push_back(map(values[from], [&](const Rounded<C>& x) { return handed_on(x, claims); }));
      else
        in.push_back(Tensor<Rounded<C>>::generate(graph_.node(i).shape, [&](spec::Index k) {
          return Rounded<C>::leaf(data_[leaf_of[from]][k], claims, like);
        }));
    }
    const std::string_view method =
        claims.method.empty() ? spec::default_method(node.op) : std::string_view(claims.method);
    const auto y = static_cast<const spec::Reading<Rounded<C>>&>(*node.op).read(in, method == "textbook" ? "" : method);
    values[at] = map(y, [&](const Rounded<C>& x) { return x.adopted(&claims).finished(); });
  }
  return values;
}

std::vector<Filtered> Reading::filtered() const { return read(spec::Approx()); }

std::vector<Certified> Reading::certified(int precision) const { return read(spec::Ball::exact(0, precision)); }

const Certified& Refinement::at(int precision, NodeId node) {
  auto [at, fresh] = values_.try_emplace(precision);
  if (fresh) at->second = reading_.certified(precision);
  return at->second[static_cast<std::size_t>(node)];
}

std::vector<Values> finite_stand_in(const std::vector<Values>& data, const spec::Format& format, int below) {
  const double large = std::ldexp(1.0, format.emax - below);
  std::vector<Values> out;
  for (const Values& x : data)
    out.push_back(map(x, [&](double v) { return std::isinf(v) ? std::copysign(large, v) : v; }));
  return out;
}

}  // namespace plumbline::crosscheck
