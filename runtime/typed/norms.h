// Normalisations whose widths, channels and groups are part of their type. They keep the shape.
#pragma once

#include "runtime/typed/layers.h"

namespace plumbline::runtime::typed {

namespace norm_check {
template <Index is>
struct last_dimension_is {
  template <Index expected>
  struct layer_expects {
    static_assert(is == expected, "norm: last dimension is not what the layer expects");
    static constexpr bool checked = true;
  };
};
template <Index are>
struct channels_are {
  template <Index expected>
  struct layer_expects {
    static_assert(are == expected, "norm: channels are not what the layer expects");
    static constexpr bool checked = true;
  };
};
template <Index are>
struct groups_are {
  template <Index channels>
  struct channels_are {
    static_assert(are > 0 && channels % are == 0, "group_norm: groups do not divide the channels");
    static constexpr bool checked = true;
  };
};

// What a norm over the last axis, or by the channels of [N, C, …], takes; it keeps the shape.
template <class In, Index width>
struct OverLast {
  static_assert(In::rank > 0, "norm: the input has no axis");
  static_assert(last_dimension_is<In::back(0)>::template layer_expects<width>::checked);
  using type = In;
};
template <class In, Index channels>
struct ByChannel {
  static_assert(In::rank >= 2, "norm: the input is not [N, C, ...]");
  static_assert(norm_check::channels_are<In::dims[1]>::template layer_expects<channels>::checked);
  using type = In;
};
}  // namespace norm_check

// Over the last axis: with mean and variance, or by the root of the mean square.
template <Index width>
struct LayerNorm {
  nn::LayerNorm config = {};  // of extent `width` whatever it says

  template <class In>
  using On = norm_check::OverLast<In, width>;
  nn::Layer layer() const {
    nn::LayerNorm l = config;
    l.normalized_shape = {width};
    return l;
  }
};

template <Index width>
struct RmsNorm {
  nn::RmsNorm config = {};

  template <class In>
  using On = norm_check::OverLast<In, width>;
  nn::Layer layer() const {
    nn::RmsNorm l = config;
    l.normalized_shape = {width};
    return l;
  }
};

// By channel of [N, C, …]: of the batch, of each image, of groups of channels of each image.
template <Index channels>
struct BatchNorm {
  nn::BatchNorm config = {};

  template <class In>
  using On = norm_check::ByChannel<In, channels>;
  nn::Layer layer() const {
    nn::BatchNorm l = config;
    l.num_features = channels;
    return l;
  }
};

template <Index channels>
struct InstanceNorm {
  nn::InstanceNorm config = {};

  template <class In>
  using On = norm_check::ByChannel<In, channels>;
  nn::Layer layer() const {
    nn::InstanceNorm l = config;
    l.num_features = channels;
    return l;
  }
};

template <Index groups, Index channels>
struct GroupNorm {
  static_assert(norm_check::groups_are<groups>::template channels_are<channels>::checked);
  nn::GroupNorm config = {};

  template <class In>
  using On = norm_check::ByChannel<In, channels>;
  nn::Layer layer() const {
    nn::GroupNorm l = config;
    l.num_groups = groups, l.num_channels = channels;
    return l;
  }
};

}  // namespace plumbline::runtime::typed
