// Modules: parameters, evaluation by either backend, steps.
#include "runtime/module/scalar_module.h"

#include <algorithm>
#include <cmath>

#include "runtime/train/finite.h"

namespace plumbline::runtime {

using spec::ScalarModuleDef;

namespace {

std::string listed(const std::vector<Shape>& shapes) {
  std::string out;
  for (const Shape& s : shapes) out += (out.empty() ? "" : ", ") + spec::concat(s);
  return out.empty() ? "none" : out;
}

}  // namespace

template <class T>
ScalarModule<T>::ScalarModule(const ScalarModuleDef& def, Kernels kernels, const ModuleOptions& options)
    : def_(def), with_gradients_(spec::module_gradients(def)), kernels_(kernels), options_(options),
      workers_(std::make_shared<Workers>(options.threads)), counter_(std::make_unique<Index>(0)) {
  for (const spec::ModuleParameter& p : def.parameters) parameters_.emplace_back(p.name, p.shape, p.requires_grad);
  for (const RunningState& s : def.state.states) {
    states_.emplace_back(s.name, def.graph.node(s.leaf).shape, /*requires_grad=*/false);
    std::ranges::fill(states_.back().storage(), static_cast<T>(s.initial));
  }
}

template <class T>
Result<ScalarModule<T>> ScalarModule<T>::bare(const ScalarModuleDef& def, Kernels kernels,
                                              const ModuleOptions& options) {
  if (auto ok = spec::check_module(def); !ok) return tl::unexpected(ok.error());
  if (options.threads < 1) return spec::fail("[module] threads: found ", options.threads, ", expected at least 1");
  if (auto ok = check_device("module", options.device); !ok) return tl::unexpected(ok.error());
  return ScalarModule(def, kernels, options);
}

template <class T>
Result<ScalarModule<T>> ScalarModule<T>::instantiate(const ScalarModuleDef& def, const Cast& cast,
                                                     Kernels kernels, const ModuleOptions& options) {
  auto out = create(def, kernels, options);
  if (!out) return out;
  for (std::size_t i = 0; i < def.parameters.size(); ++i) {
    const std::span<T> x = out->parameters_[i].storage();
    if (const auto* given = std::get_if<spec::Tensor<double>>(&def.parameters[i].initial))
      std::ranges::transform(given->elements(), x.begin(), cast);
    else
      std::ranges::transform(x, x.begin(), [&](T drawn) { return cast(static_cast<double>(drawn)); });
  }
  return out;
}

// Planned parameters are filled where they lie, by a plan of all.
template <class T>
Result<ScalarModule<T>> ScalarModule<T>::create(const ScalarModuleDef& def, Kernels kernels,
                                                const ModuleOptions& options) {
  auto out = bare(def, kernels, options);
  if (!out) return out;
  Initialisation plan;
  plan.seed = def.seed;
  for (const spec::ModuleParameter& p : def.parameters) {
    const auto* planned = std::get_if<spec::PlannedInit>(&p.initial);
    plan.parameters.push_back({p.name, p.shape, planned == nullptr ? spec::Initialiser() : planned->scheme,
                               planned == nullptr ? 0 : planned->stream});
  }
  const auto checked = runtime_init::Plan::of(plan);
  if (!checked) return tl::unexpected(checked.error());
  if (auto ok = checked->apply(std::span(out->parameters_)); !ok) return tl::unexpected(ok.error());
  for (std::size_t i = 0; i < def.parameters.size(); ++i)
    if (const auto* given = std::get_if<spec::Tensor<double>>(&def.parameters[i].initial))
      std::ranges::transform(given->elements(), out->parameters_[i].storage().begin(),
                             [](double x) { return static_cast<T>(x); });
  return out;
}

template <class T>
Result<ScalarModule<T>> ScalarModule<T>::with_plan(const ScalarModuleDef& def, const runtime_init::Plan& plan,
                                                   Kernels kernels, const ModuleOptions& options) {
  auto out = bare(def, kernels, options);
  if (!out) return out;
  if (auto ok = plan.apply(std::span(out->parameters_)); !ok) return tl::unexpected(ok.error());
  return out;
}

template <class T>
Result<ScalarModule<T>> ScalarModule<T>::with_initialisers(const ScalarModuleDef& def,
                                                           const std::vector<runtime_init::FloatInit>& schemes,
                                                           Kernels kernels, const ModuleOptions& options) {
  auto out = bare(def, kernels, options);
  if (!out) return out;
  if (auto ok = runtime_init::apply_list(schemes, std::span(out->parameters_)); !ok) return tl::unexpected(ok.error());
  return out;
}

template <class T>
TensorList<T> ScalarModule<T>::params() const {
  TensorList<T> out;
  for (const Parameter<T>& p : parameters_) out.push_back({p.name(), p.value()});
  return out;
}

template <class T>
Result<void> ScalarModule<T>::set_params(const TensorList<T>& values) {
  if (values.size() != parameters_.size())
    return spec::fail("[module] expected ", parameters_.size(), " parameters, found ", values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Parameter<T>& own = parameters_[i];
    if (values[i].name != own.name() || values[i].value.shape() != own.shape())
      return spec::fail("[module] parameter ", i, ": expected ", own.name(), ' ', own.shape(), ", found ",
                        values[i].name, ' ', values[i].value.shape());
  }
  for (std::size_t i = 0; i < values.size(); ++i)
    if (auto ok = parameters_[i].set(values[i].value); !ok) return ok;
  return {};
}

template <class T>
Result<void> ScalarModule<T>::check_inputs(const Inputs& xs) const {
  if (xs.size() != def_.inputs.size())
    return spec::fail("[module] expected ", def_.inputs.size(), " inputs, found ", xs.size());
  for (std::size_t i = 0; i < xs.size(); ++i) {
    const spec::Node& leaf = def_.graph.node(def_.inputs[i]);
    const DType expected = leaf.extent < 0 ? dtype_of<T> : DType::i64;
    if (type_of(xs[i]) != expected || shape_of(xs[i]) != leaf.shape)
      return spec::fail("[module] input ", leaf.name, ": expected ", name_of(expected), ' ', leaf.shape, ", found ",
                        name_of(type_of(xs[i])), ' ', shape_of(xs[i]));
  }
  return {};
}

template <class T>
Result<Program*> ScalarModule<T>::program(bool gradients) {
  std::optional<Program>& kept = gradients ? backward_ : forward_;
  if (kept) return &*kept;
  PlanOptions plan{.threads = options_.threads, .device = options_.device, .dtype = dtype_of<T>, .workers = workers_};
  plan.wanted = {def_.loss};
  if (gradients) {
    std::ranges::copy_if(with_gradients_.gradients, std::back_inserter(plan.wanted), [](NodeId id) { return id >= 0; });
    for (const RunningState& s : def_.state.states)
      if (s.next >= 0) plan.wanted.push_back(s.next);
  }
  auto made = compile(gradients ? with_gradients_.graph : def_.graph, kernels_, plan);
  if (!made) return tl::unexpected(made.error());
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    if (auto ok = made->bind(def_.params[i], parameters_[i].stored()); !ok) return tl::unexpected(ok.error());
  for (std::size_t i = 0; i < states_.size(); ++i)
    if (auto ok = made->bind(def_.state.states[i].leaf, states_[i].stored()); !ok)
      return tl::unexpected(ok.error());
  if (def_.state.step >= 0)
    if (auto ok = made->bind(def_.state.step, std::span(counter_.get(), 1)); !ok) return tl::unexpected(ok.error());
  kept = std::move(*made);
  return &*kept;
}

template <class T>
Result<std::function<const T*(NodeId)>> ScalarModule<T>::run_compiled(const Inputs& xs, bool gradients) {
  const auto planned = program(gradients);
  if (!planned) return tl::unexpected(planned.error());
  Program& p = **planned;
  for (std::size_t i = 0; i < xs.size(); ++i)
    if (auto ok = p.set(def_.inputs[i], elements_of(xs[i])); !ok) return tl::unexpected(ok.error());
  if (auto ok = p.run(); !ok) return tl::unexpected(ok.error());
  return [&p](NodeId id) { return p.template value<T>(id).data(); };
}

// The definition's nodes, run one by one under the same ids.
template <class T>
std::vector<spec::Var> ScalarModule<T>::replay(Session& session, const Inputs& xs) {
  const spec::Graph& graph = def_.graph;
  std::vector<Elements> data(static_cast<std::size_t>(graph.size()), std::span<const T>());
  const auto put = [&](NodeId leaf, Elements e) { data[static_cast<std::size_t>(leaf)] = e; };
  for (std::size_t i = 0; i < parameters_.size(); ++i) put(def_.params[i], parameters_[i].stored());
  for (std::size_t i = 0; i < states_.size(); ++i) put(def_.state.states[i].leaf, states_[i].stored());
  for (std::size_t i = 0; i < xs.size(); ++i) put(def_.inputs[i], elements_of(xs[i]));
  if (def_.state.step >= 0) put(def_.state.step, std::span<const Index>(counter_.get(), 1));
  std::vector<spec::Var> at;
  for (NodeId id = 0; id < graph.size(); ++id) {
    const spec::Node& node = graph.node(id);
    const Elements e = data[static_cast<std::size_t>(id)];
    std::vector<spec::Var> in;
    for (const NodeId i : node.inputs) in.push_back(at[static_cast<std::size_t>(i)]);
    if (node.leaf == spec::Leaf::none) at.push_back(session.apply(node.op, in));
    else if (node.extent >= 0)
      at.push_back(session.input(node.name, node.shape, node.extent,
                                 {static_cast<const std::int64_t*>(e.data), e.count}));
    else if (node.leaf == spec::Leaf::param) at.push_back(session.param(node.name, node.shape, e));
    else at.push_back(session.input(node.name, node.shape, e));
  }
  return at;
}

template <class T>
Result<std::function<const T*(NodeId)>> ScalarModule<T>::run_eager(const Inputs& xs, bool gradients) {
  session_ = std::make_unique<Session>(
      kernels_, SessionOptions{.threads = options_.threads, .device = options_.device, .dtype = dtype_of<T>,
                               .workers = workers_});
  std::vector<spec::Var> at, learning;
  try {
    at = replay(*session_, xs);
    if (gradients) {
      std::vector<std::size_t> from;
      for (std::size_t i = 0; i < def_.params.size(); ++i)
        if (with_gradients_.gradients[i] >= 0)
          learning.push_back(at[static_cast<std::size_t>(def_.params[i])]), from.push_back(i);
      const auto g = session_->backward(at[static_cast<std::size_t>(def_.loss)], learning);
      at.resize(static_cast<std::size_t>(with_gradients_.graph.size()));
      for (std::size_t k = 0; k < from.size(); ++k)
        at[static_cast<std::size_t>(with_gradients_.gradients[from[k]])] = g[k];
    }
  } catch (const spec::Error& e) {
    return tl::unexpected(e);
  }
  return [session = session_.get(), at = std::move(at)](NodeId id) {
    return session->template value<T>(at[static_cast<std::size_t>(id)]).data();
  };
}

template <class T>
Result<std::function<const T*(NodeId)>> ScalarModule<T>::run(const Inputs& xs, bool gradients) {
  if (auto ok = check_inputs(xs); !ok) return tl::unexpected(ok.error());
  *counter_ = steps_;
  return options_.backend == Backend::eager ? run_eager(xs, gradients) : run_compiled(xs, gradients);
}

template <class T>
Result<T> ScalarModule<T>::forward(const Inputs& xs) {
  const auto value = run(xs, /*gradients=*/false);
  if (!value) return tl::unexpected(value.error());
  return *(*value)(def_.loss);
}

template <class T>
Result<typename ScalarModule<T>::Evaluation> ScalarModule<T>::evaluate(const Inputs& xs) {
  const auto value = run(xs, /*gradients=*/true);
  if (!value) return tl::unexpected(value.error());
  Evaluation out{*(*value)(def_.loss), {}, {}};
  for (const NodeId g : with_gradients_.gradients) out.gradients.push_back(g < 0 ? nullptr : (*value)(g));
  for (const RunningState& s : def_.state.states) out.next_states.push_back(s.next < 0 ? nullptr : (*value)(s.next));
  return out;
}

template <class T>
Result<TensorList<T>> ScalarModule<T>::backward(const Inputs& xs) {
  const auto e = evaluate(xs);
  if (!e) return tl::unexpected(e.error());
  TensorList<T> out;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Shape& shape = parameters_[i].shape();
    const T* g = e->gradients[i];
    out.push_back({parameters_[i].name(), spec::Tensor<T>::generate(shape, [&](Index k) { return g ? g[k] : T(0); })});
  }
  return out;
}

