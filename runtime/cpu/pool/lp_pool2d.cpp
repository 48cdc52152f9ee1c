// lp_pool2d: m (Σ (x/m)^p)^(1/p), m = max |x| of a window
#include <cmath>

#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/math.h"
#include "runtime/cpu/pool/pool.h"

namespace plumbline::runtime {
namespace {

// x^p and x^(1/p); x, x² and √x round less.
template <class T>
T power(T x, double p) {
  if (p == 1) return x;
  if (p == 2) return x * x;
  return std::pow(x, static_cast<T>(p));
}
template <class T>
T root(T x, double p) {
  if (p == 1) return x;
  if (p == 2) return std::sqrt(x);
  if (x < 0) return std::numeric_limits<T>::quiet_NaN();  // −∞ too, of which pow makes ∞
  return std::pow(x, 1 / static_cast<T>(p));
}

// scaled: m (Σ (x/m)^p)^(1/p), m = max |x|
template <class T>
BoundKernel bind_lp(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_maps(pool_of(op, in[0], out),
                   [p = attribute<double>(op, "norm_type"), absolute = attribute<bool>(op, "absolute")](
                       const Pool& w, const KernelArgs& args, Index map) {
                     const T* x = args.in[0].as<T>() + map * w.area();
                     T* y = args.out.as<T>() + map * w.places();
                     for_each_place(w, [&](Index place, const Taps& r, const Taps& c) {
                       T m = 0, sum = 0;
                       for_each_offset(w, r, c, [&](Index, Index i) {
                         const T size = math::abs(x[i]);
                         m = size > m || size != size ? size : m;
                       });
                       const bool plain = m == 0 || std::isinf(m);
                       const T unit = plain ? T(1) : m;
                       for_each_offset(w, r, c, [&](Index, Index i) {
                         const T value = x[i] / unit;
                         sum += power(absolute ? math::abs(value) : value, p);
                       });
                       y[place] = plain ? root(sum, p) : m * root(sum, p);
                     });
                   });
}

}  // namespace

void register_lp_pool2d(KernelTable& table) {
  table.add("lp_pool2d", "lp_pool2d.windows",
            function_claims({{spec::Function::pow, 1.0}}, claims(spec::Order::left)), bind_lp<float>, bind_lp<double>);
}

}  // namespace plumbline::runtime
