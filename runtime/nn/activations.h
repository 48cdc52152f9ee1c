// Layers without weights that are one op each: an op of one input is a layer.
#pragma once

#include <string_view>

#include "runtime/nn/layer.h"
#include "spec/ops/activation/elu.h"
#include "spec/ops/activation/gelu.h"
#include "spec/ops/activation/hardsigmoid.h"
#include "spec/ops/activation/hardswish.h"
#include "spec/ops/activation/hardtanh.h"
#include "spec/ops/activation/leaky_relu.h"
#include "spec/ops/activation/log_sigmoid.h"
#include "spec/ops/activation/mish.h"
#include "spec/ops/activation/relu.h"
#include "spec/ops/activation/selu.h"
#include "spec/ops/activation/sigmoid.h"
#include "spec/ops/activation/silu.h"
#include "spec/ops/activation/softplus.h"
#include "spec/ops/activation/softsign.h"
#include "spec/ops/function/tanh.h"
#include "spec/ops/norm/log_softmax.h"
#include "spec/ops/norm/softmax.h"
#include "spec/ops/reduce/sum.h"
#include "spec/ops/shape/flatten.h"

namespace plumbline::runtime::nn {

using spec::Elu;
using spec::Flatten;  // axes from `start` to `end` made one, both included; {}: a vector
using spec::Gelu;     // .approximate = "none" or "tanh"
using spec::Hardsigmoid;
using spec::Hardswish;
using spec::Hardtanh;
using spec::LeakyRelu;
using spec::LogSigmoid;
using spec::LogSoftmax;
using spec::Mish;
using spec::Relu;
using spec::Selu;
using spec::Sigmoid;
using spec::Silu;
using spec::Softmax;
using spec::Softplus;
using spec::Softsign;
using spec::Sum;
using spec::Tanh;

// y = x
struct Identity {
  static constexpr std::string_view name = "identity";
  Var operator()(const Scope&, const Var& x) const { return x; }
};
BOOST_DESCRIBE_STRUCT(Identity, (), ())

// In training x / (1 − p) where a mask keeps it, else 0; the identity otherwise.
struct Dropout {
  double p = 0.5;
  Seed seed = std::nullopt;

  static constexpr std::string_view name = "dropout";
  Var operator()(const Scope& scope, const Var& x) const { return scope.dropout(x, p, seed); }
  void take_seeds(SeedStream& stream) {
    if (!seed && p > 0) seed = stream.next_seed();
  }
};
BOOST_DESCRIBE_STRUCT(Dropout, (), (p, seed))

// relu, gelu, gelu_tanh, silu, tanh, sigmoid, or none.
Var activation(std::string_view name, const Var& x);

}  // namespace plumbline::runtime::nn
