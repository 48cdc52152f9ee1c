// Where the places and taps of a convolution lie: offsets in images with their padding.
#pragma once

#include <vector>

#include "runtime/cpu/conv/columns.h"

namespace plumbline::runtime {

inline constexpr Index gathered_rows = 8;  // that are summed in registers at a time

// Offsets of places; lists are filled up to a multiple of gathered_rows with their last entry.
using Offsets = std::vector<std::int32_t>;
inline void fill_up(Offsets& at) {
  while (!at.empty() && at.size() % gathered_rows != 0) at.push_back(at.back());
}

// The offsets of o0·steps[0] + o1·steps[1] + o2·steps[2] for all o below the extents, in order.
inline Offsets places(const std::array<Index, 3>& extents, const std::array<Index, 3>& steps) {
  Offsets out;
  for (Index i = 0; i < extents[0]; ++i)
    for (Index j = 0; j < extents[1]; ++j)
      for (Index k = 0; k < extents[2]; ++k)
        out.push_back(static_cast<std::int32_t>(i * steps[0] + j * steps[1] + k * steps[2]));
  return out;
}

// A channel of an image with zeros around it, so that every tap that is read exists.
struct Padded {
  std::array<Index, 3> in{}, before{}, extent{};

  Index size() const { return extent[0] * extent[1] * extent[2]; }
  std::array<Index, 3> steps() const { return {extent[1] * extent[2], extent[2], 1}; }
  bool plain() const { return in == extent && before == std::array<Index, 3>{}; }
  template <class T>
  void copy(const T* x, T* y) const {
    const auto [planes, rows, columns] = in;
    const Index front = std::min(before[2], extent[2]), shown = std::min(extent[2] - front, columns);
    for (Index z = 0; z < extent[0]; ++z)
      for (Index p = 0; p < extent[1]; ++p, y += extent[2]) {
        const Index plane = z - before[0], row = p - before[1];
        if (plane < 0 || plane >= planes || row < 0 || row >= rows) {
          std::fill_n(y, extent[2], T(0));
          continue;
        }
        std::fill_n(y, front, T(0));
        std::copy_n(x + (plane * rows + row) * columns, shown, y + front);
        std::fill(y + front + shown, y + extent[2], T(0));
      }
  }
};

inline std::array<Index, 3> each(const Conv& c, Index Window::*field) {
  return {c.planes().*field, c.rows().*field, c.columns().*field};
}
inline std::array<Index, 3> product(const std::array<Index, 3>& a, const std::array<Index, 3>& b) {
  return {a[0] * b[0], a[1] * b[1], a[2] * b[2]};
}

// What the outputs read of a channel of x.
inline Padded padded_input(const Conv& c) {
  Padded x{each(c, &Window::in), each(c, &Window::before), {}};
  bool inside = true;
  for (std::size_t a = 0; a < 3; ++a) {
    const Window& w = c.axes[a];
    x.extent[a] = (w.out - 1) * w.stride + (w.kernel - 1) * w.dilation + 1;
    inside &= w.before == 0 && x.extent[a] <= w.in;
  }
  if (inside) x.extent = x.in;
  return x;
}

// The taps of all channels of a group, as offsets from the first that a place reads.
inline Offsets taps_of(const Conv& c, const Padded& x) {
  const Offsets one = places(each(c, &Window::kernel), product(each(c, &Window::dilation), x.steps()));
  Offsets all;
  for (Index channel = 0; channel < c.depth; ++channel)
    for (const std::int32_t tap : one) all.push_back(static_cast<std::int32_t>(channel * x.size()) + tap);
  return all;
}
inline Offsets outputs_of(const Conv& c, const Padded& x) {
  return places(each(c, &Window::out), product(each(c, &Window::stride), x.steps()));
}

// The places of x along one axis that are alike modulo the stride, and the taps that reach them: place first + s·t is
// read by output base + t through the tap of that shift less.
struct AxisClass {
  Index first = 0, count = 0, base = 0;
  std::vector<Index> taps, shifts;
};

inline std::vector<AxisClass> classes_of(const Window& w) {
  std::vector<AxisClass> all;
  for (Index r = 0; r < w.stride; ++r) {
    AxisClass one;
    one.first = ((r - w.before) % w.stride + w.stride) % w.stride;
    if (one.first >= w.in) continue;
    one.count = (w.in - one.first + w.stride - 1) / w.stride, one.base = (one.first + w.before - r) / w.stride;
    for (Index tap = 0; tap < w.kernel; ++tap)
      if (tap * w.dilation % w.stride == r)
        one.taps.push_back(tap), one.shifts.push_back((tap * w.dilation - r) / w.stride);
    all.push_back(std::move(one));
  }
  return all;
}

using AxisClasses = std::array<std::vector<AxisClass>, 3>;
inline AxisClasses axis_classes(const Conv& c) {
  return {classes_of(c.planes()), classes_of(c.rows()), classes_of(c.columns())};
}

// What the input gradient reads of a channel of the cotangent.
inline Padded padded_cotangent(const Conv& c, const AxisClasses& classes) {
  Padded y{each(c, &Window::out), {}, {}};
  bool inside = true;
  for (std::size_t a = 0; a < 3; ++a) {
    Index least = 0, most = 0;
    for (const AxisClass& one : classes[a])
      for (const Index shift : one.shifts)
        least = std::min(least, one.base - shift), most = std::max(most, one.base + one.count - 1 - shift);
    y.before[a] = -least, y.extent[a] = most - least + 1;
    inside &= least == 0 && y.extent[a] <= y.in[a];
  }
  if (inside) y.extent = y.in;
  return y;
}

// The places of x of one class of each axis: their inputs in the cotangent, where they go, and the taps of one output
// channel with their offsets.
struct PlaceClass {
  Offsets at, to, step;
  std::vector<Index> taps;
  Index rows = 0;

