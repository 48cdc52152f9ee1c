// rope and sinusoidal_encoding by tables of sines and cosines, made once for each plan in a wider format.
#include <cmath>

#include "runtime/core/attribute.h"
#include "runtime/core/kernel.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 16384;

// sin and cos of pos · base^(−2i/d) for each position and pair, [positions, pairs], and how they are read.
template <class T>
struct Table {
  Index positions = 0, pairs = 0, inner = 1, width = 0;
  std::vector<T> sine, cosine;

  Index row(Index vector) const { return vector * width / inner % positions * pairs; }
};

// 113 bits: positions stay below 2^32, so that an angle is right to 2^-80, and with it what is near a zero of the sine.
using Wide = __float128;

template <class T>
Table<T> table_of(const spec::Op& op, const Shape& x, bool whole_pairs) {
  Table<T> t;
  const Index axis = *spec::normal_axis(attribute<Index>(op, "axis"), x.rank());
  t.positions = x[axis], t.width = x.back(0), t.pairs = (t.width + (whole_pairs ? 0 : 1)) / 2;
  for (Index a = axis + 1; a < x.rank(); ++a) t.inner *= x[a];
  if (x.size() == 0) return t;
  const auto base = attribute<double>(op, "base");
  const auto start = attribute<Index>(op, "start");
  t.sine.resize(static_cast<std::size_t>(t.positions * t.pairs)), t.cosine.resize(t.sine.size());
  for (Index i = 0; i < t.pairs; ++i) {
    const Wide rate = powf128(base, -2 * static_cast<Wide>(i) / static_cast<Wide>(t.width));
    for (Index p = 0; p < t.positions; ++p) {
      const auto at = static_cast<std::size_t>(p * t.pairs + i);
      Wide sine = 0, cosine = 0;
      sincosf128(static_cast<Wide>(start + p) * rate, &sine, &cosine);
      t.sine[at] = static_cast<T>(sine), t.cosine[at] = static_cast<T>(cosine);
    }
  }
  return t;
}

// f(x, y, sines, cosines) for each vector along the last axis.
template <class T, class F>
BoundKernel by_vectors(Table<T> table, Index vectors, F f) {
  BoundKernel bound;
  bound.run = [table = std::move(table), vectors, f](const KernelArgs& args) {
    parallel_for(args.workers, vectors, std::max<Index>(1, elements_per_part / std::max<Index>(1, table.width)),
                 [&](Index begin, Index end, int) {
                   for (Index v = begin; v < end; ++v) {
                     const Index row = table.row(v);
                     f(args.in[0].as<T>() + v * table.width, args.out.as<T>() + v * table.width,
                       table.sine.data() + row, table.cosine.data() + row);
                   }
                 });
  };
  return bound;
}

template <class T>
BoundKernel bind_rope(const spec::Op& op, const Shapes& in, const Shape&) {
  Table<T> table = table_of<T>(op, in[0], /*whole_pairs=*/true);
  if (attribute<bool>(op, "inverse"))
    for (T& s : table.sine) s = -s;
  const Index pairs = table.pairs, width = table.width, vectors = in[0].size() == 0 ? 0 : in[0].size() / width;
  const bool interleaved = attribute<bool>(op, "interleaved");
  const Index next = interleaved ? 2 : 1, partner = interleaved ? 1 : pairs;
  return by_vectors<T>(std::move(table), vectors, [=](const T* x, T* y, const T* s, const T* c) {
#pragma GCC ivdep
    for (Index i = 0; i < pairs; ++i) {
      const T a = x[i * next], b = x[i * next + partner];
      y[i * next] = a * c[i] - b * s[i];
      y[i * next + partner] = a * s[i] + b * c[i];
    }
    if (2 * pairs < width) y[width - 1] = x[width - 1];
  });
}

template <class T>
BoundKernel bind_sinusoidal_encoding(const spec::Op& op, const Shapes& in, const Shape&) {
  Table<T> table = table_of<T>(op, in[0], /*whole_pairs=*/false);
  const Index width = table.width, vectors = in[0].size() == 0 ? 0 : in[0].size() / width;
  return by_vectors<T>(std::move(table), vectors, [=](const T* x, T* y, const T* s, const T* c) {
    for (Index i = 0; i < width; ++i) y[i] = x[i] + (i % 2 == 0 ? s : c)[i / 2];
  });
}

}  // namespace

void register_rope(KernelTable& table) {
  spec::Claims c = claims();
  c.method = "table";
  table.add("rope", "rope.table", c, bind_rope<float>, bind_rope<double>);
  table.add("sinusoidal_encoding", "sinusoidal_encoding.table", c, bind_sinusoidal_encoding<float>,
            bind_sinusoidal_encoding<double>);
}

}  // namespace plumbline::runtime
