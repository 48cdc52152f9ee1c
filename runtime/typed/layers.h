// Layers whose extents are part of their type: what they make of a shape, or why they do not take it.
//
// A layer has `template <class In> struct On { using type = Out; }` and `nn::Layer layer() const`. What does not fit
// fails a static_assert inside a type that says both numbers: linear::last_dimension_is<784>::layer_expects<783>.
#pragma once

#include "runtime/nn/builders.h"
#include "runtime/typed/shape.h"

namespace plumbline::runtime::typed {

// The shape that layer L makes of In.
template <class L, class In>
using OutputOf = typename L::template On<In>::type;

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

// A layer that keeps the shape, whatever it is: activations, dropout, softmax.
struct Same {
  nn::Layer keeps;
  template <class In>
  struct On {
    using type = In;
  };
  nn::Layer layer() const { return keeps; }
};

namespace channels_check {
template <Index is>
struct channels_are {
  template <Index expected>
  struct layer_expects {
    static_assert(is == expected, "conv2d: channels are not what the layer expects");
    static constexpr bool checked = true;
  };
};
template <Index is>
struct window_is {
  template <Index padded>
  struct padded_extent_is {
    static_assert(is <= padded, "conv2d: the window is larger than the padded image");
    static constexpr bool checked = true;
  };
};
}  // namespace channels_check

// (h + 2p − k) / s + 1
constexpr Index windows(Index h, Index kernel, Index stride, Index padding) {
  return (h + 2 * padding - kernel) / stride + 1;
}

namespace detail {

// [N, C, H, W] → [N, out, windows of H, windows of W]
template <class In, Index out, Index kernel, Index stride, Index padding>
struct Windowed {
  static_assert(In::rank == 4, "conv2d: the input is not [N, C, H, W]");
  static_assert(stride > 0, "conv2d: the stride is not positive");
  static_assert(channels_check::window_is<kernel>::template padded_extent_is<
                std::min(In::back(0), In::back(1)) + 2 * padding>::checked);
  using type = Shape<In::dims[0], out, windows(In::dims[2], kernel, stride, padding),
                     windows(In::dims[3], kernel, stride, padding)>;
};

}  // namespace detail

template <Index in, Index out, Index kernel, Index stride = 1, Index padding = 0>
struct Conv2d {
  nn::Conv2d config = {};

  template <class In>
  struct On {
    static_assert(In::rank == 4, "conv2d: the input is not [N, C, H, W]");
    static_assert(channels_check::channels_are<In::dims[1]>::template layer_expects<in>::checked);
    using type = typename detail::Windowed<In, out, kernel, stride, padding>::type;
  };
  nn::Layer layer() const {
    nn::Conv2d l = config;
    l.in_channels = in, l.out_channels = out, l.kernel = {kernel}, l.stride = {stride}, l.padding = {padding};
    return l;
  }
};

template <Index kernel, Index stride = kernel>
struct MaxPool2d {
  template <class In>
  struct On {
    static_assert(In::rank == 4, "max_pool2d: the input is not [N, C, H, W]");
    using type = typename detail::Windowed<In, In::dims[1], kernel, stride, 0>::type;
  };
  nn::Layer layer() const { return nn::MaxPool2d{.kernel = {kernel}, .stride = {stride}}; }
};

// [N, C, H, W] → [N, C]
struct GlobalAvgPool2d {
  template <class In>
  struct On {
    static_assert(In::rank == 4, "global_avg_pool2d: the input is not [N, C, H, W]");
    using type = Shape<In::dims[0], In::dims[1]>;
  };
  nn::Layer layer() const { return nn::GlobalAvgPool2d{}; }
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

namespace norm_check {
template <Index is>
struct last_dimension_is {
  template <Index expected>
  struct layer_expects {
    static_assert(is == expected, "layer_norm: last dimension is not what the layer expects");
    static constexpr bool checked = true;
  };
};
template <Index are>
struct channels_are {
  template <Index expected>
  struct layer_expects {
    static_assert(are == expected, "batch_norm: channels are not what the layer expects");
    static constexpr bool checked = true;
  };
};
}  // namespace norm_check

// Over the last axis.
template <Index width>
struct LayerNorm {
  template <class In>
  struct On {
    static_assert(In::rank > 0, "layer_norm: the input has no axis");
    static_assert(norm_check::last_dimension_is<In::back(0)>::template layer_expects<width>::checked);
    using type = In;
  };
  nn::Layer layer() const { return nn::LayerNorm{.normalized_shape = {width}}; }
};

// By channel of [N, C, …].
template <Index channels>
struct BatchNorm {
  template <class In>
  struct On {
    static_assert(In::rank >= 2, "batch_norm: the input is not [N, C, ...]");
    static_assert(norm_check::channels_are<In::dims[1]>::template layer_expects<channels>::checked);
    using type = In;
  };
  nn::Layer layer() const { return nn::BatchNorm{.num_features = channels}; }
};

namespace sequence_check {
template <Index is>
struct last_dimension_is {
  template <Index expected>
  struct layer_expects {
    static_assert(is == expected, "sequence: last dimension is not what the layer expects");
    static constexpr bool checked = true;
  };
};
}  // namespace sequence_check

// [T, .., in] → [T, .., hidden], by the cell that the configuration names.
template <Index in, Index hidden>
struct Recurrent {
  nn::Recurrent config = {};

  template <class In>
  struct On {
    static_assert(In::rank == 2 || In::rank == 3, "recurrent: the input is not [T, in] or [T, N, in]");
    static_assert(sequence_check::last_dimension_is<In::back(0)>::template layer_expects<in>::checked);
    using type = WithLast<In, hidden>;
  };
  nn::Layer layer() const {
    nn::Recurrent l = config;
    l.input_size = in, l.hidden_size = hidden, l.bidirectional = false;
    return l;
  }
};

// [.., T, width] → itself
template <Index width, Index heads, Index feedforward>
struct TransformerEncoderLayer {
  static_assert(heads > 0 && width % heads == 0, "transformer_encoder_layer: heads do not divide the width");
  nn::TransformerEncoderLayer config = {};

  template <class In>
  struct On {
    static_assert(In::rank >= 2, "transformer_encoder_layer: the input is not [.., T, width]");
    static_assert(sequence_check::last_dimension_is<In::back(0)>::template layer_expects<width>::checked);
    using type = In;
  };
  nn::Layer layer() const {
    nn::TransformerEncoderLayer l = config;
    l.d_model = width, l.nhead = heads, l.dim_feedforward = feedforward;
    return l;
  }
};

// x + f(x), where f keeps the shape.
template <class F>
struct Residual {
  F f;

  template <class In>
  struct On {
    static_assert(std::same_as<OutputOf<F, In>, In>, "residual: the branch changes the shape");
    using type = In;
  };
  nn::Layer layer() const { return nn::Residual{f.layer()}; }
};
template <class F>
Residual(F) -> Residual<F>;

inline Same relu() { return {nn::relu()}; }
inline Same gelu() { return {nn::gelu()}; }
inline Same silu() { return {nn::silu()}; }
inline Same tanh() { return {nn::tanh()}; }
inline Same sigmoid() { return {nn::sigmoid()}; }
inline Same softmax() { return {nn::softmax()}; }
inline Same dropout(double p) { return {nn::dropout({.p = p})}; }

}  // namespace plumbline::runtime::typed
