// The params of a GraphSpec that somebody trained, from a safetensors file, held against the spec before use.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crosscheck/sample/case.h"
#include "spec/graph/graphspec/graphspec.h"

namespace plumbline::crosscheck {

// One value for each of the spec's params; none for running state that the file does not hold.
struct SpecParams {
  std::vector<std::optional<Values>> values;
  std::string prefix;  // of the file's names: `0.` where the spec was layer 0 of a Sequential
};

// Names are the spec's, all behind one prefix that ends in a dot, or behind none. Tensors are F32, of the spec's shapes
// and finite; every param that learns has one, and nothing else is in the file. One error tells all differences.
spec::Result<SpecParams> read_spec_params(const std::string& file, std::span<const spec::PlacedParameter> expected);

}  // namespace plumbline::crosscheck
