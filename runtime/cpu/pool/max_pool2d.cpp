// max_pool1d, max_pool2d and their adaptive form, their gradients, and the pick of winners.
#include "runtime/cpu/pool/pool.h"

namespace plumbline::runtime {
namespace {

template <class T>
bool takes_over(T later, T earlier) {
  return (earlier < later) | ((later != later) & (earlier == earlier));
}

// The offset of the first winner of a window.
template <class T>
Index winner(const T* x, const Pool& pool, const Taps& r, const Taps& c) {
  Index best = r.start * pool.columns.in + c.start;
  for (Index k = 0, i = r.start; k < r.count; ++k, i += r.step)
    for (Index l = 0, j = c.start; l < c.count; ++l, j += c.step)
      if (takes_over(x[i * pool.columns.in + j], x[best])) best = i * pool.columns.in + j;
  return best;
}

// 2×2 windows side by side, no padding: the common case, in vector code.
template <class T>
void max_of_pairs(const T* x, T* y, const Pool& pool) {
  for (Index p = 0; p < pool.rows.out; ++p) {
    const T *a = x + 2 * p * pool.columns.in, *b = a + pool.columns.in;
    T* out = y + p * pool.columns.out;
    const auto larger = [](T m, T later) { return takes_over(later, m) ? later : m; };
#pragma GCC ivdep
    for (Index q = 0; q < pool.columns.out; ++q)
      out[q] = larger(larger(larger(a[2 * q], a[2 * q + 1]), b[2 * q]), b[2 * q + 1]);
  }
}

bool side_by_side(const Axis& a) {
  return !a.adaptive && a.kernel == 2 && a.stride == 2 && a.dilation == 1 && a.before == 0 && 2 * a.out <= a.in;
}

template <class T>
BoundKernel bind_max(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Pool pool = pool_of(op, in[0], out);
  if (side_by_side(pool.rows) && side_by_side(pool.columns))
    return over_maps(pool, [](const Pool& w, const KernelArgs& args, Index map) {
      max_of_pairs(args.in[0].as<T>() + map * w.area(), args.out.as<T>() + map * w.places(), w);
    });
  return over_maps(pool, [](const Pool& w, const KernelArgs& args, Index map) {
    const T* x = args.in[0].as<T>() + map * w.area();
    T* y = args.out.as<T>() + map * w.places();
    for_each_place(w, [&](Index place, const Taps& r, const Taps& c) { y[place] = x[winner(x, w, r, c)]; });
  });
}

// The same windows: the first winner of each gets its cotangent, all else 0.
template <class T>
void spread_to_pairs(const T* x, const T* ct, T* dx, const Pool& pool) {
  const Index columns = pool.columns.in;
  for (Index p = 0; p < pool.rows.out; ++p) {
    const T *a = x + 2 * p * columns, *b = a + columns, *c = ct + p * pool.columns.out;
    T *da = dx + 2 * p * columns, *db = da + columns;
#pragma GCC ivdep
    for (Index q = 0; q < pool.columns.out; ++q) {
      const bool right = takes_over(a[2 * q + 1], a[2 * q]);
      const T above = right ? a[2 * q + 1] : a[2 * q], given = T(0) + c[q];
      const bool first = takes_over(b[2 * q], above), second = takes_over(b[2 * q + 1], first ? b[2 * q] : above);
      const bool lower = first | second;
      da[2 * q] = !lower & !right ? given : T(0), da[2 * q + 1] = !lower & right ? given : T(0);
      db[2 * q] = first & !second ? given : T(0), db[2 * q + 1] = second ? given : T(0);
    }
    for (Index j = 2 * pool.columns.out; j < columns; ++j) da[j] = db[j] = T(0);
  }
  std::fill(dx + 2 * pool.rows.out * columns, dx + pool.area(), T(0));
}

template <class T>
BoundKernel bind_max_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  const Pool pool = pool_of(op, in[0], in[1]);
  if (side_by_side(pool.rows) && side_by_side(pool.columns))
    return over_maps(pool, [](const Pool& w, const KernelArgs& args, Index map) {
      spread_to_pairs(args.in[0].as<T>() + map * w.area(), args.in[1].as<T>() + map * w.places(),
                      args.out.as<T>() + map * w.area(), w);
    });
  return over_maps(pool, [](const Pool& w, const KernelArgs& args, Index map) {
    const T *x = args.in[0].as<T>() + map * w.area(), *ct = args.in[1].as<T>() + map * w.places();
    T* dx = args.out.as<T>() + map * w.area();
    std::fill_n(dx, w.area(), T(0));
    for_each_place(w, [&](Index place, const Taps& r, const Taps& c) { dx[winner(x, w, r, c)] += ct[place]; });
  });
}

template <class T>
BoundKernel bind_max_pick(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_maps(pool_of(op, in[0], out), [](const Pool& w, const KernelArgs& args, Index map) {
    const T *x = args.in[0].as<T>() + map * w.area(), *v = args.in[1].as<T>() + map * w.area();
    T* y = args.out.as<T>() + map * w.places();
    for_each_place(w, [&](Index place, const Taps& r, const Taps& c) { y[place] = v[winner(x, w, r, c)]; });
  });
}

}  // namespace

void register_max_pool2d(KernelTable& table) {
  const spec::Claims c = claims(spec::Order::left);
  for (const std::string op : {"max_pool1d", "max_pool2d", "adaptive_max_pool2d"}) {
    table.add(op, op + ".windows", c, bind_max<float>, bind_max<double>);
    table.add(op + "_grad", op + "_grad.windows", c, bind_max_grad<float>, bind_max_grad<double>);
    table.add(op + "_pick", op + "_pick.windows", c, bind_max_pick<float>, bind_max_pick<double>);
  }
}

}  // namespace plumbline::runtime
