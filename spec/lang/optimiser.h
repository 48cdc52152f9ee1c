// Optimisers: their attributes, as PyTorch names them, and the constraints on them.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spec/lang/attributes.h"
#include "spec/lang/shape.h"

namespace plumbline::spec {

struct Sgd {
  double lr = 1e-3, momentum = 0, dampening = 0, weight_decay = 0;
  bool nesterov = false;
  static constexpr std::string_view name = "sgd", summary = "b = momentum b + (1 - dampening) g; p = p - lr b";
  bool operator==(const Sgd&) const = default;
};
struct Adam {
  double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0;
  static constexpr std::string_view name = "adam",
                                    summary = "p = p - lr m/(1 - beta1^t) / (sqrt(v/(1 - beta2^t)) + eps)";
  bool operator==(const Adam&) const = default;
};
struct Adamw {
  double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 1e-2;
  static constexpr std::string_view name = "adamw", summary = "p = p - lr weight_decay p, then the step of adam on g";
  bool operator==(const Adamw&) const = default;
};
struct Momentum {
  double lr = 1e-3, momentum = 0.9, dampening = 0, weight_decay = 0;
  static constexpr std::string_view name = "momentum", summary = "sgd with a momentum of 0.9";
  bool operator==(const Momentum&) const = default;
};
struct Nesterov {
  double lr = 1e-3, momentum = 0.9, weight_decay = 0;
  static constexpr std::string_view name = "nesterov", summary = "sgd along g + momentum b, b = momentum b + g";
  bool operator==(const Nesterov&) const = default;
};
struct Amsgrad {
  double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0;
  static constexpr std::string_view name = "amsgrad", summary = "adam with the largest v so far for v";
  bool operator==(const Amsgrad&) const = default;
};
struct Rmsprop {
  double lr = 1e-2, alpha = 0.99, eps = 1e-8, weight_decay = 0, momentum = 0;
  bool centered = false;  // divides by the root of v − m², m the average of g
  static constexpr std::string_view name = "rmsprop",
                                    summary = "v = alpha v + (1 - alpha) g^2; p = p - lr g / (sqrt(v) + eps)";
  bool operator==(const Rmsprop&) const = default;
};
struct Adagrad {
  double lr = 1e-2, lr_decay = 0, weight_decay = 0, initial_accumulator_value = 0, eps = 1e-10;
  static constexpr std::string_view
      name = "adagrad", summary = "v = v + g^2; p = p - lr / (1 + (t - 1) lr_decay) g / (sqrt(v) + eps)";
  bool operator==(const Adagrad&) const = default;
};
struct Adadelta {
  double lr = 1, rho = 0.9, eps = 1e-6, weight_decay = 0;
  static constexpr std::string_view
      name = "adadelta", summary = "d = sqrt(m + eps) / sqrt(v + eps) g; m = rho m + (1 - rho) d^2; p = p - lr d";
  bool operator==(const Adadelta&) const = default;
};
struct Adamax {
  double lr = 2e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0;
  static constexpr std::string_view name = "adamax",
                                    summary = "v = max(beta2 v, |g| + eps); p = p - lr m/(1 - beta1^t) / v";
  bool operator==(const Adamax&) const = default;
};
struct Nadam {
  double lr = 2e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weight_decay = 0, momentum_decay = 4e-3;
  static constexpr std::string_view
      name = "nadam", summary = "adam along Nesterov's momentum, beta1 (1 - 0.96^(t momentum_decay) / 2) at step t";
  bool operator==(const Nadam&) const = default;
};
struct Lion {
  double lr = 1e-4, beta1 = 0.9, beta2 = 0.99, weight_decay = 0;
  static constexpr std::string_view
      name = "lion", summary = "p = (1 - lr weight_decay) p - lr sign(beta1 m + (1 - beta1) g); m = beta2 m + ...";
  bool operator==(const Lion&) const = default;
};
// For matrices. An orthogonal matrix near the update by Newton and Schulz: X = a X + (b A + c A²) X with A = X Xᵀ,
// computed in the precision of the parameter (PyTorch: bfloat16), its scale √max(1, rows/columns).
struct Muon {
  double lr = 1e-3, weight_decay = 0.1, momentum = 0.95;
  bool nesterov = true;
  double a = 3.4445, b = -4.775, c = 2.0315, eps = 1e-7;
  Index ns_steps = 5;
  static constexpr std::string_view
      name = "muon", summary = "b = momentum b + (1 - momentum) g; p = (1 - lr weight_decay) p - lr' ortho(b)";
  bool operator==(const Muon&) const = default;
};
BOOST_DESCRIBE_STRUCT(Sgd, (), (lr, momentum, dampening, weight_decay, nesterov))
BOOST_DESCRIBE_STRUCT(Momentum, (), (lr, momentum, dampening, weight_decay))
BOOST_DESCRIBE_STRUCT(Nesterov, (), (lr, momentum, weight_decay))
BOOST_DESCRIBE_STRUCT(Adam, (), (lr, beta1, beta2, eps, weight_decay))
BOOST_DESCRIBE_STRUCT(Adamw, (), (lr, beta1, beta2, eps, weight_decay))
BOOST_DESCRIBE_STRUCT(Amsgrad, (), (lr, beta1, beta2, eps, weight_decay))
BOOST_DESCRIBE_STRUCT(Rmsprop, (), (lr, alpha, eps, weight_decay, momentum, centered))
BOOST_DESCRIBE_STRUCT(Adagrad, (), (lr, lr_decay, weight_decay, initial_accumulator_value, eps))
BOOST_DESCRIBE_STRUCT(Adadelta, (), (lr, rho, eps, weight_decay))
BOOST_DESCRIBE_STRUCT(Adamax, (), (lr, beta1, beta2, eps, weight_decay))
BOOST_DESCRIBE_STRUCT(Nadam, (), (lr, beta1, beta2, eps, weight_decay, momentum_decay))
BOOST_DESCRIBE_STRUCT(Lion, (), (lr, beta1, beta2, weight_decay))
BOOST_DESCRIBE_STRUCT(Muon, (), (lr, weight_decay, momentum, nesterov, a, b, c, eps, ns_steps))

// Two names of settings of sgd.
inline Sgd as_sgd(const Sgd& o) { return o; }
inline Sgd as_sgd(const Momentum& o) { return {o.lr, o.momentum, o.dampening, o.weight_decay, false}; }
inline Sgd as_sgd(const Nesterov& o) { return {o.lr, o.momentum, 0, o.weight_decay, true}; }

using Optimiser = std::variant<Sgd, Momentum, Nesterov, Adam, Adamw, Amsgrad, Rmsprop, Adagrad, Adadelta, Adamax, Nadam,
                               Lion, Muon>;

// `adam lr=0.01 beta1=0.9 …`
std::string print(const Optimiser& optimiser);
std::string_view name_of(const Optimiser& optimiser);
// Unset attributes take their defaults; `unknown optimiser adm; did you mean adam?`
Result<Optimiser> parse_optimiser(std::string_view name, const Attributes& attributes);
std::vector<Optimiser> all_optimisers();

// The names of the tensors that are carried from step to step beside the parameter: of buf, m, v and top.
std::vector<std::string_view> state_names(const Optimiser& optimiser);
// Whether a step is of a whole matrix, not of each element by itself.
bool steps_matrices(const Optimiser& optimiser);

// Rates finite and not negative; betas in [0, 1); eps finite and positive; Nesterov with momentum and without
// dampening; at most 100 steps of Newton and Schulz.
Result<void> validate(const Optimiser& optimiser);  // [optim C1..C5]
// A matrix where the optimiser needs one.
Result<void> validate(const Optimiser& optimiser, const Shape& parameter);  // [optim C6]

// What is done to all gradients before a step. g = g min(1, max_norm/(‖g‖ + 10⁻⁶)), the norm of all of them together.
struct ClipGradNorm {
  double max_norm = 1, norm_type = 2;  // 1, 2 or inf
  static constexpr std::string_view name = "clip_grad_norm",
                                    summary = "g = g min(1, max_norm / (norm of all gradients + 1e-6))";
  bool operator==(const ClipGradNorm&) const = default;
};
struct ClipGradValue {
  double clip_value = 1;
  static constexpr std::string_view name = "clip_grad_value", summary = "g brought into [-clip_value, clip_value]";
  bool operator==(const ClipGradValue&) const = default;
};
BOOST_DESCRIBE_STRUCT(ClipGradNorm, (), (max_norm, norm_type))
BOOST_DESCRIBE_STRUCT(ClipGradValue, (), (clip_value))
using GradientClip = std::variant<ClipGradNorm, ClipGradValue>;
std::string print(const GradientClip& clip);
std::string_view name_of(const GradientClip& clip);
std::vector<GradientClip> all_clips();
Result<void> validate(const GradientClip& clip);  // [optim C7]

}  // namespace plumbline::spec
