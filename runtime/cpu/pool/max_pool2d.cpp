// max_pool1d, max_pool2d and their adaptive form, their gradients, and the pick of winners.
#include "runtime/cpu/pool/pool.h"
#include "runtime/cpu/shape/transpose.h"

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

// Windows of 2×2 side by side, without padding: the common case, a pack of windows at a time.
template <class T>
struct Pairs {
  using P = typename PackOf<T>::type;
  static constexpr Index width = pack_of<T>;

  static P evens(const P& x, const P& y) { return arranged<T>(x, y, [](Index k) { return 2 * k; }); }
  static P odds(const P& x, const P& y) { return arranged<T>(x, y, [](Index k) { return 2 * k + 1; }); }
  // The first and the second half of x_0, y_0, x_1, y_1, …
  static P zipped(const P& x, const P& y) {
    return arranged<T>(x, y, [](Index k) { return k / 2 + k % 2 * width; });
  }
  static P zipped_rest(const P& x, const P& y) {
    return arranged<T>(x, y, [](Index k) { return (width + k) / 2 + k % 2 * width; });
  }
  static auto takes_over(const P& later, const P& earlier) {
    return (earlier < later) | ((later != later) & (earlier == earlier));
  }
  // The left and the right elements of `width` windows.
  P left, right;
  explicit Pairs(const T* x) {
    const P a = load(x), b = load(x + width);
    left = evens(a, b), right = odds(a, b);
  }
  P winner() const { return takes_over(right, left) ? right : left; }
};

// f(a, b, windows) for packs of windows, a and b the two rows that they read: `windows` of them count.
template <class T, class F>
void for_pairs(const T* a, const T* b, Index out, F f) {
  constexpr Index width = pack_of<T>;
  Index q = 0;
  for (; q + width <= out; q += width) f(q, a + 2 * q, b + 2 * q, width);
  if (q == out) return;
  T rest[2][2 * width] = {};
  std::copy_n(a + 2 * q, 2 * (out - q), rest[0]), std::copy_n(b + 2 * q, 2 * (out - q), rest[1]);
  f(q, rest[0], rest[1], out - q);
}

template <class T>
void store_some(T* y, const typename PackOf<T>::type& p, Index n) {
  if (n == pack_of<T>) return store(y, p);
  T all[pack_of<T>];
  store(all, p);
  std::copy_n(all, std::max<Index>(0, n), y);
}

template <class T>
void max_of_pairs(const T* x, T* y, const Pool& pool) {
  for (Index p = 0; p < pool.rows.out; ++p) {
    const T* row = x + 2 * p * pool.columns.in;
    for_pairs(row, row + pool.columns.in, pool.columns.out, [&](Index q, const T* a, const T* b, Index n) {
      const Pairs<T> below(b);
      auto best = Pairs<T>(a).winner();
      best = Pairs<T>::takes_over(below.left, best) ? below.left : best;
      best = Pairs<T>::takes_over(below.right, best) ? below.right : best;
      store_some(y + p * pool.columns.out + q, best, n);
    });
  }
}

// The first winner of each of the same windows gets its cotangent, all else 0.
template <class T>
void spread_to_pairs(const T* x, const T* ct, T* dx, const Pool& pool) {
  constexpr Index width = pack_of<T>;
  const Index columns = pool.columns.in, out = pool.columns.out;
  for (Index p = 0; p < pool.rows.out; ++p) {
    const T* row = x + 2 * p * columns;
    T* to = dx + 2 * p * columns;
    for_pairs(row, row + columns, out, [&](Index q, const T* a, const T* b, Index n) {
      using W = Pairs<T>;
      const W above(a), below(b);
      T padded[width] = {};
      std::copy_n(ct + p * out + q, n, padded);
      const typename W::P none{}, given = none + load(padded), best = above.winner();
      const auto right = W::takes_over(above.right, above.left), first = W::takes_over(below.left, best);
      const auto second = W::takes_over(below.right, first ? below.left : best), lower = first | second;
      const auto put = [&](T* at, const typename W::P& l, const typename W::P& r) {
        store_some(at, W::zipped(l, r), std::min(width, 2 * n));
        store_some(at + width, W::zipped_rest(l, r), 2 * n - width);
      };
      put(to + 2 * q, lower | right ? none : given, lower | ~right ? none : given);
      put(to + columns + 2 * q, second | ~first ? none : given, second ? given : none);
    });
    for (Index j = 2 * out; j < columns; ++j) to[j] = to[columns + j] = T(0);
  }
  std::fill(dx + 2 * pool.rows.out * columns, dx + pool.area(), T(0));
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
