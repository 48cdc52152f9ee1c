// Losses as functions over tensor-like values.
#pragma once

#include <string>

#include "spec/ops/loss/bce.h"
#include "spec/ops/loss/bce_with_logits.h"
#include "spec/ops/loss/cosine_embedding.h"
#include "spec/ops/loss/cross_entropy.h"
#include "spec/ops/loss/cross_entropy_index.h"
#include "spec/ops/loss/gaussian_nll.h"
#include "spec/ops/loss/hinge.h"
#include "spec/ops/loss/huber.h"
#include "spec/ops/loss/kl_div.h"
#include "spec/ops/loss/l1.h"
#include "spec/ops/loss/log_cosh.h"
#include "spec/ops/loss/mse.h"
#include "spec/ops/loss/nll.h"
#include "spec/ops/loss/poisson_nll.h"
#include "spec/ops/loss/smooth_l1.h"

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

// |x − t|
template <TensorLike T>
T l1(const T& x, const T& target, const std::string& reduction = "mean") {
  return call(L1{reduction}, x, target);
}

// Quadratic where |x − t| < delta, linear beyond.
template <TensorLike T>
T huber(const T& x, const T& target, double delta = 1, const std::string& reduction = "mean") {
  return call(Huber{reduction, delta}, x, target);
}

// huber over beta.
template <TensorLike T>
T smooth_l1(const T& x, const T& target, double beta = 1, const std::string& reduction = "mean") {
  return call(SmoothL1{reduction, beta}, x, target);
}

// ln cosh(x − t)
template <TensorLike T>
T log_cosh(const T& x, const T& target, const std::string& reduction = "mean") {
  return call(LogCosh{reduction}, x, target);
}

// max(0, 1 − t x), targets of ±1.
template <TensorLike T>
T hinge(const T& x, const T& target, const std::string& reduction = "mean") {
  return call(Hinge{reduction}, x, target);
}

// Of probabilities x; logarithms are at least −100.
template <TensorLike T>
T bce(const T& x, const T& target, const std::string& reduction = "mean") {
  return call(Bce{reduction}, x, target);
}

// Of logits x.
template <TensorLike T>
T bce_with_logits(const T& x, const T& target, const std::string& reduction = "mean") {
  return call(BceWithLogits{reduction}, x, target);
}

// Of log-probabilities x; reduction may be batchmean.
template <TensorLike T>
T kl_div(const T& x, const T& target, bool log_target = false, const std::string& reduction = "mean") {
  return call(KlDiv{reduction, log_target}, x, target);
}

// Of the (logarithm of the) rate x.
template <TensorLike T>
T poisson_nll(const T& x, const T& target, bool log_input = true, bool full = false, double eps = 1e-8,
              const std::string& reduction = "mean") {
  return call(PoissonNll{log_input, full, eps, reduction}, x, target);
}

// Of means x with variances var.
template <TensorLike T>
T gaussian_nll(const T& x, const T& target, const T& var, bool full = false, double eps = 1e-6,
               const std::string& reduction = "mean") {
  return call(GaussianNll{full, eps, reduction}, x, target, var);
}

// Of pairs of vectors along the last axis, targets of ±1.
template <TensorLike T>
T cosine_embedding(const T& x, const T& z, const T& target, double margin = 0, const std::string& reduction = "mean") {
  return call(CosineEmbedding{margin, reduction}, x, z, target);
}

// Log-probabilities [n, classes] and an index leaf [n] of labels.
template <TensorLike T>
T nll(const T& x, const T& labels, const std::string& reduction = "mean") {
  return call(Nll{-1, reduction}, x, labels);
}

}  // namespace plumbline::spec