// What the evaluation computed for after it; its pointers may be into what is replaced.
template <class T>
void ScalarModule<T>::advance(const Evaluation& e) {
  for (std::size_t i = 0; i < states_.size(); ++i)
    if (e.next_states[i] != nullptr) std::ranges::copy_n(e.next_states[i], states_[i].size(),
                                                         states_[i].storage().begin());
  ++steps_;
}

template <class T>
Result<void> ScalarModule<T>::check_finite(const Evaluation& e, const Inputs& xs) const {
  if (!std::isfinite(e.loss)) {
    std::vector<std::pair<std::string_view, const AnyTensor*>> data;
    for (std::size_t i = 0; i < xs.size(); ++i) data.emplace_back(def_.graph.node(def_.inputs[i]).name, &xs[i]);
    return train::check_loss(static_cast<double>(e.loss), "[module] the loss of step", steps_, data);
  }
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (e.gradients[i] == nullptr) continue;
    const Parameter<T>& p = parameters_[i];
    const std::span<const T> gradient(e.gradients[i], static_cast<std::size_t>(p.size()));
    if (auto ok = train::check_gradient(*workers_, gradient, "[module] step", steps_, p.name(), p.shape()); !ok)
      return ok;
  }
  return {};
}

template <class T>
Result<T> ScalarModule<T>::step(T lr, const Inputs& xs) {
  auto sgd = init_optim(spec::Sgd{.lr = static_cast<double>(lr)});
  if (!sgd) return tl::unexpected(sgd.error());
  return step_with(*sgd, xs);
}

