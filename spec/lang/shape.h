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
  bool valid() const;
  std::vector<Index> strides() const;  // row-major, in elements
  bool operator==(const Shape&) const = default;

 private:
  std::vector<Index> dims_;
};

using Shapes = std::vector<Shape>;

// `[2, 3]`
std::ostream& operator<<(std::ostream& out, const Shape& shape);

// The axis counted from the front; an error outside [-rank, rank).
Result<Index> normal_axis(Index axis, Index rank);

// The set of axes, sorted, counted from the front; the empty set means all.
Result<Axes> normal_axes(const Axes& axes, Index rank);

// NumPy's broadcast of two shapes, right-aligned.
Result<Shape> broadcast(const Shape& a, const Shape& b);

// What remains of a shape when a sorted set of axes is reduced: dropped, or kept with extent 1.
Shape reduced(const Shape& shape, const Axes& axes, bool keepdim);

// For each element of the result, in row-major order, the offset of the element of `from` that it reads,
// where `from` is broadcast to `to`.
std::vector<Index> broadcast_offsets(const Shape& from, const Shape& to);

// The fibres of a shape along a set of axes: element k of fibre o lies at start[o] + step[k], both row-major.
struct Fibres {
  std::vector<Index> start, step;
  Index count() const { return static_cast<Index>(start.size()); }
  Index length() const { return static_cast<Index>(step.size()); }
};

Fibres fibres(const Shape& shape, const Axes& sorted_axes);

}  // namespace plumbline::spec
