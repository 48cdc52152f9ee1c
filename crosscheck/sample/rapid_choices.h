// Choices drawn from RapidCheck's generators: a property over cases shrinks as RapidCheck shrinks.
#pragma once

#include <rapidcheck.h>

#include <limits>

#include "spec/lang/choices.h"

namespace plumbline::crosscheck {

// Only inside a property or a generator's body. RapidCheck shrinks towards 0, which is the answer lo.
struct RapidChoices final : spec::Choices {
  std::int64_t pick(std::int64_t lo, std::int64_t hi) override {
    const std::uint64_t range = static_cast<std::uint64_t>(hi) - static_cast<std::uint64_t>(lo);
    if (range == 0) return lo;
    const bool whole = range == std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t step =
        whole ? *rc::gen::arbitrary<std::uint64_t>() : *rc::gen::inRange<std::uint64_t>(0, range + 1);
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(lo) + step);
  }
};

}  // namespace plumbline::crosscheck
