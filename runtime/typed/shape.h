// Shapes as types: Shape<32, 784>.
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "runtime/nn/sequential.h"
#include "spec/lang/shape.h"

namespace plumbline::runtime::typed {

using spec::Index;

// One extent, as a parameter of Tensor<float, Dim<32>, Dim<784>>.
template <Index n>
struct Dim {
  static_assert(n >= 0, "dim: an extent is not negative");
  static constexpr Index extent = n;
};

template <Index... n>
struct Shape {
  static constexpr Index rank = sizeof...(n);
  static constexpr std::array<Index, sizeof...(n)> dims{n...};
  static constexpr Index size = (Index{1} * ... * n);
  static spec::Shape value() { return {n...}; }
  static nn::InputType input() { return value(); }
  // The extent of an axis counted from the end: back(0) is the last.
  static constexpr Index back(Index from_end) {
    return dims[static_cast<std::size_t>(rank - 1 - from_end)];
  }
};

// A shape of indices below `below`, as an input: tokens.
template <Index below, Index... n>
struct Indices {
  static_assert(below > 0, "indices: there is none below their bound");
  static spec::Shape value() { return {n...}; }
  static nn::InputType input() { return {value(), below}; }
};
template <class S>
inline constexpr bool are_indices = false;
template <Index below, Index... n>
inline constexpr bool are_indices<Indices<below, n...>> = true;

namespace detail {

template <class S>
struct WithoutFirst;
template <Index first, Index... n>
struct WithoutFirst<Shape<first, n...>> {
  using type = Shape<n...>;
};

template <Index first, class S>
struct WithFirst;
template <Index first, Index... n>
struct WithFirst<first, Shape<n...>> {
  using type = Shape<first, n...>;
};

template <class S, Index last>
struct WithLast;
template <Index... n, Index last>
struct WithLast<Shape<n...>, last> {
  template <std::size_t... i>
  static auto pick(std::index_sequence<i...>)
      -> Shape<(i + 1 == sizeof...(n) ? last : Shape<n...>::dims[i])...>;
  using type = decltype(pick(std::make_index_sequence<sizeof...(n)>{}));
};

template <class S, Index from, class Kept>
struct Flattened;
template <class S, Index from, std::size_t... i>
struct Flattened<S, from, std::index_sequence<i...>> {
  static constexpr Index rest = [] {
    Index n = 1;
    for (Index a = from; a < S::rank; ++a) n *= S::dims[static_cast<std::size_t>(a)];
    return n;
  }();
  using type = Shape<S::dims[i]..., rest>;
};

}  // namespace detail

// The shape without its first extent, with one before it, with another last one, and with the axes from `from` on made
// one.
template <class S>
using WithoutFirst = typename detail::WithoutFirst<S>::type;
template <Index first, class S>
using WithFirst = typename detail::WithFirst<first, S>::type;
template <class S, Index last>
using WithLast = typename detail::WithLast<S, last>::type;
template <class S, Index from>
using FlattenedFrom =
    typename detail::Flattened<S, from, std::make_index_sequence<static_cast<std::size_t>(from)>>::type;

}  // namespace plumbline::runtime::typed