  PlaceClass(const Conv& c, const Padded& y, const AxisClass& z, const AxisClass& p, const AxisClass& q) {
    const auto steps = y.steps();
    const auto offset = [&](Index i, Index j, Index k) { return i * steps[0] + j * steps[1] + k * steps[2]; };
    const Index origin = offset(z.base + y.before[0], p.base + y.before[1], q.base + y.before[2]);
    at = places({z.count, p.count, q.count}, steps);
    for (std::int32_t& place : at) place += static_cast<std::int32_t>(origin);
    const Index rows_in = c.rows().in, columns_in = c.columns().in;
    to = places({z.count, p.count, q.count},
                {c.planes().stride * rows_in * columns_in, c.rows().stride * columns_in, c.columns().stride});
    for (std::int32_t& place : to)
      place += static_cast<std::int32_t>((z.first * rows_in + p.first) * columns_in + q.first);
    rows = static_cast<Index>(at.size());
    fill_up(at);
    std::vector<std::int32_t> one;
    for (std::size_t i = 0; i < z.taps.size(); ++i)
      for (std::size_t j = 0; j < p.taps.size(); ++j)
        for (std::size_t k = 0; k < q.taps.size(); ++k) {
          taps.push_back((z.taps[i] * c.rows().kernel + p.taps[j]) * c.columns().kernel + q.taps[k]);
          one.push_back(static_cast<std::int32_t>(-offset(z.shifts[i], p.shifts[j], q.shifts[k])));
        }
    for (Index o = 0; o < c.breadth; ++o)
      for (const std::int32_t shift : one) step.push_back(static_cast<std::int32_t>(o * y.size()) + shift);
  }
  Index k() const { return static_cast<Index>(step.size()); }
};

inline std::vector<PlaceClass> place_classes(const Conv& c, const Padded& y, const AxisClasses& classes) {
  std::vector<PlaceClass> all;
  for (const AxisClass& z : classes[0])
    for (const AxisClass& p : classes[1])
      for (const AxisClass& q : classes[2]) all.emplace_back(c, y, z, p, q);
  return all;
}

}  // namespace plumbline::runtime
