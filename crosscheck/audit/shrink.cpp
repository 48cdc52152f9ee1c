// Shrinking by steps that are verified one by one.
#include "crosscheck/audit/shrink.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <functional>
#include <set>

#include "crosscheck/audit/runner.h"
#include "crosscheck/laws/evidence.h"
#include "crosscheck/sample/edit.h"
#include "spec/eval/interpret.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Leaf;
using spec::NodeId;
using spec::Shape;

namespace {

Values sliced(const Values& x, Index axis, Index start, Index length) {
  Shape shape = x.shape();
  const Index inner = shape.strides()[static_cast<std::size_t>(axis)], old = shape[axis];
  shape[axis] = length;
  return Values::generate(shape, [&](Index i) {
    const Index row = i / inner % length, outer = i / inner / length;
    return x[(outer * old + row + start) * inner + i % inner];
  });
}

Values without_axis(const Values& x, Index axis) {
  auto dims = x.shape().dims();
  dims.erase(dims.begin() + axis);
  return x.reshaped(Shape(std::move(dims)));
}

// A number whose significand has at most `bits` bits, towards zero.
double shortened(double x, int bits) {
  if (!std::isfinite(x) || x == 0) return x;
  int exponent = 0;
  const double f = std::frexp(x, &exponent);
  return std::ldexp(std::trunc(std::ldexp(f, bits)), exponent - bits);
}

// The bits of a number's text: 0 for 0, few for short significands and small exponents.
Index bits_of(double x) {
  if (x == 0) return 0;
  if (!std::isfinite(x)) return 64;
  int exponent = 0;
  const auto significand = static_cast<std::uint64_t>(std::ldexp(std::abs(std::frexp(x, &exponent)), 53));
  return 1 + 53 - std::countr_zero(significand) + std::bit_width(static_cast<unsigned>(std::abs(exponent - 1))) +
         (x < 0);
}

// One way to make a number simpler, the boldest first.
using Simplify = double (*)(double);
constexpr Simplify simplifications[] = {
    [](double) { return 0.0; },
    [](double) { return 1.0; },
    [](double x) { return x < 0 ? -1.0 : 1.0; },
    [](double x) { return std::isfinite(x) ? std::round(x) : x; },
    [](double x) { return shortened(x, 1); },
    [](double x) { return shortened(x, 4); },
    [](double x) { return shortened(x, 11); },
};

class Shrinker {
 public:
  Shrinker(Shrunk start, const Laws& laws, const spec::Catalogue& catalogue, Subject& subject,
           const JudgeOptions& options, const ShrinkLimits& limits)
      : best_(std::move(start)),
        laws_(laws),
        catalogue_(catalogue),
        subject_(subject),
        options_(options),
        limits_(limits) {
    options_.vacuity = false;
  }

