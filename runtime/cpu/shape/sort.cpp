// sort argsort sort_by sort_grad topk topk_indices: fibres sorted by value, then by place, NaN as the largest.
#include <algorithm>

#include "runtime/core/attribute.h"
#include "runtime/cpu/along.h"

namespace plumbline::runtime {
namespace {

template <class T>
struct Entry {
  T x;
  Index at;
};

// Whether a stands before b.
template <class T>
struct Before {
  bool descending;

  bool operator()(const Entry<T>& a, const Entry<T>& b) const {
    const bool no_a = a.x != a.x, no_b = b.x != b.x;
    if (no_a != no_b) return no_a == descending;
    if (no_a || a.x == b.x) return a.at < b.at;
    return descending ? a.x > b.x : a.x < b.x;
  }
};

// The first `count` entries of each fibre of input 0 in order, handed to write(entries, fibre's first element of x, of
// the output, step from one element of a fibre to the next).
template <class T, class Write>
BoundKernel sorted_fibres(const Shape& in, Index axis, Index count, bool descending, Write write) {
  constexpr Index work_per_part = 4096;
  const auto [outer, n, inner] = around(in, axis);
  BoundKernel bound;
  bound.run = [](const KernelArgs&) {};
  if (in.size() == 0 || count == 0) return bound;
  bound.local_scratch = aligned(sizeof(Entry<T>) * static_cast<std::size_t>(n));
  bound.run = [=, n = n, inner = inner, outer = outer](const KernelArgs& args) {
    parallel_for(args.workers, outer * inner, std::max<Index>(1, work_per_part / n),
                 [&](Index begin, Index end, int worker) {
                   auto* entries = args.local<Entry<T>>(worker);
                   for (Index f = begin; f < end; ++f) {
                     const Index from = f / inner * n * inner + f % inner, to = f / inner * count * inner + f % inner;
                     for (Index i = 0; i < n; ++i) entries[i] = {args.in[0].as<T>()[from + i * inner], i};
                     if (count == n) std::sort(entries, entries + n, Before<T>{descending});
                     else std::partial_sort(entries, entries + count, entries + n, Before<T>{descending});
                     write(args, entries, from, to, inner);
                   }
                 });
  };
  return bound;
}

Index axis_of(const spec::Op& op, const Shape& in) {
  return *spec::normal_axis(attribute<Index>(op, "axis"), in.rank());
}

// What place k of a fibre gets: the number itself, or its place.
template <class T, bool places>
auto written(Index count) {
  return [count](const KernelArgs& args, const Entry<T>* entries, Index, Index to, Index step) {
    T* y = args.out.as<T>() + to;
    for (Index k = 0; k < count; ++k) y[k * step] = places ? static_cast<T>(entries[k].at) : entries[k].x;
  };
}

template <class T, bool places>
BoundKernel bind_sort(const spec::Op& op, const Shapes& in, const Shape&) {
  const Index axis = axis_of(op, in[0]), n = in[0][axis];
  return sorted_fibres<T>(in[0], axis, n, attribute<bool>(op, "descending"), written<T, places>(n));
}

template <class T, bool places>
BoundKernel bind_topk(const spec::Op& op, const Shapes& in, const Shape&) {
  const Index k = attribute<Index>(op, "k");
  return sorted_fibres<T>(in[0], axis_of(op, in[0]), k, attribute<bool>(op, "largest"), written<T, places>(k));
}

// `back`: from sorted order to the places of x; else from there to sorted order.
template <class T, bool back>
BoundKernel bind_sort_by(const spec::Op& op, const Shapes& in, const Shape&) {
  const Index axis = axis_of(op, in[0]), n = in[0][axis];
  return sorted_fibres<T>(in[0], axis, n, attribute<bool>(op, "descending"),
                          [n](const KernelArgs& args, const Entry<T>* entries, Index from, Index, Index step) {
                            const T* v = args.in[1].as<T>() + from;
                            T* y = args.out.as<T>() + from;
                            for (Index k = 0; k < n; ++k) {
                              const Index place = entries[k].at * step;
                              if (back) y[place] = v[k * step];
                              else y[k * step] = v[place];
                            }
                          });
}

}  // namespace

void register_sort(KernelTable& table) {
  table.add("sort", "sort.pairs", claims(), bind_sort<float, false>, bind_sort<double, false>);
  table.add("argsort", "argsort.pairs", claims(), bind_sort<float, true>, bind_sort<double, true>);
  table.add("topk", "topk.partial", claims(), bind_topk<float, false>, bind_topk<double, false>);
  table.add("topk_indices", "topk_indices.partial", claims(), bind_topk<float, true>, bind_topk<double, true>);
  table.add("sort_by", "sort_by.pairs", claims(), bind_sort_by<float, false>, bind_sort_by<double, false>);
  table.add("sort_grad", "sort_grad.pairs", claims(), bind_sort_by<float, true>, bind_sort_by<double, true>);
}

}  // namespace plumbline::runtime
