// ScalarModule over any number type: a module's loss, gradients and steps read as formulas; the judge of the runtime's.
#pragma once

#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "spec/eval/interpret.h"
#include "spec/graph/module.h"
#include "spec/lang/number.h"
#include "spec/layers/initialise.h"
#include "spec/layers/muon.h"
#include "spec/layers/optimise.h"

namespace plumbline::spec {

// The values that a parameter begins as, as doubles: the given ones, or the very float32 numbers that a runtime draws.
// Throws spec::Error for a scheme that has no formula for each element [init B7] [init B8].
inline Tensor<double> initial_value(const ScalarModuleDef& def, std::size_t i) {
  const ModuleParameter& p = def.parameters[i];
  if (const auto* given = std::get_if<Tensor<double>>(&p.initial)) return *given;
  const auto& planned = std::get<PlannedInit>(p.initial);
  const Tensor<float> drawn = initialise(planned.scheme, p.shape, DrawStream::of(def.seed, planned.stream), 0.0f);
  return Tensor<double>::generate(p.shape, [&](Index k) { return static_cast<double>(drawn[k]); });
}

// An optimiser's moments for each element of each parameter, and the steps taken.
template <Number N>
struct ModuleOptim {
  Optimiser optimiser;
  std::vector<std::vector<OptimState<N>>> states;
  Index t = 0;
};

// Errors of values: a list of another length or shape, with the name of the first that differs.
template <Number N>
class ScalarModule {
 public:
  using Inputs = Tensors<N>;
  using Cast = std::function<N(double)>;
  using Log = std::function<void(Index step, const N& loss)>;

  // `like` lends its precision, format and direction of rounding; initial values are the nearest numbers.
  static Result<ScalarModule> create(ScalarModuleDef def, const N& like = N(Index{0})) {
    return instantiate(std::move(def), [like](double x) -> N { return real(like, x); }, like);
  }
  static Result<ScalarModule> instantiate(ScalarModuleDef def, const Cast& cast, const N& like = N(Index{0})) {
    if (auto ok = check_module(def); !ok) return tl::unexpected(ok.error());
    ScalarModule out(std::move(def), like);
    try {
      for (std::size_t i = 0; i < out.def_.parameters.size(); ++i) {
        const Tensor<double> x = initial_value(out.def_, i);
        out.params_.push_back(Tensor<N>::generate(x.shape(), [&](Index k) { return cast(x[k]); }));
      }
    } catch (const Error& e) {
      return tl::unexpected(e);
    }
    for (const RunningState& s : out.def_.state.states)
      out.states_.push_back(Tensor<N>::full(out.def_.graph.node(s.leaf).shape, cast(s.initial)));
    return out;
  }

