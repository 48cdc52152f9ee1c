// Layer: any layer or block as a value: y = layer(scope, x), with its kind, its configuration as text, and its seeds.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <concepts>
#include <memory>
#include <string>
#include <string_view>

#include "runtime/nn/scope.h"
#include "spec/lang/attributes.h"

namespace plumbline::runtime::nn {

// An op of one input: a layer without weights.
template <class L>
concept UnaryOp = requires(const L& op, const spec::Shapes& in) {
  requires L::arity == 1;
  { op.shape(in) } -> std::same_as<Result<Shape>>;
};
// Whatever records itself at a place: a struct with a static `name` and described fields, an op, a plain function.
template <class L>
concept Recordable = std::copy_constructible<L> &&
                     (UnaryOp<L> || requires(const L& layer, const Scope& scope, const Var& x) {
                       { layer(scope, x) } -> std::convertible_to<Var>;
                     });
template <class L>
concept Named = requires {
  { L::name } -> std::convertible_to<std::string_view>;
};

template <class L>
std::string describe(const L& layer);

// A field of a configuration as text; empty where it is not set.
std::string field_text(const Initialiser& scheme);
std::string field_text(const Seed& seed);
std::string field_text(const BlockSeeds& seeds);
std::string field_text(const spec::Tensor<float>& value);  // its shape
template <class T>
std::string field_text(const T& value) {
  if constexpr (requires { spec::print_value(value); }) {
    return spec::print_value(value);
  } else if constexpr (requires { *value; value.has_value(); }) {
    return value.has_value() ? field_text(*value) : std::string();
  } else if constexpr (requires { value.describe(); }) {
    return "(" + value.describe() + ")";
  } else {
    return "(" + nn::describe(value) + ")";
  }
}

// `linear in_features=4 out_features=2 bias=true init=(kaiming_uniform gain=1 mode=fan_in)`
template <class L>
std::string describe(const L& layer) {
  if constexpr (requires { layer.describe(); }) {
    return layer.describe();
  } else if constexpr (!Named<L>) {
    return "function";
  } else {
    std::string out(L::name);
    boost::mp11::mp_for_each<spec::Described<L>>([&](auto field) {
      const std::string text = field_text(layer.*field.pointer);
      if (!text.empty()) out += spec::concat(' ', field.name, '=', text);
    });
    return out;
  }
}

class Layer {
 public:
  template <Recordable L>
    requires(!std::same_as<std::remove_cvref_t<L>, Layer>)
  Layer(L layer) : held_(std::make_shared<const Held<L>>(std::move(layer))) {}

  std::string_view kind() const { return held_->kind(); }
  std::string describe() const { return held_->describe(); }
  Var operator()(const Scope& scope, const Var& x) const { return held_->record(scope, x); }
  // The same layer with a fresh seed for each of its stochastic initialisers and dropouts, in reading order; those that
  // are set stay as they are.
  Layer seeded(SeedStream& stream) const { return held_->seeded(stream); }
  // The struct itself, if it is an L.
  template <class L>
  const L* as() const {
    const auto* held = dynamic_cast<const Held<L>*>(held_.get());
    return held == nullptr ? nullptr : &held->layer;
  }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual std::string_view kind() const = 0;
    virtual std::string describe() const = 0;
    virtual Var record(const Scope& scope, const Var& x) const = 0;
    virtual Layer seeded(SeedStream& stream) const = 0;
  };
  template <class L>
  struct Held final : Interface {
    explicit Held(L l) : layer(std::move(l)) {}
    std::string_view kind() const override {
      if constexpr (Named<L>) return L::name;
      else return "function";
    }
    std::string describe() const override { return nn::describe(layer); }
    Var record(const Scope& scope, const Var& x) const override {
      if constexpr (UnaryOp<L>) return call(layer, {x});
      else return layer(scope, x);
    }
    Layer seeded(SeedStream& stream) const override {
      L copy = layer;
      if constexpr (requires { copy.take_seeds(stream); }) copy.take_seeds(stream);
      return copy;
    }
    L layer;
  };
  std::shared_ptr<const Interface> held_;
};

}  // namespace plumbline::runtime::nn
