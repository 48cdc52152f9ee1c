// Floats drawn by bit pattern: the class first, then the exponent, then the significand.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <random>

namespace plumbline::test {

// Splittable enough for tests: every draw depends on the seed alone.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t bits() { return engine_(); }
  std::int64_t pick(std::int64_t lo, std::int64_t hi) {  // lo ≤ result ≤ hi
    return lo + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(hi - lo + 1));
  }
  bool chance(int one_in) { return pick(1, one_in) == 1; }

 private:
  std::mt19937_64 engine_;
};

// Short significands, all ones, or anything.
inline std::uint32_t draw_fraction(Draw& draw, int bits) {
  const auto all = (std::uint32_t{1} << bits) - 1;
  const auto any = static_cast<std::uint32_t>(draw.bits()) & all;
  switch (draw.pick(0, 5)) {
    case 0:
      return any & ~(all >> 4);
    case 1:
      return all - (any & 3);
    case 2:
      return any & 3;
    default:
      return any;
  }
}

inline float draw_float(Draw& draw) {
  const auto sign = static_cast<std::uint32_t>(draw.bits() & 1) << 31;
  const auto near_one = static_cast<std::uint32_t>(draw.pick(127 - 26, 127 + 26));
  std::uint32_t body = 0;
  switch (draw.pick(0, 15)) {
    case 0:
      break;  // zero
    case 1:
      body = draw_fraction(draw, 23);
      break;  // subnormal
    case 2:
      body = static_cast<std::uint32_t>(draw.pick(1, 24)) << 23 | draw_fraction(draw, 23);
      break;  // tiny
    case 3:
      body = static_cast<std::uint32_t>(draw.pick(230, 254)) << 23 | draw_fraction(draw, 23);
      break;  // huge
    case 4:
      body = static_cast<std::uint32_t>(draw.pick(1, 254) << 23) + static_cast<std::uint32_t>(draw.pick(-2, 2));
      break;
    case 5:
      body = draw.chance(4) ? 0x7fc00000u : draw.chance(2) ? 0x7f800000u : 0x7f7fffffu;
      break;  // NaN, inf, max
    case 6:
      body = static_cast<std::uint32_t>(draw.pick(60, 66)) << 23 | draw_fraction(draw, 23);
      break;  // squares tiny
    case 7:
      body = static_cast<std::uint32_t>(draw.pick(1, 254)) << 23 | draw_fraction(draw, 23);
      break;
    default:
      body = near_one << 23 | draw_fraction(draw, 23);
  }
  return std::bit_cast<float>(sign | body);
}

// A number near x: itself, its negative, or a neighbour of either.
inline float draw_near(Draw& draw, float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x) + static_cast<std::uint32_t>(draw.pick(-3, 3));
  return std::bit_cast<float>(bits ^ static_cast<std::uint32_t>(draw.bits() & 1) << 31);
}

}  // namespace plumbline::test
