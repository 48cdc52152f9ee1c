// Data patterns: ways to fill a tensor with numbers of a format that correct kernels survive and wrong ones do not.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "crosscheck/sample/case.h"
#include "crosscheck/sample/choices.h"
#include "spec/lang/format.h"
#include "spec/lang/sample.h"

namespace plumbline::crosscheck {

enum class Pattern : std::uint8_t {
  grid,           // small integers or short dyadic fractions: sums and products of them are exact
  normal,         // mean 0, deviation 1, full significands
  uniform,        // over the domain, or [−1, 1)
  tiny,           // subnormal and just above, among small integers
  cancellation,   // x, −x in neighbours along one axis, and small terms that remain
  near_ties,      // a few ulps around one value
  tiny_variance,  // small deviations around a large mean
  hard,           // around the op's hard points
  lognormal,      // positive, heavy-tailed
  bits,           // any finite bit pattern, by class
  sorted,         // ascending or descending
  huge,           // close to overflow
  wide,           // exponents spread over most of the range whose products stay finite
  constant,       // all equal, 1/3 among them
  count
};
inline constexpr std::size_t pattern_count = static_cast<std::size_t>(Pattern::count);
inline constexpr std::array<std::string_view, pattern_count> pattern_names{
    "grid", "normal",    "uniform", "tiny",   "cancellation", "near_ties", "tiny_variance",
    "hard", "lognormal", "bits",    "sorted", "huge",         "wide",      "constant"};

// Classes of bit patterns, the simplest first.
enum class FloatClass : std::uint8_t {
  zero,
  one_bit,
  short_mantissa,
  normal,
  beside_power,
  subnormal,
  huge,
  infinite,
  nan,
  count
};
double draw_float(RandomChoices& random, FloatClass c, const spec::Format& format = spec::binary32);

// A tensor whose values lie in the domain and in the format. An index input needs extent > 0 unless the shape is empty.
// One choice seeds the bulk, so that shrinkers meet few draws.
Values fill(spec::Choices& choices, Pattern pattern, const spec::Shape& shape, const spec::Domain& domain,
            const spec::Format& format = spec::binary32);

// Puts NaN, ±∞ and ±0 in a few places, and sometimes ±0 at element `zero`, modulo the size, where those of several
// inputs meet.
Values sprinkle_specials(spec::Choices& choices, const Values& x, spec::Index zero);

}  // namespace plumbline::crosscheck
