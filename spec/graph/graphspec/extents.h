// What primitives check before they make shapes: extents in range, products that do not overflow, axes that exist.
#pragma once

#include "spec/graph/graphspec/primitive.h"

namespace plumbline::spec::graphspec {

// At least one, and not beyond what a tensor may hold.
inline Index positive(std::string_view primitive, std::string_view attribute, Index value) {
  if (value < 1 || value > max_elements)
    throw Error(concat("[", primitive, "] ", attribute, " is not in 1 … ", max_elements, ": ", value));
  return value;
}

// a · b, of extents.
inline Index product(std::string_view primitive, Index a, Index b) {
  Index out = 0;
  if (__builtin_mul_overflow(a, b, &out) || out > max_elements)
    throw Error(concat("[", primitive, "] an extent is too large: ", a, " times ", b));
  return out;
}

// The extent of an axis, counted from the front or, where negative, from the end.
inline Index extent(std::string_view primitive, const Shape& x, Index axis) {
  const auto at = normal_axis(axis, x.rank());
  if (!at) throw Error(concat("[", primitive, "] ", at.error().what(), ": x is ", x));
  return x[*at];
}

// `value` by a list of one or `axes` extents.
inline Axes for_each_axis(std::string_view primitive, const Axes& list, std::size_t axes) {
  if (list.size() != 1 && list.size() != axes)
    throw Error(concat("[", primitive, "] expects 1 or ", axes, " numbers for the axes, got ", list.size()));
  return list.size() == 1 ? Axes(axes, list[0]) : list;
}

// An initialiser by its name, with its defaults.
inline Initialiser initialiser(std::string_view primitive, std::string_view name) {
  auto scheme = parse_initialiser(name, {});
  if (!scheme) throw Error(concat("[", primitive, "] init: ", scheme.error().what()));
  return std::move(*scheme);
}

}  // namespace plumbline::spec::graphspec
