// Drawing layers, and comparing two graphs as real functions.
#include "crosscheck/laws/layers/layer_law.h"

#include <algorithm>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/list.h"
#include "crosscheck/sample/patterns.h"
#include "spec/eval/interpret.h"
#include "spec/num/ball.h"
#include "spec/num/rational.h"
#include "spec/ops/shape/concat.h"
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
constexpr std::uint64_t most_attempts_of_layer = 6;

// All of them one after another.
Var joined(const Vars& list) {
  Vars flat;
  for (const Var& v : list) flat.push_back(spec::reshape(v, {v.shape().size()}));
  return flat.size() == 1 ? flat.front() : call(spec::Concat{0}, flat);
}

// What a leaf's values mean, by its name.
spec::Domain domain_of(const spec::Node& leaf) {
  constexpr Index most_steps = 1000;  // so that a count of steps is a number of every format
  if (leaf.name == "step") return spec::Domain::index(most_steps);
  if (leaf.extent >= 0) return spec::Domain::index(leaf.extent);
  if (leaf.name == "mask") return spec::Domain::mask();
  if (leaf.name.ends_with("running_var")) return spec::Domain::within(0.25, 4);
  if (leaf.name.ends_with("A_log")) return spec::Domain::within(-1, 1);
  return spec::Domain::any();
}

// A leaf of every leaf, by name, in another graph.
std::map<std::string, Var> same_leaves(const Graph& from, Graph& to) {
  std::map<std::string, Var> out;
  for (const NodeId id : from.leaves()) {
    const spec::Node& n = from.node(id);
    out.emplace(n.name, n.extent >= 0 ? to.index_input(n.name, n.shape, n.extent)
                        : n.leaf == spec::Leaf::param ? to.param(n.name, n.shape)
                                                      : to.input(n.name, n.shape));
  }
  return out;
}

}  // namespace

Result<LayerCase> draw_layer_case(const Layer& layer, std::uint64_t seed, std::uint64_t number, std::uint64_t attempt,
                                  const LayerBug* bug) {
  RandomChoices choices(seed, "layer", layer.name, number, attempt);
  const std::any drawn = layer.draw(choices);
  LayerCase c;
  c.seed = seed, c.number = number;
  runtime::nn::Recording recording;
  recording.seed = static_cast<std::uint64_t>(choices.pick(0, 1 << 20));
  std::any built = drawn;
  if (bug != nullptr && bug->config) bug->config(built);
  try {
    const Vars results = layer.record(built, runtime::nn::Scope(recording));
    recording.graph.output(joined(results));
    c.recorded = bug != nullptr && bug->graph ? bug->graph(recording.graph) : std::move(recording.graph);
    c.plan = std::move(recording.plan);
    if (bug != nullptr && bug->plan) bug->plan(c.plan);
    const spec::Weights<Var> leaves(same_leaves(c.recorded, c.textbook));
    c.textbook.output(joined(layer.textbook(drawn, leaves)));
  } catch (const spec::Error& e) {
    return tl::unexpected(e);
  }
  constexpr Pattern patterns[] = {Pattern::normal, Pattern::grid, Pattern::uniform};
  const Pattern pattern = patterns[number % 3];
  for (const NodeId id : c.recorded.leaves()) {
    const spec::Node& leaf = c.recorded.node(id);
    c.data.push_back(fill(choices, pattern, leaf.shape, domain_of(leaf)));
  }
  c.cotangent = fill(choices, pattern, c.recorded.node(c.recorded.outputs().front()).shape, spec::Domain::any());
  return c;
}

namespace {

// The layer's results and the cotangents of its real leaves as one output: zeros where nothing depends on a leaf.
struct Whole {
  Graph graph;
  bool has_gradient = false;
};
Whole with_gradients(const Graph& graph) {
  const auto grad = spec::grad_graph(graph);
  if (!grad) return {graph, false};
  Graph all;
  std::vector<Var> at;
  for (const spec::Node& n : grad->graph.nodes()) {  // without its output
    Vars in;
    for (const NodeId i : n.inputs) in.push_back(at[static_cast<std::size_t>(i)]);
    at.push_back(n.leaf == spec::Leaf::none ? all.apply(n.op, in)
                 : n.extent >= 0            ? all.index_input(n.name, n.shape, n.extent)
                 : n.leaf == spec::Leaf::param ? all.param(n.name, n.shape)
                                               : all.input(n.name, n.shape));
  }
  Vars results{at[static_cast<std::size_t>(graph.outputs().front())]};
  const std::vector<NodeId> leaves = graph.leaves();
  std::vector<NodeId> cotangent(leaves.size(), -1);
  for (std::size_t k = 0; k < grad->cotangents.size(); ++k) cotangent[grad->leaves[k]] = grad->cotangents[k];
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const spec::Node& leaf = graph.node(leaves[i]);
    if (leaf.extent >= 0) continue;
    results.push_back(cotangent[i] >= 0 ? at[static_cast<std::size_t>(cotangent[i])]
                                        : spec::full_like(results[0], leaf.shape, 0));
  }
  all.output(joined(results));
  return {std::move(all), true};
}

template <class N, class Read>
Tensor<N> value(const Graph& graph, const std::vector<Values>& data, Read&& read) {
  Tensors<N> leaves;
  for (const Values& v : data)
    leaves.push_back(Tensor<N>::generate(v.shape(), [&](Index i) { return read(v[i]); }));
  const NodeId wanted[] = {graph.outputs().front()};
  return spec::interpret<N>(graph, leaves, wanted)[static_cast<std::size_t>(wanted[0])];
}

