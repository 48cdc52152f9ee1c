// The values that common mistakes would give.
#include "crosscheck/judge/hypotheses.h"

#include <cmath>

#include "spec/eval/interpret.h"
#include "spec/num/round.h"

namespace plumbline::crosscheck {

using spec::concat;
using spec::Index;
using spec::NodeId;
using spec::Shape;

namespace {

// The value of the node in binary64, by each op's own method.
Values evaluate(const spec::Graph& graph, const std::vector<Values>& data, NodeId node) {
  const NodeId wanted[] = {node};
  const auto values =
      spec::interpret<double>(graph, data, wanted, [&](NodeId id) { return spec::default_method(graph.node(id).op); });
  return values[static_cast<std::size_t>(node)];
}

std::string leaf_name(const spec::Graph& graph, std::size_t leaf) {
  const std::string& name = graph.node(graph.leaves()[leaf]).name;
  return name.empty() ? concat("input ", leaf) : name;
}
bool is_index(const spec::Graph& graph, std::size_t leaf) { return graph.node(graph.leaves()[leaf]).extent >= 0; }

// All real leaves changed element by element.
template <class F>
std::vector<Values> changed(const Suspicion& s, F&& f) {
  std::vector<Values> data = s.data;
  for (std::size_t i = 0; i < data.size(); ++i)
    if (!is_index(s.graph, i)) data[i] = map(data[i], f);
  return data;
}

Values transposed(const Values& x) {
  const Index columns = x.shape().back(0), rows = x.shape().back(1), block = rows * columns;
  return Values::generate(x.shape(), [&](Index i) {
    const Index r = i % block / columns, c = i % columns;
    return x[i - i % block + (c * rows + r)];
  });
}

// One slice of one leaf replaced by zeros: a term of a reduction that is dropped.
Values without_slice(const Values& x, Index axis, Index first) {
  const Index step = x.shape().strides()[static_cast<std::size_t>(axis)], extent = x.shape()[axis];
  return Values::generate(x.shape(), [&](Index i) { return i / step % extent >= first ? 0.0 : x[i]; });
}

void suppose_missing_slices(const Suspicion& s, const Hypothesis& suppose) {
  for (std::size_t k = 0; k < s.data.size(); ++k) {
    if (is_index(s.graph, k)) continue;
    for (Index axis = 0; axis < s.data[k].shape().rank(); ++axis) {
      const Index n = s.data[k].shape()[axis];
      for (Index dropped : {Index{1}, n % 4, n % 8, n % 16}) {
        if (dropped < 1 || n < 2 || dropped >= n || s.data[k].size() == 0) continue;
        std::vector<Values> data = s.data;
        data[k] = without_slice(data[k], axis, n - dropped);
        suppose(evaluate(s.graph, data, s.node),
                concat("the last ", dropped == 1 ? "entry" : concat(dropped, " entries"), " of ", leaf_name(s.graph, k),
                       " along axis ", axis, " left out"));
      }
    }
  }
}

void suppose_swapped(const Suspicion& s, const Hypothesis& suppose) {
  for (std::size_t i = 0; i < s.data.size(); ++i)
    for (std::size_t j = i + 1; j < s.data.size(); ++j) {
      if (s.data[i].shape() != s.data[j].shape() || is_index(s.graph, i) || is_index(s.graph, j)) continue;
      std::vector<Values> data = s.data;
      std::swap(data[i], data[j]);
      suppose(evaluate(s.graph, data, s.node),
              concat(leaf_name(s.graph, i), " and ", leaf_name(s.graph, j), " swapped"));
    }
}

// The factor is named where it is an extent of the data, its root, or the reciprocal of one.
std::string factor_name(const Suspicion& s, double factor) {
  const auto is = [&](double x) { return std::abs(factor - x) * std::ldexp(1.0, 10) < std::abs(x); };
  for (const Values& x : s.data)
    for (Index n : x.shape().dims()) {
      if (n < 2) continue;
      const auto d = static_cast<double>(n);
      if (is(d)) return concat(n, ", an extent of the data");
      if (is(1 / d)) return concat("1/", n, ", for an extent of the data");
      if (is(std::sqrt(d))) return concat("√", n, ", for an extent of the data");
      if (is(1 / std::sqrt(d))) return concat("1/√", n, ", for an extent of the data");
      if (n > 2 && is(d / (d - 1))) return concat(n, "/", n - 1, ", for an extent of the data");
      if (is((d - 1) / d)) return concat(n - 1, "/", n, ", for an extent of the data");
    }
  return concat(factor);
}

void suppose_variant(const Suspicion& s, const spec::Catalogue& catalogue, const spec::Node& node,
                     const spec::Attribute& was, const std::string& value, const Hypothesis& suppose) {
  spec::Attributes attributes = node.op->attributes();
  for (spec::Attribute& a : attributes)
    if (a.name == was.name) a.value = value;
  const auto op = catalogue.parse(node.op.name(), attributes);
  if (!op || *op == node.op) return;
  const auto graph = spec::graph_of(*op, s.graph.shapes_of(node.inputs));
  if (!graph || graph->node(graph->outputs().front()).shape != node.shape) return;
  if (!spec::check_data(*graph, s.data)) return;
  suppose(evaluate(*graph, s.data, graph->outputs().front()), concat(was.name, "=", value, " instead of ", was.value));
}

std::vector<std::string> other_values(const spec::Attribute& a, Index rank) {
  bool truth = false;
  if (spec::parse_value(a.value, truth)) return {truth ? "false" : "true"};
  std::vector<std::string> values;
  Index integer = 0;
  double number = 0;
  if (spec::parse_value(a.value, integer)) {
    for (Index i = 0; i < rank; ++i) values.push_back(spec::print_value(i));
    for (Index d : {Index{-1}, Index{1}}) values.push_back(spec::print_value(integer + d));
  } else if (spec::parse_value(a.value, number)) {
    for (double f : {0.0, 10.0, 0.1, 100.0, 0.01, -1.0}) values.push_back(spec::print_value(number * f));
  } else if (a.value.starts_with('[')) {
    for (Index i = 0; i < rank; ++i) values.push_back(concat('[', i, ']'));
  } else {
    values = {"none", "tanh", "erf", "mean", "sum"};
  }
  return values;
}

}  // namespace

void suppose_rearranged(const Suspicion& s, const Hypothesis& suppose) {
  suppose(map(s.exact, [](double y) { return -y; }), "the sign reversed");
  const Shape& shape = s.exact.shape();
  if (shape.rank() > 1 && shape.back(0) > 1 && shape.back(1) > 1)
    suppose(transposed(s.exact), "the last two axes transposed in memory");
  const Index n = s.exact.size();
  for (Index by : {Index{1}, Index{-1}})
    if (n > 2)
      suppose(Values::generate(shape, [&](Index i) { return s.exact[(i + by + n) % n]; }),
              concat("every element shifted by ", by));
  double cross = 0, square = 0, difference = 0;
  for (Index i = 0; i < n; ++i) {
    if (!std::isfinite(s.exact[i])) return;
    cross += s.exact[i] * s.got[i], square += s.exact[i] * s.exact[i], difference += s.got[i] - s.exact[i];
  }
  const double factor = cross / square, offset = difference / static_cast<double>(n);
  if (n < 3 || !std::isfinite(factor)) return;
  suppose(map(s.exact, [&](double y) { return y * factor; }),
          "a scale factor of " + factor_name(s, factor) + " on every element");
  suppose(map(s.exact, [&](double y) { return y + offset; }), concat("an offset of ", offset, " on every element"));
}

void suppose_changed_data(const Suspicion& s, const Hypothesis& suppose) {
  for (const spec::Format& f : {spec::tf32, spec::bfloat16, spec::binary16, spec::e4m3, spec::e5m2}) {
    if (f.precision >= s.claims.operands.precision) continue;
    suppose(evaluate(s.graph, changed(s, [&](double x) { return spec::round_to_format(x, f); }), s.node),
            concat("operands rounded to ", f.name));
    suppose(evaluate(s.graph, changed(s, [&](double x) { return spec::round_to(x, f, spec::Direction::toward_zero); }),
                     s.node),
            concat("operands truncated to ", f.name));
  }
  const double normal = s.claims.operands.smallest_normal();
  suppose(evaluate(s.graph, changed(s, [&](double x) { return std::abs(x) < normal ? 0 : x; }), s.node),
          "subnormal operands flushed to zero");
  suppose(evaluate(s.graph, changed(s, [&](double x) { return std::isnan(x) ? 0 : x; }), s.node),
          "NaN among the inputs read as zero");
  suppose_missing_slices(s, suppose);
  suppose_swapped(s, suppose);
}

void suppose_changed_attributes(const Suspicion& s, const Hypothesis& suppose) {
  const spec::Node& node = s.graph.node(s.node);
  if (node.leaf != spec::Leaf::none || s.graph.leaves().size() + 1 != static_cast<std::size_t>(s.graph.size())) return;
  const auto catalogue = spec::Catalogue::builtin();
  for (const spec::Attribute& a : node.op->attributes())
    for (const std::string& value : other_values(a, s.data.empty() ? 0 : s.data.front().shape().rank()))
      suppose_variant(s, catalogue, node, a, value, suppose);
}

}  // namespace plumbline::crosscheck
