// Layers whose extents are part of their type: what they make of a shape, or why they do not take it.
//
// A layer has `template <class In> struct On { using type = Out; }` and `nn::Layer layer() const`. What does not fit
// fails a static_assert inside a type that says both numbers: linear::last_dimension_is<784>::layer_expects<783>.
#pragma once

#include <utility>

#include "runtime/nn/builders.h"
#include "runtime/typed/shape.h"

namespace plumbline::runtime::typed {

namespace detail {
template <class L, class In>
struct Output {
  static_assert(!are_indices<In> || requires { L::takes_indices; }, "layer: indices where numbers are expected");
  using type = typename L::template On<In>::type;
};
}  // namespace detail

// The shape that layer L makes of In; of indices only where L says that it takes them.
template <class L, class In>
using OutputOf = typename detail::Output<L, In>::type;

namespace linear_check {
template <Index is>
struct last_dimension_is {
  template <Index expected>
  struct layer_expects {
    static_assert(is == expected, "linear: last dimension is not what the layer expects");
    static constexpr bool checked = true;
  };
};
}  // namespace linear_check

// [.., in] → [.., out]
template <Index in, Index out>
struct Linear {
  nn::Linear config = {};  // of extents `in` and `out` whatever it says

  template <class In>
  struct On {
    static_assert(In::rank > 0, "linear: the input has no axis");
    static_assert(linear_check::last_dimension_is<In::back(0)>::template layer_expects<in>::checked);
    using type = WithLast<In, out>;
  };
  nn::Layer layer() const {
    nn::Linear l = config;
    l.in_features = in, l.out_features = out;
    return l;
  }
};

// The axes from `from` on made one.
template <Index from>
struct Flatten {
  template <class In>
  struct On {
    static_assert(In::rank > from, "flatten: the input has too few axes");
    using type = FlattenedFrom<In, from>;
  };
  nn::Layer layer() const { return nn::Flatten{from, -1}; }
};

// A layer that keeps the shape, whatever it is: `Same{nn::hardtanh({.min_val = 0})}`.
struct Same {
  nn::Layer keeps;
  template <class In>
  struct On {
    using type = In;
  };
  nn::Layer layer() const { return keeps; }
};

// Such a layer by name, from its configuration: `gelu({.approximate = "tanh"})`.
template <class Config>
struct Keeping {
  Same operator()(Config config = {}) const { return {std::move(config)}; }
};
inline constexpr Keeping<nn::Identity> identity;
inline constexpr Keeping<nn::Relu> relu;
inline constexpr Keeping<nn::Gelu> gelu;
inline constexpr Keeping<nn::Silu> silu;
inline constexpr Keeping<nn::Tanh> tanh;
inline constexpr Keeping<nn::Sigmoid> sigmoid;
inline constexpr Keeping<nn::Elu> elu;
inline constexpr Keeping<nn::LeakyRelu> leaky_relu;
inline constexpr Keeping<nn::LogSigmoid> log_sigmoid;
inline constexpr Keeping<nn::Mish> mish;
inline constexpr Keeping<nn::Selu> selu;
inline constexpr Keeping<nn::Softplus> softplus;
inline constexpr Keeping<nn::Softsign> softsign;
inline constexpr Keeping<nn::Hardsigmoid> hardsigmoid;
inline constexpr Keeping<nn::Hardswish> hardswish;
inline constexpr Keeping<nn::Hardtanh> hardtanh;
inline Same dropout(nn::Dropout config = {}) { return {config}; }
inline Same dropout(double p) { return dropout({.p = p}); }

namespace axis_check {
template <Index is>
struct axis_is {
  template <Index rank>
  struct input_has {
    static_assert(-rank <= is && is < rank, "softmax: the input has no such axis");
    static constexpr bool checked = true;
  };
};
}  // namespace axis_check

// exp(x) / Σ exp(x) along an axis, and its logarithm.
template <Index axis = -1, class Config = nn::Softmax>
struct Softmax {
  template <class In>
  struct On {
    static_assert(axis_check::axis_is<axis>::template input_has<In::rank>::checked);
    using type = In;
  };
  nn::Layer layer() const { return Config{.axis = axis}; }
};
template <Index axis = -1>
using LogSoftmax = Softmax<axis, nn::LogSoftmax>;
inline Softmax<> softmax() { return {}; }
inline LogSoftmax<> log_softmax() { return {}; }

}  // namespace plumbline::runtime::typed
