// A GraphSpec as one layer of a model: chains and DAGs alike can be trained, predicted with and saved.
#pragma once

#include <string>

#include "runtime/nn/scope.h"
#include "spec/graph/graphspec/graphspec.h"

namespace plumbline::runtime::nn {

// y = spec(x). The parameters have the spec's names and seeds; those that are not trained become running state, whose
// initial value must be the same number everywhere. x may have another batch than the spec was written for.
struct GraphSpecLayer {
  spec::GraphSpec spec;

  static constexpr std::string_view name = "graphspec";
  std::string describe() const;
  // Throws spec::Error: the spec has not one input and one output; x does not fit.
  Var operator()(const Scope& scope, const Var& x) const;
};

}  // namespace plumbline::runtime::nn
