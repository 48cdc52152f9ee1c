// Three-valued truth, once for the exact values and once for the values that an implementation computed.
#pragma once

#include <cstdint>

namespace plumbline::spec {

enum class Tri : std::uint8_t { no, yes, unknown };

constexpr Tri tri(bool b) { return b ? Tri::yes : Tri::no; }
constexpr Tri operator!(Tri a) { return a == Tri::unknown ? a : tri(a == Tri::no); }
constexpr Tri operator&(Tri a, Tri b) {
  if (a == Tri::no || b == Tri::no) return Tri::no;
  return a == Tri::yes && b == Tri::yes ? Tri::yes : Tri::unknown;
}
constexpr Tri operator|(Tri a, Tri b) { return !((!a) & (!b)); }

// The answer of a comparison. `computed` differs from `exact` only for numbers that carry rounding errors:
// there the implementation may have gone the other way.
struct Truth {
  Tri exact = Tri::unknown;
  Tri computed = Tri::unknown;

  constexpr Truth() = default;
  constexpr Truth(Tri both) : exact(both), computed(both) {}
  constexpr Truth(Tri e, Tri c) : exact(e), computed(c) {}
  constexpr bool operator==(const Truth&) const = default;
};

constexpr Truth operator!(Truth a) { return {!a.exact, !a.computed}; }
constexpr Truth operator&(Truth a, Truth b) { return {a.exact & b.exact, a.computed & b.computed}; }
constexpr Truth operator|(Truth a, Truth b) { return {a.exact | b.exact, a.computed | b.computed}; }

}  // namespace plumbline::spec
