// Plans by the size of a batch, on common params.
#include "runtime/train/runner.h"

#include "runtime/core/kernels.h"
#include "runtime/init/with_workers.h"
#include "runtime/train/finite.h"

namespace plumbline::runtime::train {

using spec::fail;
using spec::Tensor;

namespace {

std::string dims_of(const InputType& one) {
  std::string out = "[n";
  for (const Index extent : one.shape.dims()) out += spec::concat(", ", extent);
  return out + "]";
}

}  // namespace

template <Element T>
Result<Runner<T>> Runner<T>::create(Task task, RunnerOptions options) {
  Runner out(std::move(task), options);
  if (options.batch < 1) return fail("[train] batch: found ", options.batch, ", expected at least 1");
  if (options.threads < 1) return fail("[train] threads: found ", options.threads, ", expected at least 1");
  out.workers_ = std::make_shared<Workers>(options.threads);
  auto first = out.planned(options.batch);
  if (!first) return tl::unexpected(first.error());
  out.base_ = std::make_unique<Training>(std::move(*first));
  out.weighing_ = weighing_of(out.base().graph(), out.base().loss(), out.base_->target);
  const auto plan = out.task_.model.parameters(batch_of(out.task_.input, options.batch), out.recording(true));
  if (!plan) return tl::unexpected(plan.error());
  for (const ParameterInit& p : plan->parameters) out.names_.push_back(p.name);
  if (auto ok = out.initialise_params(*plan); !ok) return tl::unexpected(ok.error());
  return out;
}

template <Element T>
Result<void> Runner<T>::initialise_params(const Initialisation& plan) {
  std::vector<std::vector<float>> values;
  for (const ParameterInit& p : plan.parameters) values.emplace_back(static_cast<std::size_t>(p.shape.size()));
  std::vector<std::span<float>> spans(values.begin(), values.end());
  if (auto ok = initialise(plan, spans, *workers_); !ok) return ok;
  for (std::size_t i = 0; i < values.size(); ++i)
    std::ranges::copy(values[i], base().template parameter<Kept<T>>(i).begin());
  return {};
}

// A training graph for batches of n; the first one makes the params.
template <Element T>
Result<typename Runner<T>::Training> Runner<T>::planned(Index n) {
  auto r = record_loss(task_.model, task_.loss, batch_of(task_.input, n), batch_of(task_.target, n), recording(true));
  if (!r) return tl::unexpected(r.error());
  PlanOptions plan{.threads = options_.threads, .dtype = dtype_of<T>, .workers = workers_};
  auto& recording = r->recording;
  auto step = base_ == nullptr
                  ? TrainStep::create(std::move(recording.graph), r->loss, optim::sgd({.lr = 0.01}), options_.kernels,
                                  plan,
                                      recording.state)
                  : base().beside(std::move(recording.graph), r->loss, options_.kernels, plan, recording.state);
  if (!step) return tl::unexpected(step.error());
  return Training{std::move(*step), r->input, r->target};
}

template <Element T>
Result<typename Runner<T>::Training*> Runner<T>::training(Index n) {
  if (n == options_.batch) return base_.get();
  if (Training* there = training_.use(n)) return there;
  auto made = planned(n);
  if (!made) return tl::unexpected(made.error());
  if (last_ != base_.get()) last_ = nullptr;  // it may be the one that is dropped
  return training_.insert(n, std::move(*made));
}

template <Element T>
Result<typename Runner<T>::Reading*> Runner<T>::reading(Kind kind, Index n, std::size_t layer) {
  const Key key{kind, n, layer};
  if (Reading* there = readings_.use(key)) return there;
  const InputType x = batch_of(task_.input, n);
  const auto& layers = task_.model.layers();
  const auto count = static_cast<Index>(std::min(layer + 1, layers.size()));
  const nn::Sequential up_to({layers.begin(), layers.begin() + count});
  const nn::Sequential& part = kind == Kind::layer ? up_to : task_.model;
  auto r = kind == Kind::evaluate ? record_loss(part, task_.loss, x, batch_of(task_.target, n), recording(false))
                                  : record_output(part, x, recording(kind == Kind::predict_training));
  if (!r) return tl::unexpected(r.error());
  PlanOptions plan{.threads = options_.threads, .dtype = dtype_of<T>, .workers = workers_};
  plan.wanted = {r->output};
  if (r->loss >= 0) plan.wanted.push_back(r->loss);
  auto program = compile(r->graph(), options_.kernels, plan);
  if (!program) return tl::unexpected(program.error());
  const auto& leaf_of = r->recording.leaf_of;
  for (std::size_t i = 0; i < names_.size(); ++i)
    if (const auto leaf = leaf_of.find(names_[i]); leaf != leaf_of.end())
      if (auto ok = program->bind(leaf->second, dtype_of<T>, base().parameter_data(i),
                                  base().template parameter<Kept<T>>(i).size());
          !ok)
        return tl::unexpected(ok.error());
  const auto& states = base().running_states();
  for (std::size_t i = 0; i < states.size(); ++i)
    if (const auto leaf = leaf_of.find(states[i].name); leaf != leaf_of.end())
      if (auto ok = program->bind(leaf->second, base().template running<T>(i)); !ok)
        return tl::unexpected(ok.error());
  if (const NodeId step = r->recording.state.step; step >= 0)
    if (auto ok = program->bind(step, DType::i64, base().counter_data(), 1); !ok) return tl::unexpected(ok.error());
  return readings_.insert(key, Reading{std::move(*program), r->input, r->target, r->output, r->loss});
}

template <Element T>
TensorList<Kept<T>> Runner<T>::params() {
  TensorList<Kept<T>> out;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const auto x = base().template parameter<Kept<T>>(i);
    const Shape& shape = base().program().graph().node(base().parameters()[i]).shape;
    out.push_back({names_[i], Tensor<Kept<T>>(shape, std::vector<Kept<T>>(x.begin(), x.end()))});
  }
  return out;
}