// Where element i of results and cotangents lies.
std::string place(const Graph& graph, Index i) {
  const Index results = graph.node(graph.outputs().front()).shape.size();
  if (i < results) return spec::concat("result ", i);
  i -= results;
  for (const NodeId id : graph.leaves()) {
    const spec::Node& leaf = graph.node(id);
    if (leaf.extent >= 0) continue;
    if (i < leaf.shape.size()) return spec::concat("gradient of ", leaf.name, ", element ", i);
    i -= leaf.shape.size();
  }
  return spec::concat("element ", i);
}

template <class N>
Outcome differing(const Graph& layer, Index i, const Tensor<N>& got, const Tensor<N>& should) {
  std::string a, b;
  if constexpr (std::same_as<N, Rational>) a = got[i].text(), b = should[i].text();
  else a = spec::concat(got[i]), b = spec::concat(should[i]);
  return failed(spec::concat(place(layer, i), ": recorded ", a, " but the textbook ", b));
}

bool settled(const Ball& x) { return x.is_bounded() && !x.may_be_nan(); }

// Elements agree when they certainly lie within 2^(−p/2) of the largest of all; they differ when enclosures are apart.
Outcome same_by_balls(const Graph& layer, const Graph& recorded, const Graph& textbook,
                      const std::vector<Values>& data, const JudgeOptions& options) {
  Outcome out;
  for (int precision = first_precision; precision <= options.most_precision; precision *= 2) {
    const auto read = [&](double x) { return Ball::exact(x, precision); };
    const auto x = value<Ball>(recorded, data, read), y = value<Ball>(textbook, data, read);
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
      if (equal(x[i], y[i]).exact == Tri::no) return differing(layer, i, x, y);
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
Outcome same_function(const Graph& layer, const Graph& recorded, const Graph& textbook,
                      const std::vector<Values>& data, const JudgeOptions& options) {
  if (recorded.node(recorded.outputs().front()).shape != textbook.node(textbook.outputs().front()).shape)
    return failed(spec::concat("recorded results have shape ", recorded.node(recorded.outputs().front()).shape,
                               " but the textbook's ", textbook.node(textbook.outputs().front()).shape));
  const auto read = [](double x) { return Rational(x); };
  const auto y = value<Rational>(textbook, data, read);
  const auto exact = [](const Rational& q) { return q.is_exact(); };
  if (!std::ranges::all_of(y.elements(), exact)) return same_by_balls(layer, recorded, textbook, data, options);
  const auto x = value<Rational>(recorded, data, read);
  if (!std::ranges::all_of(x.elements(), exact)) return same_by_balls(layer, recorded, textbook, data, options);
  Outcome out;
  out.judgement.elements = out.judgement.zero_tolerance = x.size();
  for (Index i = 0; i < x.size(); ++i)
    if (equal(x[i], y[i]).exact != Tri::yes) return differing(layer, i, x, y);
  return out;
}

// One initialiser for each param, in the order of the graph, and no draws in common.
Outcome check_plan(const LayerCase& c) {
  spec::InitPlan plan;
  plan.seed = c.plan.seed;
  for (const auto& p : c.plan.parameters) plan.parameters.push_back({p.name, p.shape, p.scheme, p.stream});
  if (auto ok = spec::validate(plan); !ok) return failed(spec::concat("plan: ", ok.error().what()));
  std::vector<spec::NamedShape> model, given;
  for (const NodeId id : c.recorded.leaves())
    if (c.recorded.node(id).leaf == spec::Leaf::param)
      model.push_back({c.recorded.node(id).name, c.recorded.node(id).shape});
  for (const auto& p : plan.parameters) given.push_back({p.name, p.shape});
  if (auto ok = spec::check_parameters(model, given); !ok) return failed(spec::concat("plan: ", ok.error().what()));
  return {};
}

Outcome check_case(const LayerCase& c, Subject& subject, const JudgeOptions& options) {
  if (Outcome plan = check_plan(c); plan.verdict != Verdict::pass) return plan;
  const Whole recorded = with_gradients(c.recorded), textbook = with_gradients(c.textbook);
  if (recorded.has_gradient != textbook.has_gradient) return failed("only one of the two has a gradient");
  Case whole;
  whole.graph = recorded.graph, whole.data = c.data, whole.seed = c.seed, whole.number = c.number;
  if (recorded.has_gradient) whole.data.push_back(c.cotangent);
  Outcome same = same_function(c.recorded, recorded.graph, textbook.graph, whole.data, options);
  if (same.verdict != Verdict::pass) return same;
  Outcome floats = end_to_end_law()->check(whole, subject, options);
  join(floats.judgement, same.judgement);
  return floats;
}

}  // namespace

Outcome check_layer(const Layer& layer, std::uint64_t seed, std::uint64_t number, Subject& subject,
                    const JudgeOptions& options, const LayerBug* bug) {
  Outcome out;
  for (std::uint64_t attempt = 0; attempt < most_attempts_of_layer; ++attempt) {
    const auto c = draw_layer_case(layer, seed, number, attempt, bug);
    if (!c) return failed(c.error().what());
    out = check_case(*c, subject, options);
    if (out.verdict != Verdict::mistrusted && out.verdict != Verdict::undecided) break;
  }
  return out;
}

}  // namespace plumbline::crosscheck
