// A recorded loss as a module.
#include "runtime/module/definition.h"

#include "spec/ops/shape/reshape.h"

namespace plumbline::runtime {

namespace {

// What parameters begin as, drawn now.
Result<std::vector<spec::InitialValue>> drawn(const Initialisation& plan) {
  std::vector<std::vector<float>> values;
  for (const ParameterInit& p : plan.parameters) values.emplace_back(static_cast<std::size_t>(p.shape.size()));
  const std::vector<std::span<float>> out(values.begin(), values.end());
  if (auto ok = initialise(plan, out); !ok) return tl::unexpected(ok.error());
  std::vector<spec::InitialValue> initial;
  for (std::size_t i = 0; i < values.size(); ++i)
    initial.emplace_back(spec::Tensor<double>(plan.parameters[i].shape, {values[i].begin(), values[i].end()}));
  return initial;
}

}  // namespace

Result<spec::ScalarModuleDef> module_of(const train::RecordedLoss& recorded) {
  const nn::Recording& r = recorded.recording;
  spec::ScalarModuleDef def;
  def.graph = r.graph, def.loss = recorded.loss, def.params = recorded.parameters;
  def.inputs = {recorded.input, recorded.target};
  def.state = r.state, def.seed = r.plan.seed;
  if (def.graph.node(def.loss).shape.rank() != 0) {
    const spec::Var scalar = spec::reshape(def.graph.var(def.loss), {});
    def.loss = scalar.id();
    def.graph.output(scalar);
  }
  std::vector<spec::InitialValue> initial;
  for (const ParameterInit& p : r.plan.parameters) initial.emplace_back(spec::PlannedInit{p.scheme, p.stream});
  if (r.plan.streams != StreamScheme::separate) {
    auto values = drawn(r.plan);
    if (!values) return tl::unexpected(values.error());
    initial = std::move(*values);
  }
  for (std::size_t i = 0; i < initial.size(); ++i) {
    const ParameterInit& p = r.plan.parameters[i];
    def.parameters.push_back({p.name, p.shape, std::move(initial[i]), p.requires_grad});
  }
  if (auto ok = spec::check_module(def); !ok) return tl::unexpected(ok.error());
  return def;
}

Result<spec::ScalarModuleDef> module_of(const nn::Layer& model, const loss::Loss& loss, const nn::InputType& input,
                                        const nn::InputType& target, const nn::RecordOptions& options) {
  const auto recorded = train::record_loss(model, loss, input, target, options);
  if (!recorded) return tl::unexpected(recorded.error());
  return module_of(*recorded);
}

}  // namespace plumbline::runtime
