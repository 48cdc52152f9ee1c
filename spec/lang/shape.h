// Shapes, axes, strides and broadcasting, as NumPy has them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "spec/lang/result.h"

namespace plumbline::spec {

using Index = std::int64_t;
using Axes = std::vector<Index>;  // of an attribute: a set of axes, or one number for each spatial axis

// No tensor may have more elements than this; sizes are checked before anything is allocated.
inline constexpr Index max_elements = Index{1} << 40;

class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<Index> dims) : dims_(dims) {}
  explicit Shape(std::vector<Index> dims) : dims_(std::move(dims)) {}

  Index rank() const { return static_cast<Index>(dims_.size()); }
  Index operator[](Index axis) const { return dims_[static_cast<std::size_t>(axis)]; }
  Index& operator[](Index axis) { return dims_[static_cast<std::size_t>(axis)]; }
  // The extent of an axis counted from the end: back(0) is the last.
  Index back(Index from_end) const { return dims_[dims_.size() - 1 - static_cast<std::size_t>(from_end)]; }
  const std::vector<Index>& dims() const { return dims_; }
  void push_back(Index extent) { dims_.push_back(extent); }

  // The number of elements; 1 for a scalar. The shape must be valid.
  Index size() const {
    Index n = 1;
    for (Index d : dims_) n *= d;
    return n;
  }
  // Extents are not negative, and their product without the zeros does not exceed max_elements: no stride overflows.
  bool valid() const {
    Index n = 1;
    for (Index d : dims_) {
      const Index extent = d == 0 ? 1 : d;
      if (extent < 0 || extent > max_elements / n) return false;
      n *= extent;
    }
    return true;
  }
  std::vector<Index> strides() const {  // row-major, in elements
    std::vector<Index> s(dims_.size());
    Index step = 1;
    for (std::size_t i = dims_.size(); i-- > 0;) s[i] = step, step *= dims_[i];
    return s;
  }
  bool operator==(const Shape&) const = default;

 private:
  std::vector<Index> dims_;
};

using Shapes = std::vector<Shape>;

// `[2, 3]`
inline std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  out << '[';
  for (Index i = 0; i < shape.rank(); ++i) out << (i ? ", " : "") << shape[i];
  return out << ']';
}

// The axis counted from the front; an error outside [-rank, rank).
inline Result<Index> normal_axis(Index axis, Index rank) {
  if (axis < -rank || axis >= rank) return fail("axis ", axis, " is out of range for rank ", rank);
  return axis < 0 ? axis + rank : axis;
}

// The set of axes, sorted, counted from the front; the empty set means all.
inline Result<Axes> normal_axes(const Axes& axes, Index rank) {
  Axes out;
  for (Index a : axes) {
    auto n = normal_axis(a, rank);
    if (!n) return tl::unexpected(n.error());
    if (std::find(out.begin(), out.end(), *n) != out.end()) return fail("axis ", a, " is repeated");
    out.push_back(*n);
  }
  if (axes.empty())
    for (Index a = 0; a < rank; ++a) out.push_back(a);
  std::sort(out.begin(), out.end());
  return out;
}

// NumPy's broadcast of two shapes, right-aligned.
inline Result<Shape> broadcast(const Shape& a, const Shape& b) {
  const Index rank = std::max(a.rank(), b.rank());
  std::vector<Index> out(static_cast<std::size_t>(rank));
  for (Index i = 0; i < rank; ++i) {
    const Index x = i < a.rank() ? a.back(i) : 1, y = i < b.rank() ? b.back(i) : 1;
    if (x != y && x != 1 && y != 1) return fail("shapes do not broadcast: ", a, " vs ", b);
    out[static_cast<std::size_t>(rank - 1 - i)] = x == 1 ? y : x;
  }
  return Shape(std::move(out));
}

// What remains of a shape when a sorted set of axes is reduced: dropped, or kept with extent 1.
inline Shape reduced(const Shape& shape, const Axes& axes, bool keepdim) {
  Shape out;
  for (Index i = 0; i < shape.rank(); ++i) {
    const bool gone = std::binary_search(axes.begin(), axes.end(), i);
    if (!gone) out.push_back(shape[i]);
    if (gone && keepdim) out.push_back(1);
  }
  return out;
}

// For each element of the result, in row-major order, the offset of the element of `from` that it reads,
// where `from` is broadcast to `to`.
inline std::vector<Index> broadcast_offsets(const Shape& from, const Shape& to) {
  std::vector<Index> offsets(static_cast<std::size_t>(to.size()));
  const auto strides = from.strides();
  std::vector<Index> step(static_cast<std::size_t>(to.rank()), 0), at(step.size(), 0);
  for (Index i = 0; i < from.rank(); ++i)
    if (from.back(i) != 1)
      step[static_cast<std::size_t>(to.rank() - 1 - i)] = strides[static_cast<std::size_t>(from.rank() - 1 - i)];
  Index offset = 0;
  for (auto& o : offsets) {
    o = offset;
    for (Index axis = to.rank(); axis-- > 0;) {
      const auto a = static_cast<std::size_t>(axis);
      offset += step[a];
      if (++at[a] < to[axis]) break;
      offset -= step[a] * to[axis];
      at[a] = 0;
    }
  }
  return offsets;
}

// The fibres of a shape along a set of axes: element k of fibre o lies at start[o] + step[k], both row-major.
struct Fibres {
  std::vector<Index> start, step;
  Index count() const { return static_cast<Index>(start.size()); }
  Index length() const { return static_cast<Index>(step.size()); }
};

inline Fibres fibres(const Shape& shape, const Axes& sorted_axes) {
  const auto strides = shape.strides();
  Fibres out{{0}, {0}};
  if (shape.size() == 0) {
    Index kept = 1, gone = 1;
    for (Index i = 0; i < shape.rank(); ++i)
      (std::binary_search(sorted_axes.begin(), sorted_axes.end(), i) ? gone : kept) *= shape[i];
    return {std::vector<Index>(static_cast<std::size_t>(kept), 0),
            std::vector<Index>(static_cast<std::size_t>(gone), 0)};
  }
  for (Index i = 0; i < shape.rank(); ++i) {
    auto& list = std::binary_search(sorted_axes.begin(), sorted_axes.end(), i) ? out.step : out.start;
    std::vector<Index> next;
    next.reserve(list.size() * static_cast<std::size_t>(shape[i]));
    for (Index base : list)
      for (Index k = 0; k < shape[i]; ++k) next.push_back(base + k * strides[static_cast<std::size_t>(i)]);
    list = std::move(next);
  }
  return out;
}

}  // namespace plumbline::spec
