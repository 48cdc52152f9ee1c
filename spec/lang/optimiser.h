// Optimisers: their attributes, as PyTorch names them, and the constraints on them.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spec/lang/attributes.h"

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
BOOST_DESCRIBE_STRUCT(Sgd, (), (lr, momentum, dampening, weight_decay, nesterov))
BOOST_DESCRIBE_STRUCT(Adam, (), (lr, beta1, beta2, eps, weight_decay))
BOOST_DESCRIBE_STRUCT(Adamw, (), (lr, beta1, beta2, eps, weight_decay))

using Optimiser = std::variant<Sgd, Adam, Adamw>;

// `adam lr=0.01 beta1=0.9 …`
std::string print(const Optimiser& optimiser);
std::string_view name_of(const Optimiser& optimiser);
// Unset attributes take their defaults; `unknown optimiser adm; did you mean adam?`
Result<Optimiser> parse_optimiser(std::string_view name, const Attributes& attributes);
std::vector<Optimiser> all_optimisers();

// The names of the tensors that are carried from step to step beside the parameter: buf; m, v; or none.
std::vector<std::string_view> state_names(const Optimiser& optimiser);

// lr, weight decay, momentum finite and not negative; betas in [0, 1); eps finite and positive; Nesterov with
// momentum and without dampening.
Result<void> validate(const Optimiser& optimiser);  // [optim C1..C4]

}  // namespace plumbline::spec
