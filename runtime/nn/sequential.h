// Sequential: layers one after another, as a value: y = layer_n(… layer_1(layer_0(x))).
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <vector>

#include "runtime/nn/layer.h"

namespace plumbline::runtime::nn {

// What a model reads: real numbers, or indices below `extent`.
struct InputType {
  Shape shape;
  Index extent = -1;
  InputType(Shape s, Index below = -1) : shape(std::move(s)), extent(below) {}
  // {32, 8} is a shape of real numbers, {{32}, 10} indices below 10.
  template <std::integral... I>
    requires(sizeof...(I) > 0)
  InputType(I... dims) : shape({static_cast<Index>(dims)...}) {}
  bool operator==(const InputType&) const = default;
};

struct RecordOptions {
  bool training = true;    // batch statistics, dropout; false: running statistics, none
  std::uint64_t seed = 0;  // of the plan, and of dropouts that have none of their own
  StreamScheme streams = StreamScheme::separate;
};

// A model on an input of one shape: its graph, whose only output is `output`, plan and running state.
struct RecordedModel {
  Recording recording;
  NodeId input = -1, output = -1;
  const Shape& output_shape() const { return recording.graph.node(output).shape; }
};

// A layer on an input. Errors: what it refuses, with the place.
Result<RecordedModel> record(const Layer& layer, const InputType& input, const RecordOptions& options = {});

// Params are named as by torch.nn.Sequential: those of layer i are `i.weight`, …; of a Sequential within, `i.j.weight`.
class Sequential {
 public:
  static constexpr std::string_view name = "sequential";
  Sequential() = default;
  Sequential(std::initializer_list<Layer> layers) : layers_(layers) {}
  explicit Sequential(std::vector<Layer> layers) : layers_(std::move(layers)) {}

  // Another layer behind the last; the layers of another Sequential, one by one: names go on counting.
  Sequential then(Layer layer) const;
  Sequential then(const Sequential& other) const;

  const std::vector<Layer>& layers() const { return layers_; }
  std::size_t size() const { return layers_.size(); }
  const Layer& operator[](std::size_t i) const { return layers_[i]; }
  // `sequential(linear in_features=…, relu, …)`
  std::string describe() const;
  // Every layer with fresh seeds, in order.
  void take_seeds(SeedStream& stream);

  // Throws spec::Error with the place: `[linear] expects last axis 784, got 783 at layer 2`.
  Var operator()(const Scope& scope, const Var& x) const;
  // The same with an error as a value.
  Result<RecordedModel> record(const InputType& input, const RecordOptions& options = {}) const;
  Result<Shape> output_shape(const InputType& input) const;
  // Names, shapes, initialisers, seeds (`stream`), and which of them learn.
  Result<Initialisation> parameters(const InputType& input, const RecordOptions& options = {}) const;
  // The running state: names and initial values.
  Result<std::vector<RunningState>> state(const InputType& input) const;

 private:
  std::vector<Layer> layers_;
};

// f >> g is g after f.
Sequential operator>>(const Sequential& f, const Sequential& g);
Sequential operator>>(const Sequential& f, const Layer& g);

}  // namespace plumbline::runtime::nn
