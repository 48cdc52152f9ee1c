// Losses as functions over tensor-like values.
#pragma once

#include <string>

#include "spec/ops/loss/cross_entropy.h"
#include "spec/ops/loss/cross_entropy_index.h"
#include "spec/ops/loss/mse.h"

namespace plumbline::spec {

// reduction: none, mean or sum.
template <TensorLike T>
T mse(const T& x, const T& target, const std::string& reduction = "mean") {
  return call(Mse{reduction}, x, target);
}

// Logits and one-hot or soft targets of the same shape; the classes lie along the last axis.
template <TensorLike T>
T cross_entropy(const T& logits, const T& target, const std::string& reduction = "mean") {
  return call(CrossEntropy{-1, reduction}, logits, target);
}

// Logits [n, classes] and an index leaf [n] of labels.
template <TensorLike T>
T cross_entropy_index(const T& logits, const T& labels, const std::string& reduction = "mean") {
  return call(CrossEntropyIndex{-1, reduction}, logits, labels);
}

}  // namespace plumbline::spec
