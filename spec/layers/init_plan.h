// A plan of initial values: exactly one initialiser for each parameter, checked as a whole before anything changes.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "spec/layers/initialise.h"

namespace plumbline::spec {

struct PlannedParameter {
  std::string name;
  Shape shape;
  Initialiser scheme;
  std::uint64_t stream = 0;
  bool operator==(const PlannedParameter&) const = default;
};

struct InitPlan {
  std::uint64_t seed = 0;
  StreamScheme streams = StreamScheme::separate;
  std::vector<PlannedParameter> parameters;

  // One fresh stream for each stochastic scheme, in reading order; the others take none.
  void add(std::string name, Shape shape, Initialiser scheme);
  DrawStream stream_of(const PlannedParameter& p) const { return DrawStream::of(seed, p.stream, streams); }
  bool operator==(const InitPlan&) const = default;
};

// Every scheme fits its shape, names differ [init C6], and no two parameters take a common draw [init C7].
Result<void> validate(const InitPlan& plan);

struct NamedShape {
  std::string name;
  Shape shape;
  bool operator==(const NamedShape&) const = default;
};
// A list from outside (a checkpoint, JSON, the command line) against what a model has: the error names the first
// parameter that differs in name, shape or number [init C8].
Result<void> check_parameters(std::span<const NamedShape> model, std::span<const NamedShape> given);

// All parameters' initial values; an error leaves nothing behind.
template <Number N>
Result<Tensors<N>> initialise(const InitPlan& plan, const N& like) {
  if (auto ok = validate(plan); !ok) return tl::unexpected(ok.error());
  Tensors<N> out;
  for (const PlannedParameter& p : plan.parameters)
    out.push_back(initialise(p.scheme, p.shape, plan.stream_of(p), like));
  return out;
}

}  // namespace plumbline::spec
