// The terms of y_i are x_k · ∂y_i/∂x_k over the elements of an input that y is linear in.
#include "crosscheck/judge/summands.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_set>

#include "crosscheck/judge/hash.h"
#include "crosscheck/judge/in_double.h"
#include "crosscheck/judge/reading.h"
#include "spec/eval/interpret.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::NodeId;

namespace {

constexpr Index outputs_asked = 8;
constexpr Index too_few = 16;  // terms, to ask whether they are distinct

bool repeats(const Values& x, const Values& slope) {
  std::unordered_set<double> seen;
  Index count = 0;
  for (Index k = 0; k < x.size(); ++k) {
    const double term = std::abs(x[k] * slope[k]);
    if (term == 0) continue;
    seen.insert(term);
    ++count;
  }
  return count >= too_few && 2 * static_cast<Index>(seen.size()) < count;
}

}  // namespace

bool sums_of_products(const spec::Graph& graph, const std::vector<Values>& data, NodeId node,
                      const ClaimsOf& claims_of) {
  std::vector<Values> integers = data;
  for (std::size_t leaf : real_leaves(graph))
    integers[leaf] = Values::generate(data[leaf].shape(), [&](Index k) {
      const std::uint64_t h = mixed(static_cast<std::uint64_t>(k) * 8 + leaf);
      return static_cast<double>(h % 3 + 1) * (h >> 40 & 1 ? -1 : 1);
    });
  const ClaimsOf exact = [&](NodeId id) {
    spec::Claims c = spec::Claims::in(spec::binary64);
    c.method = claims_of(id).method;
    return c;
  };
  const Filtered y = Reading(graph, integers, {node}, exact).filtered()[static_cast<std::size_t>(node)];
  return std::all_of(y.elements().begin(), y.elements().end(),
                     [](const auto& x) { return x.is_value() && x.d == 0 && !x.may_overflow(); });
}

std::optional<bool> terms_repeat(const spec::Graph& graph, const std::vector<Values>& data, NodeId node,
                                 const ClaimsOf& claims_of) {
  const auto real = real_leaves(graph);
  if (real.empty() || !sums_of_products(graph, data, node, claims_of)) return std::nullopt;
  const std::size_t factor = *std::max_element(
      real.begin(), real.end(), [&](auto a, auto b) { return data[a].size() < data[b].size(); });
  spec::Graph backward = graph;
  const spec::Shape& shape = graph.node(node).shape;
  const spec::Var seed = backward.input(graph.unused("ct"), shape);
  const std::array wrt{graph.leaves()[factor]};
  const NodeId slope = spec::append_grad(backward, node, seed, wrt).front().id();
  if (slope < 0) return std::nullopt;
  std::vector<Values> leaves = data;
  leaves.push_back(Values::full(shape, 0));
  for (Index probe = 0; probe < std::min(shape.size(), outputs_asked); ++probe) {
    const auto h = mixed(static_cast<std::uint64_t>(probe));
    const auto i = static_cast<std::size_t>(h % static_cast<std::uint64_t>(shape.size()));
    leaves.back() = Values::full(shape, 0);
    leaves.back().mutable_elements()[i] = 1;
    const ClaimsOf any = [](NodeId) { return spec::Claims(); };
    if (repeats(data[factor], in_double(backward, leaves, slope, any))) return true;
  }
  return false;
}

}  // namespace plumbline::crosscheck