template <Element T>
Result<void> Runner<T>::set_params(const TensorList<Kept<T>>& params) {
  tlist::Signature expected{names_, {}};
  for (const NodeId id : base().parameters()) expected.shapes.push_back(base().program().graph().node(id).shape);
  if (auto ok = tlist::check_alike(expected, params); !ok) return ok;
  for (std::size_t i = 0; i < params.size(); ++i)
    std::ranges::copy(params[i].value.elements(), base().template parameter<Kept<T>>(i).begin());
  return {};
}

template <Element T>
TensorList<T> Runner<T>::buffers() {
  TensorList<T> out;
  const auto& states = base().running_states();
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto x = base().template running<T>(i);
    const Shape& shape = base().program().graph().node(states[i].leaf).shape;
    out.push_back({states[i].name, Tensor<T>(shape, std::vector<T>(x.begin(), x.end()))});
  }
  return out;
}

template <Element T>
Result<void> Runner<T>::set_buffers(const TensorList<T>& buffers) {
  tlist::Signature expected;
  for (const RunningState& s : base().running_states()) {
    expected.names.push_back(s.name);
    expected.shapes.push_back(base().program().graph().node(s.leaf).shape);
  }
  if (auto ok = tlist::check_alike(expected, buffers); !ok) return ok;
  for (std::size_t i = 0; i < buffers.size(); ++i)
    std::ranges::copy(buffers[i].value.elements(), base().template running<T>(i).begin());
  return {};
}

template <Element T>
Index Runner<T>::parameter_count() const {
  Index n = 0;
  for (const NodeId id : base_->step.parameters()) n += base_->step.graph().node(id).shape.size();
  return n;
}

template <Element T>
Result<void> Runner<T>::set_optimiser(const optim::Config& config, const LearningOptions& options) {
  return base().set_optimiser(config, {options.groups, options.clip});
}

template <Element T>
Result<Index> Runner<T>::batch_size(const AnyTensor& x, const char* name) const {
  const Shape& shape = shape_of(x);
  if (shape.rank() == 0 || shape[0] < 1)
    return fail("[train] batch ", name, ": expected at least one example, found shape ", shape);
  return shape[0];
}

// x as the program reads it: n examples of one's shape, in its dtype.
template <Element T>
Result<AnyTensor> Runner<T>::fitting(const AnyTensor& x, const InputType& one, const char* name, Index n) const {
  if (shape_of(x) != batch_of(one, n).shape)
    return fail("[train] batch ", name, ": expected shape ", dims_of(one), " with n = ", n, ", found ", shape_of(x));
  const DType wanted = one.extent >= 0 ? DType::i64 : dtype_of<T>;
  if (wanted != DType::i64 && type_of(x) == DType::i64)
    return fail("[train] batch ", name, ": expected real numbers, found indices");
  auto cast = data::cast(x, wanted);
  if (!cast) return fail("[train] batch ", name, ": ", cast.error().what());
  return cast;
}

template <Element T>
Result<Tensor<T>> Runner<T>::output(Kind kind, const AnyTensor& x, std::size_t layer) {
  const auto n = batch_size(x, "x");
  if (!n) return tl::unexpected(n.error());
  const auto fit = fitting(x, task_.input, "x", *n);
  if (!fit) return tl::unexpected(fit.error());
  const auto r = reading(kind, *n, layer);
  if (!r) return tl::unexpected(r.error());
  Program& program = (*r)->program;
  base().store();
  if (auto ok = program.set((*r)->input, elements_of(*fit)); !ok) return tl::unexpected(ok.error());
  if (auto ok = program.run(); !ok) return tl::unexpected(ok.error());
  const auto y = program.template value<T>((*r)->output);
  return Tensor<T>(program.graph().node((*r)->output).shape, std::vector<T>(y.begin(), y.end()));
}

template <Element T>
Result<Tensor<T>> Runner<T>::predict(const AnyTensor& x) {
  return output(is_training() ? Kind::predict_training : Kind::predict, x, 0);
}

