// Activations by name.
#include "runtime/nn/activations.h"

namespace plumbline::runtime::nn {

Var activation(std::string_view name, const Var& x) {
  if (name == "relu") return call(spec::Relu{}, {x});
  if (name == "gelu") return call(spec::Gelu{"none"}, {x});
  if (name == "gelu_tanh") return call(spec::Gelu{"tanh"}, {x});
  if (name == "silu") return call(spec::Silu{}, {x});
  if (name == "tanh") return call(spec::Tanh{}, {x});
  if (name == "sigmoid") return call(spec::Sigmoid{}, {x});
  if (name == "none") return x;
  throw spec::Error(spec::concat("[activation] found ", name,
                                 ", expected relu, gelu, gelu_tanh, silu, tanh, sigmoid or none"));
}

}  // namespace plumbline::runtime::nn
