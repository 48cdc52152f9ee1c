// Random GraphSpecs: chains, and graphs with shared names, branches and shared parameters, of every kind of primitive.
#pragma once

#include "spec/graph/graphspec/graphspec.h"
#include "spec/lang/choices.h"

namespace plumbline::crosscheck {

enum class SpecKind : std::uint8_t { chain, dag };

// Small enough for exact arithmetic: some tens of elements a binding, at most `most_bindings` of them. A chain has one
// input and one output and reads each result once, in order.
inline constexpr int most_spec_bindings = 8;
spec::GraphSpec draw_graphspec(SpecKind kind, spec::Choices& choices, int most_bindings = most_spec_bindings);

}  // namespace plumbline::crosscheck