template <class T>
Result<OptimiserState> ScalarModule<T>::init_optim(const spec::Optimiser& optimiser) const {
  std::vector<Shape> shapes;
  for (std::size_t i = 0; i < parameters_.size(); ++i)
    if (with_gradients_.gradients[i] >= 0) shapes.push_back(parameters_[i].shape());
  return OptimiserState::create(optimiser, shapes, dtype_of<T>);
}

template <class T>
Result<T> ScalarModule<T>::step_with(OptimiserState& optim, const Inputs& xs) {
  if (optim.dtype() != dtype_of<T>)
    return spec::fail("[module] the optimiser's state is ", name_of(optim.dtype()), ", expected ",
                      name_of(dtype_of<T>));
  const auto e = evaluate(xs);
  if (!e) return tl::unexpected(e.error());
  if (auto ok = check_finite(*e, xs); !ok) return tl::unexpected(ok.error());
  std::vector<T*> values;
  std::vector<const T*> gradients;
  std::vector<Shape> shapes;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (e->gradients[i] == nullptr) continue;
    values.push_back(parameters_[i].storage().data()), gradients.push_back(e->gradients[i]);
    shapes.push_back(parameters_[i].shape());
  }
  if (optim.shapes() != shapes)
    return spec::fail("[module] optimiser: found state of shapes ", listed(optim.shapes()), ", expected those of the ",
                      "params that learn, ", listed(shapes));
  optim.step(*workers_, values, gradients);
  advance(*e);
  return e->loss;
}

