// Shapes, axes, strides and broadcasting.
#include "spec/lang/shape.h"

namespace plumbline::spec {

std::vector<Index> Shape::strides() const {
  std::vector<Index> s(dims_.size());
  Index step = 1;
  for (std::size_t i = dims_.size(); i-- > 0;) s[i] = step, step *= dims_[i];
  return s;
}

bool Shape::valid() const {
  Index n = 1;
  for (Index d : dims_) {
    const Index extent = d == 0 ? 1 : d;
    if (extent < 0 || extent > max_elements / n) return false;
    n *= extent;
  }
  return true;
}

std::ostream& operator<<(std::ostream& out, const Shape& shape) {
  out << '[';
  for (Index i = 0; i < shape.rank(); ++i) out << (i ? ", " : "") << shape[i];
  return out << ']';
}

Result<Index> normal_axis(Index axis, Index rank) {
  if (axis < -rank || axis >= rank) return fail("axis ", axis, " is out of range for rank ", rank);
  return axis < 0 ? axis + rank : axis;
}

Result<Axes> normal_axes(const Axes& axes, Index rank) {
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

Result<Shape> broadcast(const Shape& a, const Shape& b) {
  const Index rank = std::max(a.rank(), b.rank());
  std::vector<Index> out(static_cast<std::size_t>(rank));
  for (Index i = 0; i < rank; ++i) {
    const Index x = i < a.rank() ? a.back(i) : 1, y = i < b.rank() ? b.back(i) : 1;
    if (x != y && x != 1 && y != 1) return fail("shapes do not broadcast: ", a, " vs ", b);
    out[static_cast<std::size_t>(rank - 1 - i)] = x == 1 ? y : x;
  }
  return Shape(std::move(out));
}

Shape reduced(const Shape& shape, const Axes& axes, bool keepdim) {
  Shape out;
  for (Index i = 0; i < shape.rank(); ++i) {
    const bool gone = std::binary_search(axes.begin(), axes.end(), i);
    if (!gone) out.push_back(shape[i]);
    if (gone && keepdim) out.push_back(1);
  }
  return out;
}

std::vector<Index> broadcast_offsets(const Shape& from, const Shape& to) {
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

Fibres fibres(const Shape& shape, const Axes& sorted_axes) {
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
