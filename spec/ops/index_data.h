// Indices as data: an input of integers that must stay below an extent, checked before anything is read by them.
#pragma once

#include <span>

#include "spec/ops/apply.h"

namespace plumbline::spec {

// An op with an index input says `index_label`, the label of the constraint, index_extent(input, shapes) and
// index_axis(shapes), the axis of the other input that the index runs along. It may say ignored_index(), an index that
// names nothing and may lie outside the extent.
template <class O>
bool ignores(const O& op, Index i) {
  if constexpr (requires { op.ignored_index(); })
    return i == op.ignored_index();
  else
    return false;
}

// The index that x is: `[gather] index 7 is out of range for axis 1 with extent 5 [gather C4]`.
template <class O, Number N>
Result<Index> index_of(const O& op, const N& x, Index axis, Index extent) {
  const std::optional<Index> i = to_index(x);
  if (!i) return refuse(op, O::index_label, "an index is not an integer");
  if ((*i < 0 || *i >= extent) && !ignores(op, *i))
    return refuse(op, O::index_label, "index ", *i, " is out of range for axis ", axis, " with extent ", extent);
  return *i;
}

// The same inside eval, where an error of data is thrown.
template <class O, Number N>
Index index_at(const O& op, const N& x, Index axis, Index extent) {
  return value_or_throw(index_of(op, x, axis, extent));
}

// All values of an index input; real inputs pass.
template <class O, Number N>
Result<void> check_indices(const O& op, std::size_t input, const Shapes& shapes, std::span<const N> values) {
  if constexpr (requires { O::index_label; }) {
    const Index extent = op.index_extent(input, shapes);
    if (extent < 0) return {};
    for (const N& x : values)
      if (const auto i = index_of(op, x, op.index_axis(shapes), extent); !i) return tl::unexpected(i.error());
  }
  return {};
}

}  // namespace plumbline::spec
