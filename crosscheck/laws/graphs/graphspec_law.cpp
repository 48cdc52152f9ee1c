// Random GraphSpecs by four ways, compared.
#include "crosscheck/laws/graphs/graphspec_law.h"

#include <algorithm>
#include <bit>

#include "crosscheck/audit/guard.h"
#include "crosscheck/audit/runner.h"
#include "crosscheck/laws/cell_count.h"
#include "crosscheck/laws/evidence.h"
#include "crosscheck/sample/patterns.h"
#include "spec/eval/graphspec.h"
#include "spec/num/rational.h"

namespace plumbline::crosscheck {

using spec::GraphSpec;
using spec::Index;
using spec::NodeId;
using spec::Rational;
using spec::SpecProgram;
using spec::Tensor;
using spec::Tensors;
using spec::TermId;
namespace nn = runtime::nn;

namespace {

// One random model with data for its leaves.
struct SpecCase {
  GraphSpec spec;
  spec::SpecOptions options;
  std::vector<Values> inputs, parameters;
  Index step = 0;
};

const spec::PrimitiveTable& primitives() {
  static const spec::PrimitiveTable table = spec::PrimitiveTable::builtin();
  return table;
}

SpecCase draw_case_of(SpecKind kind, std::uint64_t seed, std::uint64_t number, const spec::Format& format) {
  RandomChoices choices(seed, graphspec_law_name, name_of(kind), number);
  SpecCase c;
  c.spec = draw_graphspec(kind, choices);
  c.options.training = choices.coin();
  c.options.seed = static_cast<std::uint64_t>(choices.pick(0, 1 << 20));
  c.step = choices.pick(0, 100);
  constexpr Pattern patterns[] = {Pattern::grid, Pattern::normal, Pattern::uniform};
  const Pattern pattern = patterns[number % std::size(patterns)];
  const auto filled = [&](const spec::Shape& shape, const spec::Domain& domain) {
    return fill(choices, pattern, shape, domain, format);
  };
  for (const spec::SpecInput& x : c.spec.inputs())
    c.inputs.push_back(filled(x.shape, x.extent >= 0 ? spec::Domain::index(x.extent) : spec::Domain::any()));
  for (const spec::PlacedParameter& p : c.spec.parameters())
    c.parameters.push_back(
        filled(p.spec.shape, p.spec.name == "running_var" ? spec::Domain::within(0.25, 4) : spec::Domain::any()));
  return c;
}

// [graphspec B2], counted here once more: by walking the bindings.
std::optional<std::string> wrong_parameter(const GraphSpec& spec, const SpecProgram& program) {
  std::size_t at = 0;
  std::uint64_t layers = 0;
  for (std::size_t b = 0; b < spec.bindings().size(); ++b) {
    const spec::Binding& binding = spec.bindings()[b];
    if (binding.shares) continue;
    const std::string path = binding.name.empty() ? std::to_string(b) : binding.name;
    for (std::size_t k = 0; k < binding.parameters.size(); ++k, ++at) {
      if (at >= program.parameters.size()) return spec::concat("parameter ", path, " is missing");
      const spec::PlacedParameter& got = program.parameters[at];
      const spec::Node& leaf = program.graph.node(program.leaves[at]);
      const std::string name = path + "." + binding.parameters[k].name;
      if (got.name != name || leaf.name != name || leaf.shape != binding.parameters[k].shape)
        return spec::concat("parameter ", at, " is ", leaf.name, ' ', leaf.shape, ", expected ", name);
      if (binding.primitive->counts_as_layer() && got.seed != 2 * layers + k)
        return spec::concat("parameter ", name, " has seed ", got.seed, ", expected ", 2 * layers + k);
    }
    if (binding.primitive->counts_as_layer()) layers += std::max<std::size_t>(1, (binding.parameters.size() + 1) / 2);
  }
  if (at != program.parameters.size())
    return spec::concat("found ", program.parameters.size(), " parameters, expected ", at);
  return std::nullopt;
}

// The leaves' data in the graph's order: inputs, parameters, step.
std::vector<Values> leaf_data(const SpecCase& c, const SpecProgram& program) {
  std::vector<Values> data = c.inputs;
  data.insert(data.end(), c.parameters.begin(), c.parameters.end());
  if (program.step >= 0) data.push_back(Values::scalar(static_cast<double>(c.step)));
  return data;
}

template <class N>
Tensors<N> read_as(const std::vector<Values>& data) {
  Tensors<N> out;
  for (const Values& v : data)
    out.push_back(Tensor<N>::generate(v.shape(), [&](Index i) { return N(v[i]); }));
  return out;
}

bool same(const Rational& a, const Rational& b) {
  return a.state() == b.state() && (!a.is_exact() || mpq_equal(a.value(), b.value()) != 0);
}
bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (a != a && b != b);
}

// [graphspec B3] under one number type; `exact` counts elements that are rational numbers.
template <class N>
std::optional<std::string> interpreter_differs(const SpecCase& c, const SpecProgram& program, Index& exact) {
  const auto should = spec::interpret<N>(c.spec, read_as<N>(c.inputs), read_as<N>(c.parameters), c.options, c.step);
  if (!should) return spec::concat("interpreter: ", should.error().what());
  const std::vector<NodeId>& wanted = program.graph.outputs();
  const auto got = spec::interpret<N>(program.graph, read_as<N>(leaf_data(c, program)), wanted);
  for (std::size_t o = 0; o < wanted.size(); ++o) {
    const Tensor<N>&x = (*should)[o], &y = got[static_cast<std::size_t>(wanted[o])];
    if (x.shape() != y.shape())
      return spec::concat("output ", o, ": compiled to shape ", y.shape(), ", interpreted as ", x.shape());
    for (Index i = 0; i < x.size(); ++i) {
      if (!same(x[i], y[i])) return spec::concat("output ", o, ", element ", i, ": compiled and interpreted differ");
      if constexpr (std::same_as<N, Rational>) exact += x[i].is_exact();
    }
  }
  return std::nullopt;
}

struct Floats {
  std::vector<Values> outputs, states;  // states: in training, what the running state becomes
};

spec::Result<Floats> run(Subject& subject, const spec::Graph& graph, const std::vector<Values>& data,
                         const std::vector<NodeId>& outputs, const std::vector<NodeId>& states, bool compiled) {
  std::vector<NodeId> wanted = outputs;
  wanted.insert(wanted.end(), states.begin(), states.end());
  RunOptions options;
  options.compiled = compiled;
  auto result = subject.run(graph, data, wanted, options);
  if (!result) return tl::unexpected(result.error());
  const auto middle = result->values.begin() + static_cast<std::ptrdiff_t>(outputs.size());
  return Floats{{result->values.begin(), middle}, {middle, result->values.end()}};
}

std::optional<std::string> floats_differ(const std::string& what, const Floats& a, const Floats& b) {
  if (a.outputs.size() != b.outputs.size() || a.states.size() != b.states.size())
    return what + ": another number of results";
  for (std::size_t i = 0; i < a.outputs.size(); ++i)
    if (a.outputs[i].shape() != b.outputs[i].shape() || !same_bits(a.outputs[i], b.outputs[i]))
      return spec::concat(what, ", output ", i, ": ", first_difference(a.outputs[i], b.outputs[i]));
  for (std::size_t i = 0; i < a.states.size(); ++i)
    if (a.states[i].shape() != b.states[i].shape() || !same_bits(a.states[i], b.states[i]))
      return spec::concat(what, ", running state ", i, ": ", first_difference(a.states[i], b.states[i]));
  return std::nullopt;
}

// The first binding that is in the way of a Sequential, by the text of the law; −1: none, size(): only the outputs.
TermId in_the_way(const GraphSpec& spec) {
  for (auto id = static_cast<TermId>(spec.inputs().size()); id < spec.size(); ++id) {
    const spec::Binding& b = spec.binding(id);
    if (b.shares || b.inputs != std::vector<TermId>{id - 1}) return id;
  }
  return spec.outputs() == std::vector<TermId>{spec.size() - 1} ? -1 : spec.size();
}

// What the Sequential records against the compiled graph: parameters, their plan, and running state.
std::optional<std::string> plan_differs(const SpecProgram& program, const nn::Recording& r) {
  std::size_t param = 0, state = 0;
  for (std::size_t i = 0; i < program.parameters.size(); ++i) {
    const spec::PlacedParameter& should = program.parameters[i];
    if (!should.spec.trained) {
      if (state >= r.state.states.size() || r.graph.node(r.state.states[state].leaf).shape != should.spec.shape)
        return spec::concat("Sequential: running state ", should.name, " differs");
      ++state;
      continue;
    }
    if (param >= r.plan.parameters.size()) return spec::concat("Sequential: parameter ", should.name, " is missing");
    const auto& got = r.plan.parameters[param++];
    const bool draws = spec::draws_of(should.spec.init, should.spec.shape) > 0;
    if (got.shape != should.spec.shape || got.scheme != should.spec.init)
      return spec::concat("Sequential: parameter ", should.name, " is ", got.shape, ' ', print(got.scheme),
                          ", expected ", should.spec.shape, ' ', print(should.spec.init));
    if (draws && got.stream != should.seed)
      return spec::concat("Sequential: parameter ", should.name, " has seed ", got.stream, ", expected ", should.seed);
  }
  if (param != r.plan.parameters.size() || state != r.state.states.size())
    return "Sequential: it has more parameters or running state";
  return std::nullopt;
}

// The data of the Sequential's leaves: params in order, running state in order, the input, the step.
std::vector<Values> sequential_data(const SpecCase& c, const SpecProgram& program, const nn::RecordedModel& model) {
  std::vector<const Values*> params, states;
  for (std::size_t i = 0; i < program.parameters.size(); ++i)
    (program.parameters[i].spec.trained ? params : states).push_back(&c.parameters[i]);
  std::size_t param = 0, state = 0;
  std::vector<Values> data;
  for (const NodeId id : model.recording.graph.leaves()) {
    if (id == model.input) data.push_back(c.inputs[0]);
    else if (id == model.recording.state.step) data.push_back(Values::scalar(static_cast<double>(c.step)));
    else if (model.recording.graph.node(id).leaf == spec::Leaf::param) data.push_back(*params[param++]);
    else data.push_back(*states[state++]);
  }
  return data;
}

// [graphspec B5]
std::optional<std::string> lowering_differs(const SpecCase& c, const SpecProgram& program, const Floats& compiled,
                                            Subject& subject, const GraphSpecBug* bug) {
  nn::LoweringTable table = nn::LoweringTable::builtin();
  if (bug != nullptr && bug->table) bug->table(table);
  const auto model = nn::to_sequential(c.spec, table);
  const TermId way = c.spec.inputs().size() == 1 ? in_the_way(c.spec) : c.spec.size();
  if (!model) {
    if (way < 0) return spec::concat("no Sequential: ", model.error().what());
    const std::string named = spec::concat("[to_sequential] ", c.spec.name(way < c.spec.size() ? way : 0), " = ");
    if (way < c.spec.size() && !std::string_view(model.error().what()).starts_with(named))
      return spec::concat("the error does not name the first binding in the way: ", model.error().what());
    return std::nullopt;
  }
  if (way >= 0) return "a Sequential was made of what is none";
  const spec::SpecInput& x = c.spec.inputs()[0];
  const auto recorded =
      model->record(nn::InputType(x.shape, x.extent), {.training = c.options.training, .seed = c.options.seed});
  if (!recorded) return spec::concat("Sequential: ", recorded.error().what());
  if (auto differs = plan_differs(program, recorded->recording)) return differs;
  std::vector<NodeId> states;
  if (c.options.training)
    for (const auto& s : recorded->recording.state.states) states.push_back(s.next);
  const auto got = run(subject, recorded->recording.graph, sequential_data(c, program, *recorded), {recorded->output},
                       states, true);
  if (!got) return spec::concat("Sequential: ", got.error().what());
  return floats_differ("compiled vs Sequential", compiled, *got);
}

std::optional<std::string> objection_to(const SpecCase& c, Subject& subject, const GraphSpecBug* bug, Outcome& out) {
  const std::string text = print(c.spec);
  const auto again = spec::parse_graphspec(text, primitives());
  if (!again) return spec::concat("text: ", again.error().what());
  if (!(*again == c.spec) || print(*again) != text) return "text: another spec was read back";  // [graphspec B1]
  auto program = spec::compile(bug != nullptr && bug->spec ? bug->spec(c.spec) : c.spec, c.options);
  if (!program) return spec::concat("compile: ", program.error().what());
  if (bug != nullptr && bug->program) bug->program(*program);
  if (auto wrong = wrong_parameter(c.spec, *program)) return wrong;
  Index ignored = 0;
  if (auto differs = interpreter_differs<Rational>(c, *program, out.judgement.zero_tolerance)) return differs;
  if (auto differs = interpreter_differs<double>(c, *program, ignored)) return differs;
  std::vector<NodeId> states;
  for (const auto& [leaf, next] : program->updates) states.push_back(next);
  const std::vector<Values> data = leaf_data(c, *program);
  const auto compiled = run(subject, program->graph, data, program->graph.outputs(), states, true);
  const auto eager = run(subject, program->graph, data, program->graph.outputs(), states, false);
  if (!compiled) return spec::concat("compiled: ", compiled.error().what());
  if (!eager) return spec::concat("eager: ", eager.error().what());
  if (auto differs = floats_differ("compiled vs eager", *compiled, *eager)) return differs;  // [graphspec B4]
  for (const Values& y : compiled->outputs) out.judgement.elements += y.size();
  return lowering_differs(c, *program, *compiled, subject, bug);
}

}  // namespace

