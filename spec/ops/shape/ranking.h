// Where numbers stand when they are sorted: equals keep their order, NaN is the largest.
#pragma once

#include <numeric>

#include "spec/ops/reduce/sum.h"

namespace plumbline::spec {

// The order of n numbers, ascending or descending. Where a comparison is undecided, a number may stand at several
// places: between those that certainly come before it and those that certainly come after it.
class Ranking {
 public:
  template <Number N, class X>
  static Ranking of(Index n, X&& x, bool descending) {
    Ranking out;
    const auto before = [&](Index i, Index j) {
      return descending ? less(x(j), x(i)) | (is_nan(x(i)) & !is_nan(x(j)))
                        : less(x(i), x(j)) | (is_nan(x(j)) & !is_nan(x(i)));
    };
    bool open = false;
    out.order_.resize(static_cast<std::size_t>(n));
    std::iota(out.order_.begin(), out.order_.end(), 0);
    std::stable_sort(out.order_.begin(), out.order_.end(), [&](Index i, Index j) {
      const Truth t = before(i, j);
      open |= t.exact == Tri::unknown || t.computed == Tri::unknown;
      return t.exact == Tri::yes;
    });
    if (open) out.compare_all(n, before);
    return out;
  }
  Index size() const { return static_cast<Index>(order_.size()); }
  // The number that certainly stands at place k, or stands there unless an undecided comparison says otherwise.
  Index at(Index k) const { return order_[static_cast<std::size_t>(k)]; }

  // value(i) of the number i that stands at place k.
  template <Number N, class Value>
  N place(Index k, Value&& value) const {
    N y = value(at(k));
    for (Index i = 0; i < static_cast<Index>(places_.size()); ++i)
      if (const Truth t = stands(i, k); !(t == Truth(Tri::no)) && i != at(k)) y = select(t, N(value(i)), y);
    return y;
  }
  // value(k) of the place k where number i stands: for all i at once.
  template <Number N, class Value, class Out>
  void scatter(Value&& value, Out&& out) const {
    for (Index k = 0; k < size(); ++k) out(at(k)) = value(k);
    for (Index i = 0; i < static_cast<Index>(places_.size()); ++i) {
      N y = out(i);
      for (Index k = 0; k < size(); ++k)
        if (const Truth t = stands(i, k); !(t == Truth(Tri::no)) && at(k) != i) y = select(t, N(value(k)), y);
      out(i) = y;
    }
  }

 private:
  struct Span {
    Index first = 0, last = 0;
    Tri holds(Index k) const { return k < first || k > last ? Tri::no : tri_of(first == last); }
    static Tri tri_of(bool certain) { return certain ? Tri::yes : Tri::unknown; }
  };
  struct Places {
    Span exact, computed;
  };
  Truth stands(Index i, Index k) const {
    const Places& p = places_[static_cast<std::size_t>(i)];
    return {p.exact.holds(k), p.computed.holds(k)};
  }
  static void count(Tri later_first, Span& earlier, Span& later) {
    if (later_first != Tri::no) ++earlier.last;
    if (later_first == Tri::yes) ++earlier.first;
    if (later_first != Tri::yes) ++later.last;
    if (later_first == Tri::no) ++later.first;
  }
  template <class Before>
  void compare_all(Index n, Before&& before) {
    places_.resize(static_cast<std::size_t>(n));
    for (Index i = 0; i < n; ++i)
      for (Index j = i + 1; j < n; ++j) {
        const Truth t = before(j, i);
        Places &p = places_[static_cast<std::size_t>(i)], &q = places_[static_cast<std::size_t>(j)];
        count(t.exact, p.exact, q.exact);
        count(t.computed, p.computed, q.computed);
      }
  }

  std::vector<Index> order_;
  std::vector<Places> places_;  // empty where every comparison is decided
};

// x with `count` entries along an axis: entry k of each fibre is f(its ranking, k, i ↦ x_i).
template <Number N, class F>
Tensor<N> ranked(const Tensor<N>& x, Index axis, Index count, bool descending, F&& f) {
  Shape to = x.shape();
  const Index a = *normal_axis(axis, to.rank());
  to[a] = count;
  const Fibres from = fibres(x.shape(), {a}), out = fibres(to, {a});
  std::vector<N> y(static_cast<std::size_t>(to.size()), N(Index{0}));
  for (Index o = 0; y.size() > 0 && o < out.count(); ++o) {
    const auto at = [&](Index i) -> const N& {
      return x[from.start[static_cast<std::size_t>(o)] + from.step[static_cast<std::size_t>(i)]];
    };
    const Ranking ranking = Ranking::of<N>(from.length(), at, descending);
    for (Index k = 0; k < count; ++k)
      y[static_cast<std::size_t>(out.start[static_cast<std::size_t>(o)] + out.step[static_cast<std::size_t>(k)])] =
          f(ranking, k, at);
  }
  return Tensor<N>(to, std::move(y));
}

// [op C1] the axis is in range.
template <class O>
Result<Shape> ranked_shape(const O& op, const Shape& in) {
  const auto axis = normal_axis(op.axis, in.rank());
  if (!axis) return refuse(op, 1, axis.error().what());
  return in;
}

template <class O>
Sample<O> sample_ranked(Choices& choices) {
  const Shape shape = pick_shape(choices, 1, 3);
  O op;
  op.axis = choices.pick(-shape.rank(), shape.rank() - 1);
  return {op, {shape}, {}};
}

}  // namespace plumbline::spec
