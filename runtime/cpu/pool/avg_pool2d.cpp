// avg_pool1d, avg_pool2d, their adaptive and global form, and their gradients.
#include "runtime/cpu/norm/slices.h"
#include "runtime/cpu/pool/pool.h"
#include "runtime/cpu/wide.h"

namespace plumbline::runtime {
namespace {

// What an average divides by: a given number, the taps in x and its padding, or those in x.
struct Divisor {
  bool include_pad = true;
  Index given = 0;

  template <class T>
  T of(const Pool& w, Index place, const Taps& r, const Taps& c) const {
    if (given != 0) return static_cast<T>(given);
    if (!include_pad) return static_cast<T>(r.count * c.count);
    return static_cast<T>(w.rows.counted(place / w.columns.out) * w.columns.counted(place % w.columns.out));
  }
};
Divisor divisor_of(const spec::Op& op) {
  if (!has_attribute(op, "divisor_override")) return {};
  return {attribute<bool>(op, "count_include_pad"), attribute<Index>(op, "divisor_override")};
}

template <class T>
BoundKernel bind_avg(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_maps(pool_of(op, in[0], out), [by = divisor_of(op)](const Pool& w, const KernelArgs& args, Index map) {
    const T* x = args.in[0].as<T>() + map * w.area();
    T* y = args.out.as<T>() + map * w.places();
    for_each_place(w, [&](Index place, const Taps& r, const Taps& c) {
      T sum = 0;
      for (Index k = 0, i = r.start; k < r.count; ++k, i += r.step)
        for (Index l = 0, j = c.start; l < c.count; ++l, j += c.step) sum += x[i * w.columns.in + j];
      if (in_range(sum)) return void(y[place] = sum / by.of<T>(w, place, r, c));
      Wide<T> all = 0;
      for_each_offset(w, r, c, [&](Index, Index at) { all += x[at]; });
      y[place] = static_cast<T>(all / by.of<T>(w, place, r, c));
    });
  });
}

// What one element of x gets from all windows.
template <class T>
T share_of(const Pool& w, const Divisor& by, const T* ct, Index element) {
  Wide<T> all = 0;
  for_each_place(w, [&](Index place, const Taps& r, const Taps& c) {
    for_each_offset(w, r, c, [&](Index, Index at) {
      if (at == element) all += ct[place] / Wide<T>(by.of<T>(w, place, r, c));
    });
  });
  return static_cast<T>(all);
}

template <class T>
BoundKernel bind_avg_grad(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_maps(pool_of(op, out, in[0]), [by = divisor_of(op)](const Pool& w, const KernelArgs& args, Index map) {
    const T* ct = args.in[0].as<T>() + map * w.places();
    T* dx = args.out.as<T>() + map * w.area();
    std::fill_n(dx, w.area(), T(0));
    for_each_place(w, [&](Index place, const Taps& r, const Taps& c) {
      const T share = ct[place] / by.of<T>(w, place, r, c);
      for (Index k = 0, i = r.start; k < r.count; ++k, i += r.step)
        for (Index l = 0, j = c.start; l < c.count; ++l, j += c.step) dx[i * w.columns.in + j] += share;
    });
    for (Index at = 0; at < w.area(); ++at)
      if (!in_range(dx[at])) dx[at] = share_of(w, by, ct, at);
  });
}

// Sums of contiguous planes in lanes.
template <class T>
BoundKernel bind_global_avg(const spec::Op&, const Shapes& in, const Shape& out) {
  const Index area = in[0].back(1) * in[0].back(0), maps = out.size();
  BoundKernel bound;
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, maps, std::max<Index>(1, taps_per_part / area), [&](Index begin, Index end, int) {
      for (Index map = begin; map < end; ++map) {
        const T *x = args.in[0].as<T>() + map * area, mean = mean_of(x, area);
        args.out.as<T>()[map] = in_range(mean) ? mean : static_cast<T>(wide_mean_of(x, area));
      }
    });
  };
  return bound;
}

}  // namespace

void register_avg_pool2d(KernelTable& table) {
  const spec::Claims c = in_wide_range(claims(spec::Order::left));
  const spec::Claims gradient = without_overflow(claims(spec::Order::left));
  for (const std::string op : {"avg_pool1d", "avg_pool2d", "adaptive_avg_pool2d"}) {
    table.add(op, op + ".windows", c, bind_avg<float>, bind_avg<double>);
    table.add(op + "_grad", op + "_grad.windows", gradient, bind_avg_grad<float>, bind_avg_grad<double>);
  }
  table.add("global_avg_pool2d", "global_avg_pool2d.lanes", in_wide_range(claims(spec::Order::lanes, lanes)),
            bind_global_avg<float>, bind_global_avg<double>);
}

}  // namespace plumbline::runtime
