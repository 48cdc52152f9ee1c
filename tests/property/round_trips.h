// What the properties share: the catalogue, and data of any bit pattern.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cstdint>

#include "crosscheck/sample/draw.h"
#include "crosscheck/sample/rapid_choices.h"

namespace plumbline::crosscheck {

inline const spec::Catalogue& catalogue() {
  static const spec::Catalogue c = spec::Catalogue::builtin();
  return c;
}

// Any binary32 or binary64 number, NaNs and infinities included.
inline double any_double(spec::Choices& choices) {
  const auto word = static_cast<std::uint64_t>(choices.pick(0, std::numeric_limits<std::int64_t>::max()));
  return std::bit_cast<double>(choices.coin() ? word | std::uint64_t{1} << 63 : word);
}
inline double any_float(spec::Choices& choices) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(choices.pick(0, 0xffffffff)));
}

// A shape of at most `most` elements, empty axes included.
inline spec::Shape any_shape(spec::Choices& choices, spec::Index most = 60) {
  spec::Shape shape;
  for (spec::Index rank = choices.pick(0, 4); rank > 0; --rank) {
    shape.push_back(choices.pick(0, std::min<spec::Index>(most, 6)));
    most /= std::max<spec::Index>(1, shape[shape.rank() - 1]);
  }
  return shape;
}

inline Pattern any_pattern(spec::Choices& choices) {
  return static_cast<Pattern>(choices.pick(0, static_cast<std::int64_t>(pattern_count) - 1));
}

// A case of any op of the catalogue; nullopt where the op offers nothing small.
inline std::optional<Case> any_case(spec::Choices& choices, bool cotangent) {
  Wish wish;
  wish.most_elements = 100, wish.special = choices.coin(), wish.cotangent = cotangent;
  const auto entries = catalogue().entries();
  return draw_case(*choices.one_of(entries), choices, choices, any_pattern(choices), wish);
}

}  // namespace plumbline::crosscheck