std::string_view name_of(SpecKind kind) { return kind == SpecKind::chain ? "graphspec_chain" : "graphspec_dag"; }

Outcome check_graphspec(SpecKind kind, std::uint64_t seed, std::uint64_t number, Subject& subject,
                        const GraphSpecBug* bug) {
  const SpecCase c = draw_case_of(kind, seed, number, subject.format());
  Outcome out;
  const auto objection = objection_to(c, subject, bug, out);
  if (!objection) return out;
  std::string text = print(c.spec);
  std::ranges::replace(text, '\n', ';');
  return failed(*objection + " in " + text);
}

void run_graphspec_laws(const StepOptions& options, Subject& subject, Report& report) {
  if (!matches(options.law, graphspec_law_name)) return;
  const FaultHandlers handlers;
  for (const SpecKind kind : {SpecKind::chain, SpecKind::dag}) {
    if (!matches(options.op, name_of(kind))) continue;
    CellCount count(std::string(name_of(kind)), std::string(graphspec_law_name), subject.name(), "graph");
    for (std::uint64_t number = 0; number < specs_per_case * options.cases; ++number) {
      Outcome outcome;
      if (const auto problem = run_guarded([&] { outcome = check_graphspec(kind, options.seed, number, subject); })) {
        outcome = {};
        outcome.verdict = Verdict::crash, outcome.message = *problem;
      }
      count.add(outcome, spec::concat("case ", number, " of seed ", options.seed, ": "), report);
    }
    count.close(report);
  }
}

}  // namespace plumbline::crosscheck
