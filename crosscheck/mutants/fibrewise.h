// How planted bugs bend reductions and what works fibre by fibre.
#pragma once

#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

// The axes that the op reduces, by either name; empty: all.
inline spec::Axes reduced_axes(const KernelCall& c) { return c.list(c.attribute("axes").empty() ? "axis" : "axes"); }

// The last of them.
inline spec::Index reduced_axis(const KernelCall& c) {
  const spec::Axes axes = reduced_axes(c);
  return axes.empty() ? -1 : axes.back();
}

// The op on data whose last element along the reduced axis contributes nothing, or whose first one counts twice.
inline KernelBug last_is(double neutral) {
  return [=](const KernelCall& c) { return c.compute(c.op, {with_last(c.in[0], reduced_axis(c), neutral)}); };
}
inline Values first_doubled(const KernelCall& c) {
  const auto doubled = [](spec::Index k, spec::Index, double v) { return k == 0 ? 2 * v : v; };
  return c.compute(c.op, {along_axis(c.in[0], reduced_axis(c), doubled)});
}
inline Values other_axis(const KernelCall& c) {
  const spec::Index rank = c.in[0].shape().rank();
  if (rank < 2) return c.right;
  const spec::Index axis = c.integer("axis") < 0 ? c.integer("axis") + rank : c.integer("axis");
  return c.compute(c.with("axis", spec::print_value((axis + 1) % rank)), c.in);
}
// The reduction of the other axes where the extents happen to agree, else of the reversed memory order.
inline Values column_major(const KernelCall& c) { return c.compute(c.op, {read_transposed(c.in[0])}); }

// y_i = finish(fold of the terms of fibre i)
template <class F>
KernelBug by_reduced_fibre(F f) {
  return [f](const KernelCall& c) {
    const auto axes = spec::normal_axes(reduced_axes(c), c.in[0].shape().rank());
    const spec::Fibres fibre = spec::fibres(c.in[0].shape(), *axes);
    if (c.in[0].size() == 0) return c.right;
    return changed(c.right, [&](spec::Index i, double) {
      return f(fibre.length(), [&](spec::Index k) {
        return c.in[0][fibre.start[static_cast<std::size_t>(i)] + fibre.step[static_cast<std::size_t>(k)]];
      });
    });
  };
}

}  // namespace plumbline::crosscheck