  const ScalarModuleDef& definition() const { return def_; }
  const Tensors<N>& params() const { return params_; }
  const Tensors<N>& states() const { return states_; }
  Index steps() const { return steps_; }
  Result<void> set_params(Tensors<N> values) {
    if (values.size() != params_.size())
      return fail("[module] expected ", params_.size(), " parameters, found ", values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      if (values[i].shape() != params_[i].shape())
        return fail("[module] parameter ", def_.parameters[i].name, ": expected shape ", params_[i].shape(), ", found ",
                    values[i].shape());
    params_ = std::move(values);
    return {};
  }

  // The loss; nothing changes.
  Result<N> forward(const Inputs& xs) const {
    if (auto ok = check_inputs(xs); !ok) return tl::unexpected(ok.error());
    return read(def_.graph, xs, {def_.loss})[static_cast<std::size_t>(def_.loss)][0];
  }
  // The gradient of each parameter; zeros where it does not learn.
  Result<Tensors<N>> backward(const Inputs& xs) const {
    return evaluate(xs).map([](const Evaluation& e) { return e.gradients; });
  }
  // p − lr·g for each parameter that learns; returns the loss before.
  Result<N> step(const N& lr, const Inputs& xs) {
    return update(xs, [&](std::size_t i, const Tensor<N>& g) {
      return zip(params_[i], g, [&](const N& p, const N& d) -> N { return p - lr * d; });
    });
  }
  Result<ModuleOptim<N>> init_optim(const Optimiser& optimiser) const {
    if (auto ok = validate(optimiser); !ok) return tl::unexpected(ok.error());
    ModuleOptim<N> out{optimiser, {}};
    for (const Tensor<N>& p : params_)
      if (auto ok = validate(optimiser, p.shape()); !ok) return tl::unexpected(ok.error());
    for (const Tensor<N>& p : params_)
      out.states.emplace_back(static_cast<std::size_t>(p.size()),
                              OptimState<N>{zero(), zero(), zero(), zero(), zero()});
    return out;
  }
  Result<N> step_with(ModuleOptim<N>& optim, const Inputs& xs) {
    ++optim.t;
    auto loss = update(xs, [&](std::size_t i, const Tensor<N>& g) { return stepped(optim, i, g); });
    if (!loss) --optim.t;
    return loss;
  }

  // `steps` steps over the samples, which come round again.
  Result<void> train_sgd(const N& lr, Index steps, std::span<const Inputs> samples, const Log& log = {}) {
    return train(steps, samples, log, [&](const Inputs& xs) { return step(lr, xs); });
  }
  Result<void> train_with(ModuleOptim<N>& optim, Index steps, std::span<const Inputs> samples, const Log& log = {}) {
    return train(steps, samples, log, [&](const Inputs& xs) { return step_with(optim, xs); });
  }
  // (Σ loss) / n
  Result<N> mean_loss(std::span<const Inputs> samples) const {
    if (samples.empty()) return fail("[module] the mean loss of no samples");
    N total = zero();
    for (const Inputs& xs : samples) {
      const auto loss = forward(xs);
      if (!loss) return loss;
      total = total + *loss;
    }
    return total / real(like_, static_cast<double>(samples.size()));
  }

 private:
  struct Evaluation {
    N loss;
    Tensors<N> gradients, next_states;
  };
  ScalarModule(ScalarModuleDef def, N like)
      : def_(std::move(def)), with_gradients_(module_gradients(def_)), like_(std::move(like)) {}
  N zero() const { return real(like_, 0); }

  Result<void> check_inputs(const Inputs& xs) const {
    if (xs.size() != def_.inputs.size())
      return fail("[module] expected ", def_.inputs.size(), " inputs, found ", xs.size());
    for (std::size_t i = 0; i < xs.size(); ++i) {
      const Node& leaf = def_.graph.node(def_.inputs[i]);
      if (xs[i].shape() != leaf.shape)
        return fail("[module] input ", leaf.name, ": expected shape ", leaf.shape, ", found ", xs[i].shape());
    }
    return {};
  }
  Tensors<N> read(const Graph& graph, const Inputs& xs, std::vector<NodeId> wanted) const {
    const auto steps = Tensor<N>::scalar(real(like_, static_cast<double>(steps_)));
    std::erase(wanted, -1);
    return interpret<N>(graph, in_leaf_order(def_, graph, params_, xs, states_, steps), wanted);
  }
  Result<Evaluation> evaluate(const Inputs& xs) const {
    if (auto ok = check_inputs(xs); !ok) return tl::unexpected(ok.error());
    std::vector<NodeId> wanted = with_gradients_.gradients;
    wanted.push_back(def_.loss);
    for (const RunningState& s : def_.state.states) wanted.push_back(s.next);
    const Tensors<N> values = read(with_gradients_.graph, xs, wanted);
    const auto at = [&](NodeId id) { return values[static_cast<std::size_t>(id)]; };
    Evaluation out{at(def_.loss)[0], {}, {}};
    for (std::size_t i = 0; i < params_.size(); ++i) {
      const NodeId g = with_gradients_.gradients[i];
      out.gradients.push_back(g < 0 ? Tensor<N>::full(params_[i].shape(), zero()) : at(g));
    }
    for (std::size_t i = 0; i < states_.size(); ++i) {
      const NodeId next = def_.state.states[i].next;
      out.next_states.push_back(next < 0 ? states_[i] : at(next));
    }
    return out;
  }
  template <class Step>
  Result<N> update(const Inputs& xs, Step&& step_of) {
    auto e = evaluate(xs);
    if (!e) return tl::unexpected(e.error());
    Tensors<N> next = params_;
    for (std::size_t i = 0; i < next.size(); ++i)
      if (with_gradients_.gradients[i] >= 0) next[i] = step_of(i, e->gradients[i]);
    params_ = std::move(next), states_ = std::move(e->next_states);
    ++steps_;
    return e->loss;
  }
  Tensor<N> stepped(ModuleOptim<N>& optim, std::size_t i, const Tensor<N>& g) const {
    const StepFormula<N> formula(optim.optimiser, optim.t, like_);
    auto& states = optim.states[i];
    const auto* muon = std::get_if<Muon>(&optim.optimiser);
    for (std::size_t k = 0; k < states.size(); ++k) {
      states[k].p = params_[i][static_cast<Index>(k)];
      const N& d = g[static_cast<Index>(k)];
      states[k] = muon != nullptr ? formula.moments(states[k], d) : formula.step(states[k], d);
    }
    const auto buf = Tensor<N>::generate(g.shape(), [&](Index k) { return states[static_cast<std::size_t>(k)].buf; });
    if (muon != nullptr) return muon_parameter(*muon, params_[i], buf, g, like_);
    return Tensor<N>::generate(g.shape(), [&](Index k) { return states[static_cast<std::size_t>(k)].p; });
  }
  template <class Step>
  Result<void> train(Index steps, std::span<const Inputs> samples, const Log& log, Step&& one) {
    if (samples.empty()) return fail("[module] no samples to train on");
    for (Index k = 0; k < steps; ++k) {
      const auto loss = one(samples[static_cast<std::size_t>(k) % samples.size()]);
      if (!loss) return tl::unexpected(loss.error());
      if (log) log(k, *loss);
    }
    return {};
  }

  ScalarModuleDef def_;
  ModuleGradients with_gradients_;
  N like_;
  Tensors<N> params_, states_;
  Index steps_ = 0;
};

}  // namespace plumbline::spec
