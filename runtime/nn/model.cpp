// Planning a recorded model and binding what it owns.
#include "runtime/nn/model.h"

#include <algorithm>

namespace plumbline::runtime::nn {

template <class T>
Result<Model<T>> Model<T>::create(const Layer& layer, const InputType& input, Kernels kernels,
                                  const RecordOptions& options, PlanOptions plan) {
  const auto recorded = record(layer, input, options);
  if (!recorded) return tl::unexpected(recorded.error());
  const Recording& r = recorded->recording;
  plan.dtype = dtype_of<T>;
  auto program = compile(r.graph, kernels, plan);
  if (!program) return tl::unexpected(program.error());
  Model out(std::move(*program));
  out.input_ = recorded->input, out.output_ = recorded->output, out.plan_ = r.plan;
  for (const ParameterInit& p : r.plan.parameters) out.parameters_.emplace_back(p.name, p.shape, p.requires_grad);
  for (const RunningState& s : r.state.states) {
    out.buffers_.emplace_back(s.name, r.graph.node(s.leaf).shape, /*requires_grad=*/false);
    std::ranges::fill(out.buffers_.back().storage(), static_cast<T>(s.initial));
  }
  const auto initial = runtime_init::Plan::of(r.plan);
  if (!initial) return tl::unexpected(initial.error());
  if (auto ok = initial->apply(std::span(out.parameters_)); !ok) return tl::unexpected(ok.error());
  Result<void> bound;
  const auto bind = [&](NodeId leaf, auto data) {
    if (bound) bound = out.program_.bind(leaf, data);
  };
  for (const Parameter<T>& p : out.parameters_) bind(r.leaf_of.find(p.name())->second, p.stored());
  for (const Parameter<T>& b : out.buffers_) bind(r.leaf_of.find(b.name())->second, b.stored());
  if (r.state.step >= 0) bind(r.state.step, std::span(out.step_.get(), 1));
  if (!bound) return tl::unexpected(bound.error());
  return out;
}

template <class T>
Result<spec::Tensor<T>> Model<T>::predict(const AnyTensor& x) {
  const spec::Node& leaf = program_.graph().node(input_);
  const DType expected = leaf.extent < 0 ? dtype_of<T> : DType::i64;
  if (type_of(x) != expected || shape_of(x) != leaf.shape)
    return spec::fail("[predict] expected ", name_of(expected), ' ', leaf.shape, ", found ", name_of(type_of(x)), ' ',
                      shape_of(x));
  if (auto ok = program_.set(input_, elements_of(x)); !ok) return tl::unexpected(ok.error());
  if (auto ok = program_.run(); !ok) return tl::unexpected(ok.error());
  const auto y = program_.template value<T>(output_);
  return spec::Tensor<T>(output_shape(), {y.begin(), y.end()});
}

template <class T>
TensorList<T> Model<T>::state_dict() const {
  TensorList<T> out;
  for (const auto* list : {&parameters_, &buffers_})
    for (const Parameter<T>& p : *list) out.push_back({p.name(), p.value()});
  return out;
}

template <class T>
Result<void> Model<T>::load_state_dict(const TensorList<T>& values) {
  std::vector<Parameter<T>*> own;
  for (auto* list : {&parameters_, &buffers_})
    for (Parameter<T>& p : *list) own.push_back(&p);
  if (values.size() != own.size())
    return spec::fail("[load_state_dict] expected ", own.size(), " tensors, found ", values.size());
  for (std::size_t i = 0; i < own.size(); ++i)
    if (values[i].name != own[i]->name() || values[i].value.shape() != own[i]->shape())
      return spec::fail("[load_state_dict] tensor ", i, ": expected ", own[i]->name(), ' ', own[i]->shape(), ", found ",
                        values[i].name, ' ', values[i].value.shape());
  for (std::size_t i = 0; i < own.size(); ++i)
    if (auto ok = own[i]->set(values[i].value); !ok) return ok;
  return {};
}

template class Model<float>;
template class Model<double>;

}  // namespace plumbline::runtime::nn
