// Model: a Sequential compiled for prediction, with parameters and buffers of its own.
#pragma once

#include <vector>

#include "runtime/core/any_tensor.h"
#include "runtime/core/program.h"
#include "runtime/init/runtime_init.h"
#include "runtime/nn/sequential.h"

namespace plumbline::runtime::nn {

// T is float or double. Evaluation mode unless the options say otherwise.
template <class T>
class Model {
 public:
  // Parameters begin as the plan says, buffers as the layers do.
  static Result<Model> create(const Layer& layer, const InputType& input, Kernels kernels,
                              const RecordOptions& record = {.training = false}, PlanOptions plan = {});

  // f(x); an error where x has another shape or dtype than the model was made for, or an index is out of range.
  Result<spec::Tensor<T>> predict(const AnyTensor& x);

  const Shape& input_shape() const { return program_.graph().node(input_).shape; }
  const Shape& output_shape() const { return program_.graph().node(output_).shape; }
  const Initialisation& plan() const { return plan_; }
  std::vector<Parameter<T>>& parameters() { return parameters_; }
  std::vector<Parameter<T>>& buffers() { return buffers_; }
  // Params, then buffers; the same list is taken in, names and shapes checked before anything changes.
  TensorList<T> state_dict() const;
  Result<void> load_state_dict(const TensorList<T>& values);

 private:
  explicit Model(Program program) : program_(std::move(program)) {}
  Program program_;
  NodeId input_ = -1, output_ = -1;
  Initialisation plan_;
  std::vector<Parameter<T>> parameters_, buffers_;
  std::unique_ptr<Index> step_ = std::make_unique<Index>(0);
};

extern template class Model<float>;
extern template class Model<double>;

}  // namespace plumbline::runtime::nn
