// Primitive: a typed building block of models: attributes, parameters by its inputs' shapes, and its meaning as ops.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "spec/graph/graph.h"
#include "spec/lang/initialiser.h"

namespace plumbline::spec {

// One parameter that a primitive asks for. What is not trained, as a running mean, begins as `init` says too.
struct ParameterSpec {
  std::string name;
  Shape shape;
  Initialiser init;
  bool trained = true;
  bool operator==(const ParameterSpec&) const = default;
};
using ParameterSpecs = std::vector<ParameterSpec>;

// Where an occurrence of a primitive is recorded.
struct Site {
  std::vector<Var> parameters;  // in the primitive's order
  std::string path;             // of the occurrence, by position: the key of its dropout masks
  bool training = false;        // batch statistics and dropout
  std::uint64_t seed = 0;       // of dropout masks
  std::optional<Var> step;      // how many training steps were taken; only in training
};

// The k-th parameter of the occurrence that is counted as layer i takes the seed 2i + k: a linear's weight 2i, its bias
// 2i + 1. An occurrence of n parameters is counted ⌈n/2⌉ times, so that no two parameters share a seed.
struct SeededParameter {
  ParameterSpec parameter;
  std::uint64_t seed = 0;
};
inline std::uint64_t seed_of(Index occurrence, std::size_t k) { return 2 * static_cast<std::uint64_t>(occurrence) + k; }

// A primitive as a layer of a sequential model, for occurrence i: which layer, and all that it takes to make it.
struct LayerView {
  std::string kind;   // linear, relu, …
  Attributes config;  // the primitive's attributes, and what the shapes of its inputs decide, as in_features
  std::vector<SeededParameter> parameters;
};

// The faces of one primitive. Errors in attributes and shapes are thrown as spec::Error: `[linear] …`.
struct PrimitiveInterface {
  virtual ~PrimitiveInterface() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view summary() const = 0;
  virtual Attributes attributes() const = 0;
  virtual Attributes defaults() const = 0;
  virtual int least_inputs() const = 0;
  virtual int most_inputs() const = 0;
  // Whether an occurrence takes an index of initialisation: linear does, relu does not.
  virtual bool counts_as_layer() const = 0;
  virtual ParameterSpecs parameters(const Shapes& in) const = 0;
  // Records the value on the inputs' graph. Its shape is the primitive's shape rule.
  virtual Var meaning(const std::vector<Var>& in, const Site& site) const = 0;
  // In training: what the parameters that are not trained become, in order.
  virtual std::vector<Var> next_states(const std::vector<Var>& in, const Site& site) const = 0;
  // nullopt where the primitive offers no layer.
  virtual std::optional<LayerView> layer(const Shapes& in, Index occurrence) const = 0;
};

// What a primitive's struct has to have; the optional rest: counts_as_layer, arity, most_inputs, next_states, and
// `Attributes layer(const Shapes& in) const`, which adds to the attributes what the shapes decide.
template <class P>
concept PrimitiveDefinition = requires(const P& p, const Shapes& shapes, const std::vector<Var>& in, const Site& site) {
  { p.parameters(shapes) } -> std::same_as<ParameterSpecs>;
  { p.meaning(in, site) } -> std::same_as<Var>;
  P::name;
};
// An op's struct, or what looks like one.
template <class O>
concept OpDefinition = requires(const O& op, const Shapes& shapes) {
  { op.shape(shapes) } -> std::same_as<Result<Shape>>;
  O::arity;
};

class Primitive {
 public:
  Primitive() = default;
  explicit Primitive(std::shared_ptr<const PrimitiveInterface> model) : model_(std::move(model)) {}
  template <PrimitiveDefinition P>
  Primitive(const P& definition);  // x >> graphspec::Linear{.out_features = 10}
  template <OpDefinition O>
  Primitive(const O& op) : Primitive(of(make_op(op), attributes_of(O{}))) {}  // x >> Relu{}
  // An op is a primitive without parameters. Attributes that are as in `defaults` are not printed. With one input it
  // offers itself as a layer.
  static Primitive of(Op op, Attributes defaults = {});

  const PrimitiveInterface* operator->() const { return model_.get(); }
  explicit operator bool() const { return model_ != nullptr; }
  bool operator==(const Primitive& other) const;

 private:
  std::shared_ptr<const PrimitiveInterface> model_;
};

// `linear out_features=10`: the attributes that differ from their defaults.
std::string print(const Primitive& primitive);

// The parameters with their seeds, counted from an occurrence.
std::vector<SeededParameter> seeded(ParameterSpecs parameters, Index occurrence);
// How many indices of initialisation an occurrence takes.
Index occurrences(const Primitive& primitive, const ParameterSpecs& parameters);

template <PrimitiveDefinition P>
class PrimitiveModel final : public PrimitiveInterface {
 public:
  explicit PrimitiveModel(P definition) : definition_(std::move(definition)) {}
  std::string_view name() const override { return P::name; }
  std::string_view summary() const override {
    if constexpr (requires { P::summary; }) return P::summary;
    else return {};
  }
  Attributes attributes() const override { return attributes_of(definition_); }
  Attributes defaults() const override { return attributes_of(P{}); }
  int least_inputs() const override {
    if constexpr (requires { P::arity; }) return P::arity;
    else return 1;
  }
  int most_inputs() const override {
    if constexpr (requires { P::most_inputs; }) return P::most_inputs;
    else return least_inputs();
  }
  bool counts_as_layer() const override {
    if constexpr (requires { P::counts_as_layer; }) return P::counts_as_layer;
    else return false;
  }
  ParameterSpecs parameters(const Shapes& in) const override { return definition_.parameters(in); }
  Var meaning(const std::vector<Var>& in, const Site& site) const override { return definition_.meaning(in, site); }
  std::vector<Var> next_states(const std::vector<Var>& in, const Site& site) const override {
    if constexpr (requires { definition_.next_states(in, site); }) return definition_.next_states(in, site);
    else return {};
  }
  std::optional<LayerView> layer(const Shapes& in, Index occurrence) const override {
    if constexpr (requires { definition_.layer(in); }) {
      LayerView view{std::string(P::name), attributes(), seeded(parameters(in), occurrence)};
      for (Attribute& more : definition_.layer(in)) view.config.push_back(std::move(more));
      return view;
    } else {
      return std::nullopt;
    }
  }

 private:
  P definition_;
};

template <PrimitiveDefinition P>
Primitive::Primitive(const P& definition) : model_(std::make_shared<const PrimitiveModel<P>>(definition)) {}

}  // namespace plumbline::spec