template <Element T>
Result<Tensor<T>> Runner<T>::predict_one(const AnyTensor& x) {
  const AnyTensor batch = std::visit(
      [](const auto& t) -> AnyTensor {
        spec::Axes dims{1};
        for (const Index extent : t.shape().dims()) dims.push_back(extent);
        return t.reshaped(Shape(dims));
      },
      x);
  return predict(batch).map([](const Tensor<T>& y) {
    const spec::Axes& dims = y.shape().dims();
    return y.reshaped(Shape(spec::Axes(dims.begin() + 1, dims.end())));
  });
}

template <Element T>
Result<Tensor<T>> Runner<T>::activation(const AnyTensor& x, std::size_t layer) {
  if (layer >= task_.model.size())
    return fail("[train] found layer ", layer, ", expected one of the ", task_.model.size(), " of the model");
  return output(Kind::layer, x, layer);
}

template <Element T>
Result<typename Runner<T>::Evaluation> Runner<T>::evaluate(const data::Sample& batch) {
  const auto n = batch_size(batch.x, "x");
  if (!n) return tl::unexpected(n.error());
  const auto x = fitting(batch.x, task_.input, "x", *n), y = fitting(batch.y, task_.target, "y", *n);
  for (const auto* part : {&x, &y})
    if (!*part) return tl::unexpected(part->error());
  const auto r = reading(Kind::evaluate, *n);
  if (!r) return tl::unexpected(r.error());
  Program& program = (*r)->program;
  base().store();
  if (auto ok = program.set((*r)->input, elements_of(*x)); !ok) return tl::unexpected(ok.error());
  if (auto ok = program.set((*r)->target, elements_of(*y)); !ok) return tl::unexpected(ok.error());
  if (auto ok = program.run(); !ok) return tl::unexpected(ok.error());
  const auto out = program.template value<T>((*r)->output);
  return Evaluation{exact(program.template value<T>((*r)->loss)[0]),
                    Tensor<T>(program.graph().node((*r)->output).shape, std::vector<T>(out.begin(), out.end()))};
}

template <Element T>
Result<void> Runner<T>::check_labels(const data::Sample& batch) const {
  if (weighing_.of(batch.y, shape_of(batch.x)[0]).count > 0) return {};
  return fail("[train] batch ", steps(), ": found no label besides the ignored ", *weighing_.ignored,
              ", expected at least one");
}

// The loss and the gradients of a batch; an error where one of them is not finite.
template <Element T>
Result<double> Runner<T>::differentiate(const data::Sample& batch, Training& t) {
  const Index n = shape_of(batch.x)[0];
  const auto x = fitting(batch.x, task_.input, "x", n), y = fitting(batch.y, task_.target, "y", n);
  for (const auto* part : {&x, &y})
    if (!*part) return tl::unexpected(part->error());
  if (auto ok = check_labels(batch); !ok) return tl::unexpected(ok.error());
  Program& program = t.step.program();
  if (auto ok = program.set(t.input, elements_of(*x)); !ok) return tl::unexpected(ok.error());
  if (auto ok = program.set(t.target, elements_of(*y)); !ok) return tl::unexpected(ok.error());
  if (auto ok = t.step.evaluate(); !ok) return tl::unexpected(ok.error());
  last_ = &t;
  const double loss = exact(program.template value<T>(t.step.loss())[0]);
  const std::pair<std::string_view, const AnyTensor*> data[] = {{"x", &*x}, {"y", &*y}};
  if (auto ok = check_loss(loss, "[train] the loss of batch", steps(), data); !ok) return tl::unexpected(ok.error());
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (t.step.gradient_node(i) < 0) continue;
    const Shape& shape = program.graph().node(t.step.parameters()[i]).shape;
    if (auto ok = check_gradient(*workers_, t.step.template gradient<T>(i), "[train] batch", steps(), names_[i], shape);
        !ok)
      return tl::unexpected(ok.error());
  }
  return loss;
}

template <Element T>
Result<double> Runner<T>::step(const data::Sample& batch) {
  const auto n = batch_size(batch.x, "x");
  if (!n) return tl::unexpected(n.error());
  const auto t = training(*n);
  if (!t) return tl::unexpected(t.error());
  auto loss = differentiate(batch, **t);
  if (loss) (*t)->step.update();
  return loss;
}

template <Element T>
Result<double> Runner<T>::accumulate(const data::Sample& batch) {
  if (weighing_.summed) return fail("[train] accumulate: found a loss that is a sum, expected a mean");
  const auto n = batch_size(batch.x, "x");
  if (!n) return tl::unexpected(n.error());
  const auto t = training(*n);
  if (!t) return tl::unexpected(t.error());
  auto loss = differentiate(batch, **t);
  if (loss) (*t)->step.accumulate(weighing_.of(batch.y, *n).count);
  return loss;
}

template <Element T>
std::span<const T> Runner<T>::gradient(std::size_t param) {
  if (last_ == nullptr || last_->step.gradient_node(param) < 0) return {};
  return last_->step.template gradient<T>(param);
}

template <Element T>
TrainStep* Runner<T>::plan(Index n) {
  if (n == options_.batch) return &base();
  Training* there = training_.find(n);
  return there == nullptr ? nullptr : &there->step;
}

template class Runner<float>;
template class Runner<double>;
template class Runner<Half>;
template class Runner<BFloat16>;

}  // namespace plumbline::runtime::train
