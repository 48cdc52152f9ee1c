// Losses l(prediction, target) under PyTorch's names, as they are, averaged or summed, and norms of parameters.
//
//   loss::mse(yhat, y, {.reduction = Reduction::sum});
//   loss::cross_entropy(logits, labels, {.label_smoothing = 0.1});   // labels: class indices, or a distribution
#pragma once

#include <functional>
#include <optional>

#include "runtime/functional/function.h"
#include "spec/ops/loss/bce.h"
#include "spec/ops/loss/bce_with_logits.h"
#include "spec/ops/loss/cosine_embedding.h"
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

namespace plumbline::runtime {

// The words of `reduction` in every loss.
struct Reduction {
  static constexpr const char *none = "none", *mean = "mean", *sum = "sum";
};

}  // namespace plumbline::runtime

namespace plumbline::runtime::loss {

using functional::Function;
using spec::Index;
using spec::Var;

// What is minimised: a function of the model's output and the target.
using Loss = std::function<Var(const Var& yhat, const Var& target)>;

inline constexpr Function<spec::Bce> bce;
inline constexpr Function<spec::BceWithLogits> bce_with_logits;
inline constexpr Function<spec::CosineEmbedding> cosine_embedding;
inline constexpr Function<spec::GaussianNll> gaussian_nll;
inline constexpr Function<spec::Hinge> hinge;
inline constexpr Function<spec::Huber> huber;
inline constexpr Function<spec::KlDiv> kl_div;
inline constexpr Function<spec::L1> l1;
inline constexpr Function<spec::LogCosh> log_cosh;
inline constexpr Function<spec::Mse> mse;
inline constexpr Function<spec::Nll> nll;  // of log-probabilities and class indices
inline constexpr Function<spec::PoissonNll> poisson_nll;
inline constexpr Function<spec::SmoothL1> smooth_l1;

struct CrossEntropyOptions {
  Index axis = -1;                 // of the classes
  std::string reduction = "mean";  // none, mean or sum over the places
  Index ignore_index = -100;       // of class indices
  double label_smoothing = 0;
};

// Of logits: one function for both kinds of target. An index leaf holds class indices, anything else a distribution
// over the classes, one-hot or soft.
struct CrossEntropy {
  Var operator()(const Var& logits, const Var& target, const CrossEntropyOptions& options = {}) const;
  Var operator()(const Var& logits, const Var& target, const Var& class_weights,
                 const CrossEntropyOptions& options = {}) const;
};
inline constexpr CrossEntropy cross_entropy;

// A loss with its options: `with(mse, {.reduction = Reduction::sum})`.
template <class O>
Loss with(const Function<O>& f, const functional::Options<O>& options) {
  return [f, options](const Var& yhat, const Var& target) { return f(yhat, target, options); };
}
inline Loss with(const CrossEntropy& f, const CrossEntropyOptions& options) {
  return [f, options](const Var& yhat, const Var& target) { return f(yhat, target, options); };
}

// The metric alone: nothing flows back into the model.
Loss detached(Loss loss);

}  // namespace plumbline::runtime::loss

namespace plumbline::runtime::norm {

using spec::Var;

struct NormOptions {
  std::string reduction = "sum";  // none, mean or sum of the terms
};

// Σ |x|, Σ x², Σ √(x² + eps): penalties that are added to a loss; `none` leaves their terms.
Var l1(const Var& x, const NormOptions& options = {});
Var squared(const Var& x, const NormOptions& options = {});
Var smooth_l1(const Var& x, double eps = 1e-6, const NormOptions& options = {});
// (Σ |x|^p)^(1/p) of all elements; p is 1, 2 or inf.
Var p_norm(const Var& x, double p = 2);

}  // namespace plumbline::runtime::norm
