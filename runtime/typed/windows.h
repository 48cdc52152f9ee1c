// Convolutions and pools over images [N, C, H, W] whose extents are part of their type.
#pragma once

#include <algorithm>

#include "runtime/typed/layers.h"

namespace plumbline::runtime::typed {

namespace window_check {
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
    static_assert(is <= padded, "window: it is larger than the padded image");
    static constexpr bool checked = true;
  };
};
template <Index padding>
struct padding_is {
  template <Index kernel>
  struct kernel_is {
    static_assert(2 * padding <= kernel, "pool: the padding is more than half of the kernel");
    static constexpr bool checked = true;
  };
};
}  // namespace window_check

// (h + 2p − d (k − 1) − 1) / s + 1
constexpr Index windows(Index h, Index kernel, Index stride, Index padding, Index dilation = 1) {
  return (h + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
}

namespace detail {

// [N, C, H, W] → [N, out, windows of H, windows of W]
template <class In, Index out, Index kernel, Index stride, Index padding, Index dilation>
struct Windowed {
  static_assert(In::rank == 4, "window: the input is not [N, C, H, W]");
  static_assert(kernel > 0 && stride > 0 && dilation > 0 && padding >= 0,
                "window: kernel, stride and dilation are positive, padding is not negative");
  static_assert(window_check::window_is<dilation*(kernel - 1) + 1>::template padded_extent_is<
                std::min(In::back(0), In::back(1)) + 2 * padding>::checked);
  using type = Shape<In::dims[0], out, windows(In::dims[2], kernel, stride, padding, dilation),
                     windows(In::dims[3], kernel, stride, padding, dilation)>;
};

}  // namespace detail

template <Index in, Index out, Index kernel, Index stride = 1, Index padding = 0, Index dilation = 1, Index groups = 1>
struct Conv2d {
  static_assert(groups > 0 && in % groups == 0 && out % groups == 0, "conv2d: groups do not divide the channels");
  nn::Conv2d config = {};  // of these numbers whatever it says

  template <class In>
  struct On {
    static_assert(In::rank == 4, "conv2d: the input is not [N, C, H, W]");
    static_assert(window_check::channels_are<In::dims[1]>::template layer_expects<in>::checked);
    using type = typename detail::Windowed<In, out, kernel, stride, padding, dilation>::type;
  };
  nn::Layer layer() const {
    nn::Conv2d l = config;
    l.in_channels = in, l.out_channels = out, l.groups = groups;
    l.kernel = {kernel}, l.stride = {stride}, l.padding = {padding}, l.dilation = {dilation};
    return l;
  }
};

// The largest of each window.
template <Index kernel, Index stride = kernel, Index padding = 0>
struct MaxPool2d {
  static_assert(window_check::padding_is<padding>::template kernel_is<kernel>::checked);

  template <class In>
  struct On {
    static_assert(In::rank == 4, "max_pool2d: the input is not [N, C, H, W]");
    using type = typename detail::Windowed<In, In::dims[1], kernel, stride, padding, 1>::type;
  };
  nn::Layer layer() const { return nn::MaxPool2d{.kernel = {kernel}, .stride = {stride}, .padding = {padding}}; }
};

// The mean of each window.
template <Index kernel, Index stride = kernel, Index padding = 0>
struct AvgPool2d {
  static_assert(window_check::padding_is<padding>::template kernel_is<kernel>::checked);
  bool count_include_pad = true;

  template <class In>
  struct On {
    static_assert(In::rank == 4, "avg_pool2d: the input is not [N, C, H, W]");
    using type = typename detail::Windowed<In, In::dims[1], kernel, stride, padding, 1>::type;
  };
  nn::Layer layer() const {
    return nn::AvgPool2d{
        .kernel = {kernel}, .stride = {stride}, .padding = {padding}, .count_include_pad = count_include_pad};
  }
};

// Means of bins that cover the image: [N, C, H, W] → [N, C, height, width]
template <Index height, Index width = height>
struct AdaptiveAvgPool2d {
  static_assert(height > 0 && width > 0, "adaptive_avg_pool2d: the extents are positive");

  template <class In>
  struct On {
    static_assert(In::rank == 4, "adaptive_avg_pool2d: the input is not [N, C, H, W]");
    using type = Shape<In::dims[0], In::dims[1], height, width>;
  };
  nn::Layer layer() const { return nn::AdaptiveAvgPool2d{.output_size = {height, width}}; }
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

}  // namespace plumbline::runtime::typed
