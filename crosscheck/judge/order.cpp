// The gates of the statistical tier: distinct values and the ratio of von Neumann (1941).
#include "crosscheck/judge/order.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "crosscheck/judge/summands.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

constexpr Index too_few = 16;  // values, to speak of an order

// Fewer than half of the values are distinct. Zeros round nothing and do not count.
bool few_distinct(const Values& x) {
  std::unordered_set<double> seen;
  Index count = 0;
  for (double v : x.elements()) {
    if (v == 0) continue;
    seen.insert(std::abs(v));
    ++count;
  }
  return count >= too_few && 2 * static_cast<Index>(seen.size()) < count;
}

// Σ (x_{k+1} − x_k)² / (2 Σ (x_k − mean)²) along an axis: near 1 for an order that has nothing to do with the values,
// near 0 for sorted or slowly varying ones. A half is far from what chance gives to long fibres.
bool neighbours_alike(const Values& x, Index axis) {
  const spec::Fibres fibre = spec::fibres(x.shape(), {axis});
  const Index n = fibre.length();
  if (n < too_few || x.size() == 0) return false;
  double steps = 0, spread = 0;
  for (Index start : fibre.start) {
    double mean = 0;
    for (Index k = 0; k < n; ++k) mean += x[start + fibre.step[static_cast<std::size_t>(k)]] / static_cast<double>(n);
    for (Index k = 0; k < n; ++k) {
      const double v = x[start + fibre.step[static_cast<std::size_t>(k)]];
      spread += 2 * (v - mean) * (v - mean);
      if (k + 1 < n) {
        const double step = x[start + fibre.step[static_cast<std::size_t>(k) + 1]] - v;
        steps += step * step;
      }
    }
  }
  return 2 * steps < spread;
}

// Neighbours along an axis of a leaf that resemble each other, in words.
std::optional<std::string> ordered(const spec::Node& leaf, const std::string& name, const Values& x) {
  for (Index axis = 0; axis < leaf.shape.rank(); ++axis)
    if (neighbours_alike(x, axis))
      return spec::concat("neighbours along axis ", axis, " of ", name, " resemble each other");
  return std::nullopt;
}

}  // namespace

std::optional<std::string> order_speaks(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node,
                                        const ClaimsOf& claims_of) {
  const auto leaves = graph.leaves();
  const auto name = [&](std::size_t i) {
    const std::string& given = graph.node(leaves[i]).name;
    return given.empty() ? std::string("an input") : given;
  };
  std::vector<std::size_t> repeated;  // inputs of few values; where one of many is as large, no terms are alike
  Index repeated_size = 0, varied_size = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const spec::Node& leaf = graph.node(leaves[i]);
    if (leaf.extent >= 0 || data[i].size() < too_few) continue;
    if (few_distinct(data[i])) {
      repeated.push_back(i);
      repeated_size = std::max(repeated_size, data[i].size());
      continue;
    }
    varied_size = std::max(varied_size, data[i].size());
    if (auto why = ordered(leaf, name(i), data[i])) return why;
  }
  if (repeated_size <= varied_size) return std::nullopt;
  if (terms_repeat(graph, data, node, claims_of).value_or(true))
    return "few distinct values in " + name(*std::ranges::max_element(repeated, {}, [&](std::size_t i) {
             return data[i].size();
           }));
  for (std::size_t i : repeated)
    if (auto why = ordered(graph.node(leaves[i]), name(i), data[i])) return why;
  return std::nullopt;
}

}  // namespace plumbline::crosscheck
