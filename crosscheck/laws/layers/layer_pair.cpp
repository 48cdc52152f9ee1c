// Law `layer` on a pair of graphs over the same leaves: as recorded, and as the textbook says.
#include <algorithm>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/layers/layer_law.h"
#include "crosscheck/laws/list.h"
#include "spec/eval/exact.h"
#include "spec/eval/interpret.h"
#include "spec/num/ball.h"
#include "spec/num/rational.h"
#include "spec/ops/shape/concat.h"
#include "spec/ops/shape/full.h"
#include "spec/ops/shape/reshape.h"

namespace plumbline::crosscheck {

using spec::Ball;
using spec::Graph;
using spec::Index;
using spec::NodeId;
using spec::Rational;
using spec::Result;
using spec::Tensor;
using spec::Tensors;
using spec::Tri;
using spec::Var;

namespace {

constexpr int first_precision = 128;
constexpr std::string_view cotangent_name = "ct";  // of the leaf that grad_graph adds

Var same_leaf(Graph& to, const spec::Node& leaf) {
  return leaf.extent >= 0                 ? to.index_input(leaf.name, leaf.shape, leaf.extent)
         : leaf.leaf == spec::Leaf::param ? to.param(leaf.name, leaf.shape)
                                          : to.input(leaf.name, leaf.shape);
}

// The nodes of a graph in another one that may have the leaves already; returns where each is. Unwanted ones are left
// out, but no leaf.
std::vector<Var> copied(const Graph& from, Graph& to, const std::vector<char>& wanted) {
  std::vector<Var> at(static_cast<std::size_t>(from.size()));
  const std::vector<NodeId> have = to.leaves();
  std::size_t leaf = 0;
  for (NodeId id = 0; id < from.size(); ++id) {
    const spec::Node& n = from.node(id);
    Var& here = at[static_cast<std::size_t>(id)];
    if (n.leaf != spec::Leaf::none) {
      here = leaf < have.size() ? to.var(have[leaf]) : same_leaf(to, n);
      ++leaf;
    } else if (wanted[static_cast<std::size_t>(id)]) {
      Vars in;
      for (const NodeId i : n.inputs) in.push_back(at[static_cast<std::size_t>(i)]);
      here = to.apply(n.op, in);
    }
  }
  return at;
}

// The results and the cotangents of the real leaves as one node of `to`: zeros where nothing depends on a leaf.
Var with_gradients(const Graph& graph, const Result<spec::GradGraph>& grad, Graph& to) {
  const Graph& from = grad ? grad->graph : graph;
  const std::vector<Var> at = copied(from, to, std::vector<char>(static_cast<std::size_t>(from.size()), 1));
  Vars results{at[static_cast<std::size_t>(graph.outputs().front())]};
  if (!grad) return results.front();
  const std::vector<NodeId> leaves = graph.leaves();
  std::vector<NodeId> cotangent(leaves.size(), -1);
  for (std::size_t k = 0; k < grad->cotangents.size(); ++k) cotangent[grad->leaves[k]] = grad->cotangents[k];
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const spec::Node& leaf = graph.node(leaves[i]);
    if (leaf.extent >= 0) continue;
    results.push_back(cotangent[i] >= 0 ? at[static_cast<std::size_t>(cotangent[i])]
                                        : spec::full_like(results[0], leaf.shape, 0));
  }
  return one_after_another(results);
}

template <class N, class Read>
Tensor<N> value(const Case& c, NodeId node, Read&& read) {
  Tensors<N> leaves;
  for (const Values& v : c.data)
    leaves.push_back(Tensor<N>::generate(v.shape(), [&](Index i) { return read(v[i]); }));
  const NodeId wanted[] = {node};
  return spec::interpret<N>(c.graph, leaves, wanted)[static_cast<std::size_t>(node)];
}

// Where element i of results and cotangents lies.
std::string place(const Graph& graph, Index i) {
  Index gradients = 0;
  std::vector<const spec::Node*> real;
  bool differentiated = false;
  for (const NodeId id : graph.leaves()) {
    const spec::Node& leaf = graph.node(id);
    if (leaf.name == cotangent_name) differentiated = true;
    else if (leaf.extent < 0) real.push_back(&leaf), gradients += leaf.shape.size();
  }
  const Index results = graph.node(graph.outputs().front()).shape.size() - (differentiated ? gradients : 0);
  if (i < results) return spec::concat("result ", i);
  i -= results;
  for (const spec::Node* leaf : real) {
    if (i < leaf->shape.size()) return spec::concat("gradient of ", leaf->name, ", element ", i);
    i -= leaf->shape.size();
  }
  return spec::concat("element ", i);
}

template <class N>
Outcome differing(const Graph& graph, Index i, const Tensor<N>& got, const Tensor<N>& should) {
  std::string a, b;
  if constexpr (std::same_as<N, Rational>) a = got[i].text(), b = should[i].text();
  else a = spec::concat(got[i]), b = spec::concat(should[i]);
  return failed(spec::concat(place(graph, i), ": recorded ", a, " but the textbook ", b));
}

bool settled(const Ball& x) { return x.is_bounded() && !x.may_be_nan(); }

// Elements agree when they certainly lie within 2^(−p/2) of the largest of all; they differ when enclosures are apart.
Outcome same_by_balls(const Case& c, NodeId recorded, NodeId textbook, const JudgeOptions& options) {
  Outcome out;
  for (int precision = first_precision; precision <= options.most_precision; precision *= 2) {
    const auto read = [&](double x) { return Ball::exact(x, precision); };
    const auto x = value<Ball>(c, recorded, read), y = value<Ball>(c, textbook, read);
    Ball largest = Ball::exact(0, precision);
    for (const Ball& b : y.elements())
      if (settled(b)) largest = maximum(largest, abs(b));
    const Ball close = largest * pow(Ball::exact(2, precision), Ball(Index{-precision / 2}));
    Index open = 0;
    for (Index i = 0; i < x.size(); ++i) {
      if (x[i].is_nan() && y[i].is_nan()) continue;
      if (!settled(x[i]) || !settled(y[i])) {
        ++open;
        continue;
      }
      if (equal(x[i], y[i]).exact == Tri::no) return differing(c.graph, i, x, y);
      open += equal(x[i], y[i]).exact != Tri::yes && less(abs(x[i] - y[i]), close).exact != Tri::yes;
    }
    out.judgement.elements = x.size();
    out.judgement.refined = precision > first_precision ? x.size() : 0;
    if (open == 0) return out;
    constexpr int enough = 4 * first_precision;  // what stays open then is a kink that is met exactly
    if (precision >= enough) break;
  }
  out.verdict = out.judgement.verdict = Verdict::undecided;
  out.message = "the enclosures stay too wide";
  return out;
}

// By rational numbers where all results are rational, else by enclosures.
Outcome same_function(const Case& c, const JudgeOptions& options) {
  const NodeId recorded = c.graph.outputs()[0], textbook = c.graph.outputs()[1];
  const auto read = [](double x) { return Rational(x); };
  const auto y = value<Rational>(c, textbook, read);
  const auto exact = [](const Rational& q) { return q.is_exact(); };
  if (!std::ranges::all_of(y.elements(), exact)) return same_by_balls(c, recorded, textbook, options);
  const auto x = value<Rational>(c, recorded, read);
  if (!std::ranges::all_of(x.elements(), exact)) return same_by_balls(c, recorded, textbook, options);
  Outcome out;
  out.judgement.elements = out.judgement.zero_tolerance = x.size();
  for (Index i = 0; i < x.size(); ++i)
    if (equal(x[i], y[i]).exact != Tri::yes) return differing(c.graph, i, x, y);
  return out;
}

// What was recorded, alone: with all leaves, since the data are theirs.
Case recorded_part(const Case& pair) {
  Case c = pair;
  c.graph = Graph();
  const NodeId wanted[] = {pair.output()};
  const std::vector<Var> at = copied(pair.graph, c.graph, spec::needed(pair.graph, wanted));
  c.graph.output(at[static_cast<std::size_t>(pair.output())]);
  return c;
}

class LayerLaw final : public Law {
 public:
  std::string_view name() const override { return layer_law_name; }
  std::string_view summary() const override { return layer_law_summary; }
  bool in_every_format() const override { return true; }
  bool applies(const Case& c) const override {
    const std::vector<NodeId>& out = c.graph.outputs();
    return out.size() == 2 && c.graph.node(out[0]).shape == c.graph.node(out[1]).shape;
  }
  Outcome check(const Case& c, Subject& subject, const JudgeOptions& options) const override {
    return check_pair(c, subject, options, LayerPart::all);
  }
};

}  // namespace

