// upsample_bilinear2d, upsample_nearest2d and their gradients.
#include <vector>

#include "runtime/core/buffer.h"
#include "runtime/core/kernel.h"
#include "runtime/cpu/window.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 32768;

// Output o is (1 − t) x[low] + t x[high]; low = high where it is one x.
template <class T>
struct Pair {
  Index low, high;
  T near, far;  // 1 − t and t, each rounded once
};
enum class Way { nearest, half_pixel, align_corners };

Way way_of(const spec::Op& op) {
  if (!has_attribute(op, "align_corners")) return Way::nearest;
  return attribute<bool>(op, "align_corners") ? Way::align_corners : Way::half_pixel;
}

// t is a fraction with denominator out − 1, or 2 out.
template <class T>
std::vector<Pair<T>> pairs_of(Way way, Index in, Index out) {
  std::vector<Pair<T>> pairs;
  for (Index o = 0; o < out; ++o) {
    if (way == Way::nearest) {
      const Index at = o * in / out;
      pairs.push_back({at, at, T(1), T(0)});
      continue;
    }
    Index top = way == Way::align_corners ? o * (in - 1) : (2 * o + 1) * in - out;
    const Index bottom = way == Way::align_corners ? std::max<Index>(out - 1, 1) : 2 * out;
    top = std::clamp<Index>(top, 0, (in - 1) * bottom);
    const Index low = top / bottom, rest = top % bottom;
    pairs.push_back({low, rest == 0 ? low : low + 1, static_cast<T>(bottom - rest) / static_cast<T>(bottom),
                     static_cast<T>(rest) / static_cast<T>(bottom)});
  }
  return pairs;
}

template <class T>
struct Planes {
  std::vector<Pair<T>> rows, columns;  // of each output
  Index maps, in_rows, in_columns;

  Index area() const { return in_rows * in_columns; }
  Index places() const { return static_cast<Index>(rows.size() * columns.size()); }
};
template <class T>
Planes<T> planes_of(const spec::Op& op, const Shape& x, const Shape& y) {
  if (x.size() == 0 || y.size() == 0) return {{}, {}, 0, 0, 0};
  const Way way = way_of(op);
  return {pairs_of<T>(way, x.back(1), y.back(1)), pairs_of<T>(way, x.back(0), y.back(0)),
          x.size() / (x.back(1) * x.back(0)), x.back(1), x.back(0)};
}

template <class T, class F>
BoundKernel over_planes(Planes<T> planes, F f) {
  BoundKernel bound;
  const Index grain = std::max<Index>(1, elements_per_part / std::max<Index>(1, planes.places() + planes.area()));
  bound.run = [planes = std::move(planes), grain, f](const KernelArgs& args) {
    parallel_for(args.workers, planes.maps, grain, [&](Index begin, Index end, int worker) {
      for (Index map = begin; map < end; ++map) f(planes, args, map, worker);
    });
  };
  return bound;
}

template <class T>
T mixed(const Pair<T>& p, T low, T high) {
  return p.low == p.high ? low : p.near * low + p.far * high;
}

template <class T>
BoundKernel bind_upsample(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_planes(planes_of<T>(op, in[0], out), [](const Planes<T>& s, const KernelArgs& args, Index map, int) {
    const T* x = args.in[0].as<T>() + map * s.area();
    T* y = args.out.as<T>() + map * s.places();
    for (const Pair<T>& r : s.rows) {
      const T *low = x + r.low * s.in_columns, *high = x + r.high * s.in_columns;
      for (const Pair<T>& c : s.columns)
        *y++ = mixed(r, mixed(c, low[c.low], low[c.high]), mixed(c, high[c.low], high[c.high]));
    }
  });
}

// Row by row of ct: what its columns give to those of x, and what that row then gives to rows of x.
template <class T>
void spread_back(const Planes<T>& s, const T* ct, T* dx, T* row) {
  std::fill_n(dx, s.area(), T(0));
  const auto add = [&](Index i, T by, bool whole) {
    T* to = dx + i * s.in_columns;
    for (Index j = 0; j < s.in_columns; ++j) to[j] += whole ? row[j] : by * row[j];
  };
  for (const Pair<T>& r : s.rows) {
    std::fill_n(row, s.in_columns, T(0));
    for (const Pair<T>& c : s.columns) {
      const T value = *ct++;
      row[c.low] += c.low == c.high ? value : c.near * value;
      if (c.low != c.high) row[c.high] += c.far * value;
    }
    add(r.low, r.near, r.low == r.high);
    if (r.low != r.high) add(r.high, r.far, false);
  }
}

template <class T>
BoundKernel bind_upsample_grad(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Planes<T> planes = planes_of<T>(op, out, in[0]);
  auto bound = over_planes(planes, [](const Planes<T>& s, const KernelArgs& args, Index map, int worker) {
    spread_back(s, args.in[0].as<T>() + map * s.places(), args.out.as<T>() + map * s.area(), args.local<T>(worker));
  });
  bound.local_scratch = aligned(static_cast<std::size_t>(planes.in_columns) * sizeof(T));
  return bound;
}

}  // namespace

void register_upsample_bilinear2d(KernelTable& table) {
  const spec::Claims any = claims(spec::Order::any);
  for (const std::string op : {"upsample_nearest2d", "upsample_bilinear2d"}) {
    table.add(op, op + ".planes", any, bind_upsample<float>, bind_upsample<double>);
    table.add(op + "_grad", op + "_grad.planes", any, bind_upsample_grad<float>, bind_upsample_grad<double>);
  }
}

}  // namespace plumbline::runtime
