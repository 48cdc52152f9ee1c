// Samples made larger.
#include "crosscheck/sample/enlarge.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace plumbline::crosscheck {

using spec::Index;

namespace {

// √(Π sizes) is the number of products of a contraction: m·k·n for [m, k] times [k, n]. Axes that only one operand has
// count in full: at least the product of all different extents of two operands.
constexpr double most_products = 0x1p26;

struct Cost {
  Index elements = 0;
  double products = 0;
};

double outer_products(const spec::Shapes& shapes) {
  std::set<Index> different;
  for (const spec::Shape& s : shapes)
    for (Index a = 0; a < s.rank(); ++a) different.insert(s[a]);
  double product = shapes.size() == 2 ? 1 : 0;
  for (Index extent : different) product *= static_cast<double>(std::max<Index>(1, extent));
  return product;
}

// nullopt where the shapes do not fit the op.
std::optional<Cost> cost_of(const spec::OpSample& sample, const spec::Shapes& shapes) {
  const auto out = sample.op->shape(shapes);
  if (!out) return std::nullopt;
  Cost cost{out->size(), static_cast<double>(out->size())};
  for (const spec::Shape& s : shapes) {
    cost.elements += s.size();
    cost.products *= static_cast<double>(std::max<Index>(1, s.size()));
  }
  cost.products = std::max(std::sqrt(cost.products), outer_products(shapes));
  return cost;
}

template <class F>
spec::Shapes mapped(const spec::Shapes& shapes, F&& f) {
  spec::Shapes out;
  for (const spec::Shape& shape : shapes) {
    spec::Shape longer;
    for (Index a = 0; a < shape.rank(); ++a) longer.push_back(f(shape[a]));
    out.push_back(longer);
  }
  return out;
}

// The least enlargement, by doubling, that is large enough.
template <class Longer>
std::optional<spec::OpSample> grown(const spec::OpSample& sample, Longer&& longer) {
  for (Index factor = 2; factor < least_large_elements; factor *= 2) {
    const spec::Shapes shapes = mapped(sample.shapes, [&](Index extent) { return longer(extent, factor); });
    const auto cost = cost_of(sample, shapes);
    if (!cost || cost->elements > most_large_elements || cost->products > most_products) return std::nullopt;
    if (cost->elements < least_large_elements) continue;
    spec::OpSample out = sample;
    out.shapes = shapes;
    return out;
  }
  return std::nullopt;
}

}  // namespace

std::optional<spec::OpSample> enlarged(const spec::OpSample& sample, bool all_axes) {
  std::set<Index, std::greater<>> extents;
  for (const spec::Shape& s : sample.shapes)
    for (Index a = 0; a < s.rank(); ++a) extents.insert(s[a]);
  if (extents.contains(0)) return std::nullopt;
  if (all_axes)
    if (auto out = grown(sample, [](Index extent, Index factor) { return extent > 1 ? extent * factor : 1; }))
      return out;
  for (const Index chosen : extents)
    if (auto out = grown(sample, [&](Index extent, Index factor) {
          return extent == chosen ? extent * factor + 1 : extent;
        }))
      return out;
  return std::nullopt;
}

}  // namespace plumbline::crosscheck
