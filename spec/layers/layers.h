// Layers as functions over tensor-like values: the same text computes over Tensor<N> and records a graph over Var.
#pragma once

#include <span>
#include <vector>

#include "spec/ops/activation/relu.h"
#include "spec/ops/conv/conv2d.h"
#include "spec/ops/linalg/linear.h"
#include "spec/ops/pool/max_pool2d.h"

namespace plumbline::spec {

// y = x Wᵀ + b; W is [out, in], b is [out].
template <TensorLike T>
T linear(const T& x, const T& w, const T& b) {
  return call(Linear{}, x, w, b);
}

template <TensorLike T>
T relu(const T& x) {
  return call(Relu{}, x);
}

// linear, relu, …, linear: `params` holds W and b of each layer in reading order; no relu behind the last.
template <TensorLike T>
T mlp(T x, std::span<const T> params) {
  if (params.empty() || params.size() % 2 != 0)
    throw Error(concat("[mlp] expects W and b of each layer, got ", params.size(), " parameters"));
  for (std::size_t layer = 0; layer < params.size(); layer += 2) {
    if (layer > 0) x = relu(x);
    x = linear(x, params[layer], params[layer + 1]);
  }
  return x;
}

// conv2d, relu, and max_pool2d where `pool` > 1: x is NCHW, w OIHW, b is [O].
struct ConvBlock {
  Axes stride{1}, padding{0}, dilation{1};
  Index groups = 1, pool = 1;

  template <TensorLike T>
  T operator()(const T& x, const T& w, const T& b) const {
    const T y = relu(call(Conv2d{stride, padding, dilation, groups}, x, w, b));
    MaxPool2d window;
    window.kernel = {pool};
    return pool > 1 ? call(window, y) : y;
  }
};

}  // namespace plumbline::spec