  Shrunk run() {
    cut_graph();
    while (cut_shapes() || drop_axes()) {
    }
    simplify_data();
    return std::move(best_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  bool spent() const {
    return best_.checks >= limits_.checks ||
           std::chrono::duration<double>(Clock::now() - begin_).count() > limits_.seconds;
  }

  // Keeps the candidate if the law finds the same there.
  bool accept(std::optional<Case> candidate, const Law* law = nullptr) {
    law = law == nullptr ? best_.law : law;
    if (!candidate || spent() || !law->applies(*candidate)) return false;
    ++best_.checks;
    Outcome outcome = check_guarded(*law, *candidate, subject_, options_);
    if (outcome.verdict != best_.outcome.verdict) return false;
    best_.c = std::move(*candidate), best_.outcome = std::move(outcome), best_.law = law;
    return true;
  }

  // One op of a graph on the values that the subject gave it; else the shortest path to the output that still shows it.
  void cut_graph() {
    if (best_.c.op_name() != "graph") return;
    const std::vector<Values> values = node_values();
    const Case whole = best_.c;
    const Law* alone = best_.law->name() == "end_to_end" ? law_named(laws_, "forward") : best_.law;
    for (NodeId id = 0; id < whole.graph.size() && !values.empty() && alone != nullptr; ++id)
      if (whole.graph.node(id).leaf == Leaf::none && accept(isolated(whole, id, values), alone)) return;
    for (NodeId id = 0; id < whole.graph.size(); ++id)
      if (whole.graph.node(id).leaf == Leaf::none && accept(edited(whole, {.values = {}, .extents = {}, .output = id})))
        break;
    cut_leaves();
  }

  void cut_leaves() {
    for (bool progress = true; progress && !spent();) {
      progress = false;
      const std::vector<Values> values = node_values();
      for (NodeId id = best_.c.graph.size() - 2; id >= 0 && !progress && !values.empty(); --id) {
        if (best_.c.graph.node(id).leaf != Leaf::none) continue;
        progress = accept(edited(best_.c, {.values = {{id, values[static_cast<std::size_t>(id)]}}, .extents = {}}));
      }
    }
  }

  // What the subject computes for each node; empty if it does not.
  std::vector<Values> node_values() {
    std::vector<NodeId> ops;
    for (NodeId id = 0; id < best_.c.graph.size(); ++id)
      if (best_.c.graph.node(id).leaf == Leaf::none) ops.push_back(id);
    std::vector<Values> values = leaf_values(best_.c.graph, best_.c.data);
    const auto run = subject_.run(best_.c.graph, best_.c.data, ops, hostile(best_.c));
    if (!run || run->values.size() != ops.size()) return {};
    for (std::size_t i = 0; i < ops.size(); ++i) values[static_cast<std::size_t>(ops[i])] = run->values[i];
    return values;
  }

  static std::optional<Case> isolated(const Case& c, NodeId id, const std::vector<Values>& values) {
    const spec::Node& node = c.graph.node(id);
    auto graph = spec::graph_of(node.op, c.graph.shapes_of(node.inputs));
    if (!graph) return std::nullopt;
    Case out;
    out.graph = std::move(*graph), out.seed = c.seed, out.number = c.number;
    out.data = inputs_of(c.graph, id, values);
    if (c.cotangent.shape() == c.graph.node(c.output()).shape) out.cotangent = Values::full(node.shape, 1);
    if (!spec::check_data(out.graph, out.data)) return std::nullopt;
    return out;
  }

  std::vector<Values> data_by_node() const { return leaf_values(best_.c.graph, best_.c.data); }

  // Every op with the entries of its attribute lists that are `from` set to `to`.
  std::optional<spec::Op> resized(const spec::Op& op, Index from, Index to) const {
    spec::Attributes attributes = op->attributes();
    bool changed = false;
    for (spec::Attribute& a : attributes) {
      spec::Axes list;
      if (!a.value.starts_with('[') || !spec::parse_value(a.value, list)) continue;
      for (Index& n : list)
        if (n == from) n = to, changed = true;
      a.value = spec::print_value(list);
    }
    if (!changed) return op;
    auto made = catalogue_.parse(op.name(), attributes);
    return made ? std::optional<spec::Op>(*made) : std::nullopt;
  }

  // The extent `from` of an axis, or of all axes that have it (leaf −1), becomes `to`, keeping the first or last rows.
  std::optional<Case> with_extent(Index from, Index to, NodeId leaf, Index axis, bool last, bool attributes) const {
    Edit edit;
    const std::vector<Values> data = data_by_node();
    for (NodeId id : best_.c.graph.leaves()) {
      Values x = data[static_cast<std::size_t>(id)];
      const spec::Node& node = best_.c.graph.node(id);
      for (Index a = 0; a < x.shape().rank(); ++a)
        if (x.shape()[a] == from && (leaf < 0 || (leaf == id && axis == a))) x = sliced(x, a, last ? from - to : 0, to);
      if (node.extent == from && leaf < 0) {
        edit.extents[id] = to;
        x = map(x, [to](double i) { return std::fmod(i, static_cast<double>(to)); });
      }
      edit.values.emplace(id, std::move(x));
    }
    if (attributes) edit.op = [this, from, to](const spec::Op& op) { return resized(op, from, to); };
    return edited(best_.c, edit);
  }

  bool cut_extent(Index from, Index to) {
    for (const bool attributes : {false, true})
      for (const bool last : {false, true}) {
        if (accept(with_extent(from, to, -1, -1, last, attributes))) return true;
        for (NodeId leaf : best_.c.graph.leaves())
          for (Index axis = 0; axis < best_.c.graph.node(leaf).shape.rank(); ++axis)
            if (best_.c.graph.node(leaf).shape[axis] == from &&
                accept(with_extent(from, to, leaf, axis, last, attributes)))
              return true;
      }
    return false;
  }

  bool cut_shapes() {
    std::set<Index, std::greater<>> extents;
    for (const Values& x : best_.c.data)
      for (Index d : x.shape().dims())
        if (d > 1) extents.insert(d);
    for (Index e : extents)
      for (Index to : {Index{1}, e / 2, e - e / 4, e - 1})
        if (to < e && !spent() && cut_extent(e, to)) return true;
    return false;
  }

  // An axis of extent 1 goes, in all leaves that have it there, or in one.
  bool drop_axes() {
    const std::vector<Values> data = data_by_node();
    for (Index axis = 0; axis < 8 && !spent(); ++axis) {
      Edit all;
      for (NodeId id : best_.c.graph.leaves()) {
        const Values& x = data[static_cast<std::size_t>(id)];
        if (axis >= x.shape().rank() || x.shape()[axis] != 1) continue;
        all.values.emplace(id, without_axis(x, axis));
        Edit one;
        one.values.emplace(id, without_axis(x, axis));
        if (accept(edited(best_.c, one))) return true;
      }
      if (all.values.size() > 1 && accept(edited(best_.c, all))) return true;
    }
    return false;
  }

  // The case with leaf `k` replaced, or the cotangent where k is past the leaves.
  std::optional<Case> with_data(std::size_t k, Values x) const {
    Case c = best_.c;
    (k < c.data.size() ? c.data[k] : c.cotangent) = std::move(x);
    if (!spec::check_data(c.graph, c.data)) return std::nullopt;
    return c;
  }
  const Values& slot(std::size_t k) const { return k < best_.c.data.size() ? best_.c.data[k] : best_.c.cotangent; }

  // Elements [from, to) made simpler, where that changes anything.
  bool simplify(std::size_t k, Index from, Index to, Simplify f) {
    Values x = slot(k);
    Index before = 0, after = 0;
    const auto out = x.mutable_elements();
    for (Index i = from; i < to; ++i) {
      double& e = out[static_cast<std::size_t>(i)];
      before += bits_of(e);
      e = f(e);
      after += bits_of(e);
    }
    return after < before && accept(with_data(k, std::move(x)));
  }

  void simplify_data() {
    const std::size_t slots = best_.c.data.size() + (best_.c.cotangent.size() > 0 ? 1 : 0);
    for (std::size_t k = 0; k < slots; ++k)
      for (Simplify f : simplifications)
        if (simplify(k, 0, slot(k).size(), f)) break;
    // Halves, quarters, …, single elements, as far as the budget goes.
    for (std::size_t k = 0; k < slots; ++k)
      for (Index size = slot(k).size() / 2; size >= 1 && !spent(); size /= 2)
        for (Index from = 0; from < slot(k).size() && !spent(); from += size)
          for (Simplify f : simplifications)
            if (simplify(k, from, std::min(from + size, slot(k).size()), f)) break;
  }

  Shrunk best_;
  const Laws& laws_;
  const spec::Catalogue& catalogue_;
  Subject& subject_;
  JudgeOptions options_;
  const ShrinkLimits limits_;
  const Clock::time_point begin_ = Clock::now();
};

}  // namespace

Shrunk shrink(const Case& c, const Outcome& outcome, const Law& law, const Laws& laws, const spec::Catalogue& catalogue,
              Subject& subject, const JudgeOptions& options, const ShrinkLimits& limits) {
  return Shrinker({c, outcome, &law, 0}, laws, catalogue, subject, options, limits).run();
}

Complexity complexity(const Case& c) {
  Complexity out;
  out.nodes = c.graph.size();
  for (const Values& x : c.data) {
    out.elements += x.size();
    for (double e : x.elements()) out.bits += bits_of(e);
  }
  return out;
}

}  // namespace plumbline::crosscheck
