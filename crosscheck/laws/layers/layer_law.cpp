// Drawing layers, and the law on a drawn one.
#include "crosscheck/laws/layers/layer_law.h"

#include "crosscheck/laws/evidence.h"
#include "crosscheck/sample/patterns.h"

namespace plumbline::crosscheck {

using spec::Graph;
using spec::Index;
using spec::NodeId;
using spec::Result;
using spec::Var;

namespace {

constexpr std::uint64_t most_attempts_of_layer = 6;

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
    recording.graph.output(one_after_another(results));
    c.recorded = bug != nullptr && bug->graph ? bug->graph(recording.graph) : std::move(recording.graph);
    c.plan = std::move(recording.plan);
    if (bug != nullptr && bug->plan) bug->plan(c.plan);
    const spec::Weights<Var> leaves(same_leaves(c.recorded, c.textbook));
    c.textbook.output(one_after_another(layer.textbook(drawn, leaves)));
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

}  // namespace

CheckedLayer examine_layer(const Layer& layer, std::uint64_t seed, std::uint64_t number, Subject& subject,
                           const JudgeOptions& options, LayerPart part, const LayerBug* bug) {
  CheckedLayer out;
  for (std::uint64_t attempt = 0; attempt < most_attempts_of_layer; ++attempt) {
    const auto c = draw_layer_case(layer, seed, number, attempt, bug);
    if (!c) return {failed(c.error().what()), std::nullopt};
    if (Outcome plan = check_plan(*c); plan.verdict != Verdict::pass) return {std::move(plan), std::nullopt};
    auto pair = layer_pair(*c);
    if (!pair) return {failed(pair.error().what()), std::nullopt};
    out.outcome = check_pair(*pair, subject, options, part);
    out.pair = std::move(*pair);
    if (out.outcome.verdict != Verdict::mistrusted && out.outcome.verdict != Verdict::undecided) break;
  }
  return out;
}

Outcome check_layer(const Layer& layer, std::uint64_t seed, std::uint64_t number, Subject& subject,
                    const JudgeOptions& options, const LayerBug* bug) {
  return examine_layer(layer, seed, number, subject, options, LayerPart::all, bug).outcome;
}

}  // namespace plumbline::crosscheck
