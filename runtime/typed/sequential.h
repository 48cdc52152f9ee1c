// Sequential<In, Out>: a model whose shapes are part of its type; layers that do not fit do not compile.
//
//   const auto model = typed::input<typed::Shape<32, 784>>() >> typed::Linear<784, 128>{} >> typed::relu() >>
//                      typed::Linear<128, 10>{};      // Sequential<Shape<32, 784>, Shape<32, 10>>
#pragma once

#include "runtime/module/definition.h"
#include "runtime/module/scalar_module.h"
#include "runtime/nn/model.h"
#include "runtime/typed/blocks.h"
#include "runtime/typed/norms.h"
#include "runtime/typed/sequences.h"
#include "runtime/typed/tensor.h"
#include "runtime/typed/windows.h"

namespace plumbline::runtime::typed {

template <class In, class Out>
class Sequential {
 public:
  using input_shape = In;
  using output_shape = Out;

  // The empty model: y = x.
  Sequential()
    requires(std::same_as<In, Out>)
  = default;
  // A dynamic model that makes Out of In; an error where it does not.
  static Result<Sequential> from(nn::Sequential model) {
    Sequential out(std::move(model));
    if (auto ok = out.check(); !ok) return tl::unexpected(ok.error());
    return out;
  }
  // Whether the model does make Out of In, which layers that are Typed say without proof.
  Result<void> check() const {
    const auto shape = model_.output_shape(In::input());
    if (!shape) return tl::unexpected(shape.error());
    if (*shape != Out::value()) return spec::fail("[sequential] expected output ", Out::value(), ", found ", *shape);
    return {};
  }

  template <class L>
  Sequential<In, OutputOf<L, Out>> then(const L& layer) const {
    return Sequential<In, OutputOf<L, Out>>(model_.then(layer.layer()));
  }
  template <class Mid, class Last>
  Sequential<In, Last> then(const Sequential<Mid, Last>& next) const {
    static_assert(std::same_as<Mid, Out>, "sequential: the first model's output is not the second's input");
    return Sequential<In, Last>(model_.then(next.dynamic()));
  }
  // As a layer of another model, of exactly the shape In.
  static constexpr bool takes_indices = true;
  template <class Given>
  struct On {
    static_assert(std::same_as<Given, In>, "sequential: the input is not the model's");
    using type = Out;
  };
  nn::Layer layer() const { return model_; }

  const nn::Sequential& dynamic() const { return model_; }
  // The model with the seeds of a fresh stream, as nn::run.
  Sequential seeded(std::uint64_t seed) const {
    nn::SeedStream stream(seed);
    nn::Sequential model = model_;
    model.take_seeds(stream);
    return Sequential(std::move(model));
  }

 private:
  template <class, class>
  friend class Sequential;
  explicit Sequential(nn::Sequential model) : model_(std::move(model)) {}
  nn::Sequential model_;
};

template <class In>
Sequential<In, In> input() {
  return {};
}

template <class In, class Out, class L>
auto operator>>(const Sequential<In, Out>& model, const L& layer) {
  return model.then(layer);
}

// A compiled model, from tensors of In to tensors of Out.
template <class T, class In, class Out>
class Model {
 public:
  static Result<Model> create(const Sequential<In, Out>& model, Kernels kernels) {
    if (auto ok = model.check(); !ok) return tl::unexpected(ok.error());
    auto made = nn::Model<T>::create(model.layer(), In::input(), kernels);
    if (!made) return tl::unexpected(made.error());
    return Model(std::move(*made));
  }
  Result<TensorOf<T, Out>> predict(const InputOf<T, In>& x) {
    auto y = model_.predict(x.dynamic());
    if (!y) return tl::unexpected(y.error());
    return TensorOf<T, Out>::from(std::move(*y));
  }
  nn::Model<T>& dynamic() { return model_; }

 private:
  explicit Model(nn::Model<T> model) : model_(std::move(model)) {}
  nn::Model<T> model_;
};

// loss(model(x), target) with steps, of tensors of In and Target.
template <class T, class In, class Target>
class ScalarModule {
 public:
  template <class Out>
  static Result<ScalarModule> create(const Sequential<In, Out>& model, const loss::Loss& loss,
                                     Kernels kernels, const ModuleOptions& options = {}) {
    if (auto ok = model.check(); !ok) return tl::unexpected(ok.error());
    const auto def = module_of(model.layer(), loss, In::input(), Target::value());
    if (!def) return tl::unexpected(def.error());
    auto made = runtime::ScalarModule<T>::create(*def, kernels, options);
    if (!made) return tl::unexpected(made.error());
    return ScalarModule(std::move(*made));
  }
  Result<T> forward(const InputOf<T, In>& x, const TensorOf<T, Target>& y) {
    return module_.forward({x.dynamic(), y.dynamic()});
  }
  Result<T> step(T lr, const InputOf<T, In>& x, const TensorOf<T, Target>& y) {
    return module_.step(lr, {x.dynamic(), y.dynamic()});
  }
  runtime::ScalarModule<T>& dynamic() { return module_; }

 private:
  explicit ScalarModule(runtime::ScalarModule<T> module) : module_(std::move(module)) {}
  runtime::ScalarModule<T> module_;
};

// One scheme for each parameter shape, counted when it is compiled.
template <class... Shapes, class... Inits>
Result<runtime_init::Plan> plan(const Inits&... schemes) {
  static_assert(sizeof...(Shapes) == sizeof...(Inits), "plan: one initialiser for each parameter shape");
  std::vector<ParameterShape> shapes;
  (shapes.push_back({std::to_string(shapes.size()), Shapes::value()}), ...);
  return runtime_init::Plan::of(shapes, {schemes...});
}

}  // namespace plumbline::runtime::typed
