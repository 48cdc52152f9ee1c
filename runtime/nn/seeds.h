// Seeds of layers: explicit ones, and streams of them: seed k = key(base, k).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "runtime/init/initialise.h"
#include "spec/lang/random.h"

namespace plumbline::runtime::nn {

// Of one parameter or dropout; unset: it takes the next free stream of the plan.
using Seed = std::optional<std::uint64_t>;

// Seeds one after another, each a pure function of the base seed and its number: streams of neighbouring base seeds
// have nothing in common. Under the scheme `torchlean` they are TorchLean's, where those of b and b + 1 overlap.
class SeedStream {
 public:
  explicit SeedStream(std::uint64_t base = 0, StreamScheme scheme = StreamScheme::separate)
      : base_(base), scheme_(scheme) {}
  std::uint64_t next_seed() {
    const std::uint64_t k = taken_++;
    return scheme_ == StreamScheme::separate ? spec::key(base_, k) : spec::torchlean::next_seed(base_, k);
  }
  std::uint64_t fresh_seed() { return next_seed(); }
  std::uint64_t taken() const { return taken_; }
  StreamScheme scheme() const { return scheme_; }

 private:
  std::uint64_t base_ = 0, taken_ = 0;
  StreamScheme scheme_ = StreamScheme::separate;
};

// The seeds of all that a block draws, in reading order. `base`: its k-th parameter, running state or dropout has
// base + k, drawn or not. `list`: one for each stochastic initialiser and each dropout. Neither: the plan's streams.
struct BlockSeeds {
  Seed base = std::nullopt;
  std::vector<std::uint64_t> list = {};
  bool operator==(const BlockSeeds&) const = default;
  bool unset() const { return !base && list.empty(); }
  // Takes as many seeds as are drawn, unless they are set, or more than any model that can be recorded has.
  static constexpr Index most_draws = Index{1} << 20;
  void take(SeedStream& stream, Index draws) {
    if (unset() && draws <= most_draws)
      for (Index i = 0; i < draws; ++i) list.push_back(stream.next_seed());
  }
};

// Whether a scheme draws at all: zeros, ones, constants and exact values need no seed.
inline bool stochastic(const spec::Initialiser& scheme) { return spec::draws_of(scheme, spec::Shape{1, 1}) > 0; }
inline Index draws_of(const spec::Initialiser& scheme) { return stochastic(scheme) ? 1 : 0; }
// A fresh seed for a scheme that draws, unless it has one.
inline void take_seed(Seed& seed, const spec::Initialiser& scheme, SeedStream& stream) {
  if (!seed && stochastic(scheme)) seed = stream.next_seed();
}

}  // namespace plumbline::runtime::nn