Var one_after_another(const Vars& list) {
  Vars flat;
  for (const Var& v : list) flat.push_back(spec::reshape(v, {v.shape().size()}));
  return flat.size() == 1 ? flat.front() : call(spec::Concat{0}, flat);
}

Result<Case> layer_pair(const LayerCase& c) {
  const spec::Shape &got = c.recorded.node(c.recorded.outputs().front()).shape,
                    &should = c.textbook.node(c.textbook.outputs().front()).shape;
  if (got != should) return spec::fail("recorded results have shape ", got, " but the textbook's ", should);
  const auto recorded = spec::grad_graph(c.recorded), textbook = spec::grad_graph(c.textbook);
  if (recorded.has_value() != textbook.has_value()) return spec::fail("only one of the two has a gradient");
  Case pair;
  pair.graph.output(with_gradients(c.recorded, recorded, pair.graph));
  pair.graph.output(with_gradients(c.textbook, textbook, pair.graph));
  pair.data = c.data, pair.seed = c.seed, pair.number = c.number;
  if (recorded) pair.data.push_back(c.cotangent);
  return pair;
}

Outcome check_pair(const Case& pair, Subject& subject, const JudgeOptions& options, LayerPart part) {
  Outcome same;
  if (part == LayerPart::all) same = same_function(pair, options);
  if (same.verdict != Verdict::pass) return same;
  Outcome floats = end_to_end_law()->check(recorded_part(pair), subject, options);
  join(floats.judgement, same.judgement);
  return floats;
}

std::unique_ptr<Law> layer_law() { return std::make_unique<LayerLaw>(); }

}  // namespace plumbline::crosscheck
