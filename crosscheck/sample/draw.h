// Drawing cases: one op with shapes, attributes and data, or a random graph of several.
#pragma once

#include <optional>

#include "crosscheck/sample/case.h"
#include "crosscheck/sample/choices.h"
#include "crosscheck/sample/patterns.h"
#include "spec/graph/catalogue.h"

namespace plumbline::crosscheck {

// What the cases of a law should be like.
struct Wish {
  spec::Index most_elements = 6000;  // of data and output, while the sampler offers such shapes
  spec::Format format = spec::binary32;  // of the data
  bool special = false;              // NaN, infinities and signed zeros among the data
  bool cotangent = false;
  // > 0: of so many cases of an op one has tens of thousands of elements, where the op allows any extents.
  std::uint64_t large_every = 0;
};

// What a case is a pure function of. The first attempts at a number differ in their data only, later ones in all.
struct DrawKey {
  std::uint64_t seed = 1;
  std::string_view law;
  std::uint64_t number = 0;
  std::uint64_t attempt = 0;
};
inline constexpr std::uint64_t attempts_per_shape = 3, most_attempts = 30;

// The pattern of a case: each op meets every pattern in turn.
Pattern pattern_of(const DrawKey& key);

// A case of one op. nullopt where the op's sampler offers nothing within the wish.
std::optional<Case> draw_case(const spec::OpEntry& entry, const DrawKey& key, const Wish& wish);

// A case of a random graph of at most `most_nodes` ops, with one output.
inline constexpr int most_graph_nodes = 12;
Case draw_graph(const spec::Catalogue& catalogue, const DrawKey& key, const Wish& wish,
                int most_nodes = most_graph_nodes);

// The same with the choices of somebody else: a property test or a fuzzer.
std::optional<Case> draw_case(const spec::OpEntry& entry, spec::Choices& shapes, spec::Choices& data, Pattern pattern,
                              const Wish& wish);
Case draw_graph(const spec::Catalogue& catalogue, spec::Choices& choices, Pattern pattern, const Wish& wish,
                int most_nodes = most_graph_nodes);

}  // namespace plumbline::crosscheck
