// Points as arguments, derivatives as lists by name.
#include "runtime/autograd/model.h"

namespace plumbline::runtime::autograd {

namespace {

RecordedModel with_arguments(nn::Recording recording, std::vector<NodeId> last, NodeId result) {
  RecordedModel out;
  for (const ParameterInit& p : recording.plan.parameters) {
    out.params.push_back(p.name);
    out.f.arguments.push_back(recording.leaf_of.find(p.name)->second);
  }
  for (const RunningState& s : recording.state.states) {
    out.buffers.push_back(s.name), out.initial.push_back(s.initial);
    out.f.arguments.push_back(s.leaf);
  }
  if (recording.state.step >= 0) out.counts_steps = true, out.f.arguments.push_back(recording.state.step);
  out.f.arguments.insert(out.f.arguments.end(), last.begin(), last.end());
  out.f.results = {result};
  out.f.graph = std::move(recording.graph);
  return out;
}

Tensor<std::int64_t> step_zero() { return Tensor<std::int64_t>::scalar(0); }

}  // namespace

Result<RecordedModel> record_model(const nn::Layer& model, const nn::InputType& x, const nn::RecordOptions& options) {
  return train::record_output(model, x, options).map([](train::RecordedLoss r) {
    return with_arguments(std::move(r.recording), {r.input}, r.output);
  });
}

Result<RecordedModel> record_model_loss(const nn::Layer& model, const Loss& loss, const nn::InputType& x,
                                        const nn::InputType& target, const nn::RecordOptions& options) {
  return train::record_loss(model, loss, x, target, options).map([](train::RecordedLoss r) {
    return with_arguments(std::move(r.recording), {r.input, r.target}, r.loss);
  });
}

template <Element T>
Wrt ModelDerivatives<T>::params() const {
  Wrt out;
  for (std::size_t i = 0; i < model_.params.size(); ++i) out.push_back(i);
  return out;
}

template <Element T>
TensorList<T> ModelDerivatives<T>::named(Tensors<T> values) const {
  TensorList<T> out;
  for (std::size_t i = 0; i < values.size(); ++i) out.push_back({model_.params[i], std::move(values[i])});
  return out;
}

template <Element T>
Result<void> ModelDerivatives<T>::check_params(const TensorList<T>& list, std::string_view what) const {
  for (std::size_t i = 0; i < std::min(list.size(), model_.params.size()); ++i)
    if (list[i].name != model_.params[i] || list[i].value.shape() != model_.f.argument_shape(i))
      return spec::fail("[autograd] ", what, ' ', i, ": expected ", model_.params[i], ' ', model_.f.argument_shape(i),
                        ", found ", list[i].name, ' ', list[i].value.shape());
  if (list.size() != model_.params.size())
    return spec::fail("[autograd] expected ", model_.params.size(), ' ', what, "s, found ", list.size());
  return {};
}

template <Element T>
Result<std::vector<Value<T>>> ModelDerivatives<T>::arguments(const Point<T>& point) const {
  if (auto ok = check_params(point.params, "param"); !ok) return tl::unexpected(ok.error());
  std::vector<Value<T>> out;
  for (const auto& item : point.params) out.emplace_back(item.value);
  const std::size_t n = model_.params.size();
  if (!point.buffers.empty() && point.buffers.size() != model_.buffers.size())
    return spec::fail("[autograd] expected ", model_.buffers.size(), " buffers, found ", point.buffers.size());
  for (std::size_t i = 0; i < model_.buffers.size(); ++i) {
    const Shape& shape = model_.f.argument_shape(n + i);
    if (point.buffers.empty()) out.emplace_back(Tensor<T>::full(shape, rounded<T>(model_.initial[i])));
    else if (point.buffers[i].name != model_.buffers[i])
      return spec::fail("[autograd] buffer ", i, ": expected ", model_.buffers[i], ", found ", point.buffers[i].name);
    else out.emplace_back(point.buffers[i].value);
  }
  if (model_.counts_steps) out.emplace_back(step_zero());
  out.push_back(point.x);
  if (model_.f.arguments.size() > model_.target()) out.push_back(point.target);
  return out;
}

template <Element T>
Result<Tensors<T>> ModelDerivatives<T>::run(std::size_t at, Derivative d, const Wrt& wrt, const Point<T>& p,
                                            const Tensors<T>& more) {
  if (d != nullptr && wrt.empty())
    return spec::fail("[autograd] found a model without params, expected one to differentiate by");
  auto given = arguments(p);
  if (!given) return tl::unexpected(given.error());
  given->insert(given->end(), more.begin(), more.end());
  if (!planned_[at]) {
    auto f = d == nullptr ? Result<Recorded>(model_.f) : d(model_.f, wrt);
    if (!f) return tl::unexpected(f.error());
    auto planned = Planned<T>::create(std::move(*f), options_);
    if (!planned) return tl::unexpected(planned.error());
    planned_[at] = std::move(*planned);
  }
  return (*planned_[at])(*given);
}

template <Element T>
Result<ModelLoss<T>> ModelLoss<T>::create(const nn::Layer& model, const Loss& loss, const nn::InputType& x,
                                          const nn::InputType& target, const ModelOptions& options) {
  return record_model_loss(model, loss, x, target, options.record).map([&](RecordedModel m) {
    return ModelLoss(std::move(m), options.run);
  });
}

template <Element T>
Result<Tensor<T>> ModelLoss<T>::value(const Point<T>& p) {
  return this->run(0, nullptr, {}, p).map([](const Tensors<T>& y) { return y[0]; });
}

template <Element T>
Result<ModelGradients<T>> ModelLoss<T>::value_and_grad(const Point<T>& p) {
  Wrt wrt = this->params();
  const std::size_t n = wrt.size();
  const auto real = [&](std::size_t i) {
    return this->model_.f.graph.node(this->model_.f.arguments[i]).extent < 0;
  };
  for (const std::size_t i : {this->model_.x(), this->model_.target()})
    if (real(i)) wrt.push_back(i);
  return this->run(1, autograd::value_and_grad, wrt, p).map([&](const Tensors<T>& y) {
    ModelGradients<T> out{y[0], this->named(Tensors<T>(y.begin() + 1, y.begin() + 1 + static_cast<Index>(n))), {}, {}};
    std::size_t at = n + 1;
    if (real(this->model_.x())) out.input = y[at++];
    if (real(this->model_.target())) out.target = y[at++];
    return out;
  });
}

template <Element T>
Result<ModelGradients<T>> ModelLoss<T>::value_and_grad_params(const Point<T>& p) {
  return this->run(2, autograd::value_and_grad, this->params(), p).map([&](const Tensors<T>& y) {
    return ModelGradients<T>{y[0], this->named(Tensors<T>(y.begin() + 1, y.end())), {}, {}};
  });
}

template <Element T>
Result<TensorList<T>> ModelLoss<T>::grad_params(const Point<T>& p) {
  return value_and_grad_params(p).map([](const ModelGradients<T>& g) { return g.params; });
}

template <Element T>
Result<Tensor<T>> ModelLoss<T>::grad_input(const Point<T>& p) {
  return this->run(3, autograd::grad, {this->model_.x()}, p).map([](const Tensors<T>& y) { return y[0]; });
}

template <Element T>
Result<Tensor<T>> ModelLoss<T>::grad_target(const Point<T>& p) {
  return this->run(4, autograd::grad, {this->model_.target()}, p).map([](const Tensors<T>& y) { return y[0]; });
}

template <Element T>
Result<Tensor<T>> ModelLoss<T>::jvp_params(const Point<T>& p, const TensorList<T>& v) {
  if (auto ok = this->check_params(v, "tangent"); !ok) return tl::unexpected(ok.error());
  Tensors<T> along;
  for (const auto& item : v) along.push_back(item.value);
  return this->run(5, autograd::jvp, this->params(), p, along).map([](const Tensors<T>& y) { return y[1]; });
}

template <Element T>
Result<TensorList<T>> ModelLoss<T>::hvp_params(const Point<T>& p, const TensorList<T>& v) {
  if (auto ok = this->check_params(v, "vector"); !ok) return tl::unexpected(ok.error());
  Tensors<T> along;
  for (const auto& item : v) along.push_back(item.value);
  return this->run(6, autograd::hvp, this->params(), p, along).map([&](const Tensors<T>& y) {
    return this->named(Tensors<T>(y.begin() + static_cast<Index>(v.size()), y.end()));
  });
}

template <Element T>
Result<ModelOutput<T>> ModelOutput<T>::create(const nn::Layer& model, const nn::InputType& x,
                                              const ModelOptions& options) {
  return record_model(model, x, options.record).map([&](RecordedModel m) {
    return ModelOutput(std::move(m), options.run);
  });
}

template <Element T>
Result<Tensor<T>> ModelOutput<T>::value(const Point<T>& p) {
  return this->run(0, nullptr, {}, p).map([](const Tensors<T>& y) { return y[0]; });
}

template <Element T>
Result<TensorList<T>> ModelOutput<T>::vjp_params(const Point<T>& p, const Tensor<T>& ct) {
  return this->run(1, autograd::vjp, this->params(), p, {ct}).map([&](const Tensors<T>& y) {
    return this->named(Tensors<T>(y.begin() + 1, y.end()));
  });
}

template <Element T>
Result<Tensor<T>> ModelOutput<T>::vjp_input(const Point<T>& p, const Tensor<T>& ct) {
  return this->run(2, autograd::vjp, {this->model_.x()}, p, {ct}).map([](const Tensors<T>& y) { return y[1]; });
}

template <Element T>
Result<std::vector<TensorList<T>>> ModelOutput<T>::jacrev_params(const Point<T>& p) {
  const Shape& y = this->model_.f.result_shape(0);
  Index width = 0;
  for (std::size_t i = 0; i < this->model_.params.size(); ++i) width += this->model_.f.argument_shape(i).size();
  if (auto fits = jacobian_shape(y, Shape{width}); !fits) return tl::unexpected(fits.error());
  std::vector<TensorList<T>> out;
  for (Index o = 0; o < y.size(); ++o) {
    auto row = vjp_params(p, unit<T>(y, o));
    if (!row) return tl::unexpected(row.error());
    out.push_back(std::move(*row));
  }
  return out;
}

template class ModelDerivatives<float>;
template class ModelDerivatives<double>;
template class ModelLoss<float>;
template class ModelLoss<double>;
template class ModelOutput<float>;
template class ModelOutput<double>;

}  // namespace plumbline::runtime::autograd