template <class T>
template <class Step>
Result<void> ScalarModule<T>::train(Index steps, Samples samples, const Log& log, Step&& one) {
  if (samples.empty()) return spec::fail("[module] train: found no samples, expected at least one");
  for (Index k = 0; k < steps; ++k) {
    const Result<T> loss = one(samples[static_cast<std::size_t>(k) % samples.size()]);
    if (!loss) return tl::unexpected(loss.error());
    if (log) log(k, *loss);
  }
  return {};
}

template <class T>
Result<void> ScalarModule<T>::train_sgd(T lr, Index steps, Samples samples, const Log& log) {
  return train(steps, samples, log, [&](const Inputs& xs) { return step(lr, xs); });
}

template <class T>
Result<void> ScalarModule<T>::train_with(OptimiserState& optim, Index steps, Samples samples, const Log& log) {
  return train(steps, samples, log, [&](const Inputs& xs) { return step_with(optim, xs); });
}

template <class T>
Result<T> ScalarModule<T>::mean_loss(Samples samples) {
  if (samples.empty()) return spec::fail("[module] mean loss: found no samples, expected at least one");
  double total = 0;
  for (const Inputs& xs : samples) {
    const Result<T> loss = forward(xs);
    if (!loss) return loss;
    total += static_cast<double>(*loss);
  }
  return static_cast<T>(total / static_cast<double>(samples.size()));
}

template class ScalarModule<float>;
template class ScalarModule<double>;

}  // namespace plumbline::runtime
