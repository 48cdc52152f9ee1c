// The gates of the statistical tier: distinct values and the ratio of von Neumann (1941).
#include "crosscheck/judge/order.h"

#include <cmath>
#include <unordered_set>

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

}  // namespace

std::optional<std::string> order_speaks(const spec::Graph& graph, const std::vector<Values>& data) {
  const auto leaves = graph.leaves();
  std::string repeated;  // the largest input of few values; where one of many is as large, no terms are alike
  Index repeated_size = 0, varied_size = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const spec::Node& leaf = graph.node(leaves[i]);
    if (leaf.extent >= 0 || data[i].size() < too_few) continue;
    const std::string name = leaf.name.empty() ? "an input" : leaf.name;
    if (few_distinct(data[i])) {
      if (data[i].size() > repeated_size) repeated = name, repeated_size = data[i].size();
      continue;
    }
    varied_size = std::max(varied_size, data[i].size());
    for (Index axis = 0; axis < leaf.shape.rank(); ++axis)
      if (neighbours_alike(data[i], axis))
        return spec::concat("neighbours along axis ", axis, " of ", name, " resemble each other");
  }
  if (repeated_size > varied_size) return "few distinct values in " + repeated;
  return std::nullopt;
}

}  // namespace plumbline::crosscheck
