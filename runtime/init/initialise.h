// Initial values of parameters in float32, from seeds: pure functions of a key and an index.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/core/view.h"
#include "spec/lang/claims.h"
#include "spec/lang/initialiser.h"

namespace plumbline::runtime {

using spec::Result;

// How keys are made and draws become unit samples: seed and stream mixed apart, 24 bits; or as TorchLean does.
enum class StreamScheme : std::uint8_t { separate, torchlean };

struct ParameterInit {
  std::string name;
  Shape shape;
  spec::Initialiser scheme;
  std::uint64_t stream = 0;
  bool requires_grad = true;
};

// Exactly one initialiser for each parameter.
struct Initialisation {
  std::uint64_t seed = 0;
  StreamScheme streams = StreamScheme::separate;
  std::vector<ParameterInit> parameters;
};

// Every scheme fits its shape, names differ, and no two parameters take a common draw; the error names the parameter.
Result<void> validate(const Initialisation& plan);

// A list from outside against the plan: the error names the first parameter that differs in name, shape or number.
struct ParameterShape {
  std::string name;
  Shape shape;
};
Result<void> check_parameters(const Initialisation& plan, std::span<const ParameterShape> given);

// Fills out[i] with the initial value of parameter i. The plan and all sizes are checked before anything is written.
// uniform = lo + (hi − lo)·u in float32, in that order: the same bits on every device and in every order of evaluation.
Result<void> initialise(const Initialisation& plan, std::span<const std::span<float>> out);

// Of `normal`, the only scheme that is not the same bits everywhere.
spec::Claims initialise_claims();

}  // namespace plumbline::runtime
