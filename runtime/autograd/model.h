// Derivatives of models and their losses, with respect to params, input and target: loss(model(params, x), target).
//
//   auto loss = autograd::ModelLoss<float>::create(model, loss::mse, {Shape{32, 8}}, {Shape{32, 1}});
//   auto g = loss->value_and_grad({params, x, y});   // planned at the first call, then reused
#pragma once

#include <array>

#include "runtime/autograd/autograd.h"
#include "runtime/tlist/tlist.h"
#include "runtime/train/recorded_loss.h"

namespace plumbline::runtime::autograd {

using loss::Loss;

// Where a model is differentiated. Params in the order of its plan, by name; without buffers (running statistics) these
// have their initial values; without a target only the output is defined.
template <Element T = float>
struct Point {
  TensorList<T> params;
  Value<T> x, target = Tensor<T>();
  TensorList<T> buffers = {};
};

// A model, or its loss, as a recorded function of params…, buffers…[, step], x[, target]. In training mode dropout
// draws the masks of step 0, and batch norm takes the statistics of the batch.
struct RecordedModel {
  Recorded f;
  std::vector<std::string> params, buffers;
  std::vector<double> initial;  // of the buffers
  bool counts_steps = false;    // an argument behind the buffers
  std::size_t x() const { return params.size() + buffers.size() + (counts_steps ? 1 : 0); }
  std::size_t target() const { return x() + 1; }
};
struct ModelOptions {
  nn::RecordOptions record = {.training = false};
  Options run = {};
};
Result<RecordedModel> record_model(const nn::Layer& model, const nn::InputType& x, const nn::RecordOptions& options);
Result<RecordedModel> record_model_loss(const nn::Layer& model, const Loss& loss, const nn::InputType& x,
                                        const nn::InputType& target, const nn::RecordOptions& options);

template <Element T>
struct ModelGradients {
  Tensor<T> value;             // the loss, of rank 0
  TensorList<T> params;
  Tensor<T> input, target;     // of shape [0] where they are indices
};

// What both have: derivatives planned when first asked for.
template <Element T>
class ModelDerivatives {
 public:
  const RecordedModel& model() const { return model_; }

 protected:
  ModelDerivatives(RecordedModel model, const Options& options) : model_(std::move(model)), options_(options) {}
  using Derivative = Result<Recorded> (*)(const Recorded&, Wrt);
  // d = null: the function itself. `at` is where its plan is kept.
  Result<Tensors<T>> run(std::size_t at, Derivative d, const Wrt& wrt, const Point<T>& p, const Tensors<T>& more = {});
  Result<std::vector<Value<T>>> arguments(const Point<T>& point) const;
  Result<void> check_params(const TensorList<T>& list, std::string_view what) const;
  Wrt params() const;
  TensorList<T> named(Tensors<T> values) const;

  RecordedModel model_;
  Options options_;
  std::array<std::optional<Planned<T>>, 8> planned_;
};

template <Element T = float>
class ModelLoss : public ModelDerivatives<T> {
 public:
  static Result<ModelLoss> create(const nn::Layer& model, const Loss& loss, const nn::InputType& x,
                                  const nn::InputType& target, const ModelOptions& options = {});
  Result<Tensor<T>> value(const Point<T>& p);
  // With respect to everything that is real, to the params, the input, or the target. An index has no gradient.
  Result<ModelGradients<T>> value_and_grad(const Point<T>& p);
  Result<ModelGradients<T>> value_and_grad_params(const Point<T>& p);
  Result<TensorList<T>> grad_params(const Point<T>& p);
  Result<Tensor<T>> grad_input(const Point<T>& p);
  Result<Tensor<T>> grad_target(const Point<T>& p);
  // d/dt loss(params + t v) at t = 0, and the Hessian by the params times v.
  Result<Tensor<T>> jvp_params(const Point<T>& p, const TensorList<T>& v);
  Result<TensorList<T>> hvp_params(const Point<T>& p, const TensorList<T>& v);

 private:
  using ModelDerivatives<T>::ModelDerivatives;
};

// The derivatives of a loss at points like this one.
template <Element T>
Result<ModelLoss<T>> loss_at(const nn::Layer& model, const Loss& loss, const Point<T>& p,
                             const ModelOptions& options = {}) {
  const Argument x = argument_for<T>(p.x), target = argument_for<T>(p.target);
  return ModelLoss<T>::create(model, loss, {x.shape, x.extent}, {target.shape, target.extent}, options);
}

template <Element T = float>
class ModelOutput : public ModelDerivatives<T> {
 public:
  static Result<ModelOutput> create(const nn::Layer& model, const nn::InputType& x, const ModelOptions& options = {});
  Result<Tensor<T>> value(const Point<T>& p);
  // Jᵀ ct with respect to the params or the input, ct of the shape of the output.
  Result<TensorList<T>> vjp_params(const Point<T>& p, const Tensor<T>& ct);
  Result<Tensor<T>> vjp_input(const Point<T>& p, const Tensor<T>& ct);
  // For each element of the output its gradient by the params.
  Result<std::vector<TensorList<T>>> jacrev_params(const Point<T>& p);

 private:
  using ModelDerivatives<T>::ModelDerivatives;
};

}  // namespace plumbline::runtime::autograd
