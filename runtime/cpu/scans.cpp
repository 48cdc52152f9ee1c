// prod and its gradient over any set of axes; cumsum and cumprod along one.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "runtime/cpu/along.h"
#include "runtime/cpu/fibres.h"

namespace plumbline::runtime {
namespace {

// A left fold of products in binary64 with an exponent of its own, so that no partial product leaves the range.
class Product {
 public:
  void by(double x) {
    const double size = std::abs(x);
    if (size != 0 && size < infinity && !(size > low && size < high)) {
      int shift = 0;
      x = std::frexp(x, &shift), exponent_ += shift;
    }
    const double y = m_ * x;
    tail_ = std::fma(m_, x, -y), m_ = y;
    if (const double m = std::abs(m_); m != 0 && m < infinity && !(m > low && m < high)) {
      int shift = 0;
      m_ = std::frexp(m_, &shift), exponent_ += shift;
    }
  }
  void by(const Product& other) {
    by(other.m_);
    exponent_ += other.exponent_;
  }
  // Rounded once from m_: where that falls among the subnormal numbers, m_ is first made odd on the side of what the
  // last product lost, so that it is not rounded twice.
  double value() const {
    if (exponent_ == 0) return m_;
    double m = m_;
    if (tail_ != 0 && std::isfinite(m) && (std::bit_cast<std::uint64_t>(m) & 1) == 0)
      if (const auto e = std::ilogb(m) + exponent_; m != 0 && e < std::numeric_limits<double>::min_exponent)
        m = std::nextafter(m, tail_ > 0 ? infinity : -infinity);
    return std::ldexp(m, static_cast<int>(std::clamp<Index>(exponent_, -4096, 4096)));
  }

 private:
  static constexpr double infinity = std::numeric_limits<double>::infinity(), low = 0x1p-500, high = 0x1p500;
  double m_ = 1, tail_ = 0;
  Index exponent_ = 0;
};

template <class T>
BoundKernel bind_prod(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_fibres<T>(op, "axes", in[0], out, [](const T* x, Index n) {
    Product y;
    for (Index k = 0; k < n; ++k) y.by(x[k]);
    return static_cast<T>(y.value());
  });
}

// products: ct times what stands before an element, times what stands after it.
template <class T>
BoundKernel bind_prod_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  constexpr Index work_per_part = 4096;
  BoundKernel bound;
  bound.run = [](const KernelArgs&) {};
  if (in[0].size() == 0) return bound;
  const spec::Fibres fibre = spec::fibres(in[0], *spec::normal_axes(attribute<spec::Axes>(op, "axes"), in[0].rank()));
  const Index n = fibre.length();
  bound.local_scratch = aligned(sizeof(Product) * static_cast<std::size_t>(n));
  bound.run = [fibre, n](const KernelArgs& args) {
    parallel_for(args.workers, fibre.count(), std::max<Index>(1, work_per_part / n),
                 [&](Index begin, Index end, int worker) {
                   auto* after = args.local<Product>(worker);
                   for (Index o = begin; o < end; ++o) {
                     const T* x = args.in[0].as<T>() + fibre.start[static_cast<std::size_t>(o)];
                     T* dx = args.out.as<T>() + fibre.start[static_cast<std::size_t>(o)];
                     const auto at = [&](Index k) { return fibre.step[static_cast<std::size_t>(k)]; };
                     after[n - 1] = Product();
                     for (Index k = n - 1; k > 0; --k) after[k - 1] = after[k], after[k - 1].by(x[at(k)]);
                     Product before;
                     before.by(args.in[1].as<T>()[o]);
                     for (Index k = 0; k < n; ++k) {
                       Product y = before;
                       if (k + 1 < n) y.by(after[k]);
                       dx[at(k)] = static_cast<T>(y.value());
                       before.by(x[at(k)]);
                     }
                   }
                 });
  };
  return bound;
}

// What `scan` makes of each prefix: y(place k) = total before, or after, x(place k) is taken in.
template <class T, class Total>
BoundKernel bind_scan(const spec::Op& op, const Shapes& in, const Shape&) {
  const bool exclusive = attribute<bool>(op, "exclusive"), reverse = attribute<bool>(op, "reverse");
  const Index axis = *spec::normal_axis(attribute<Index>(op, "axis"), in[0].rank());
  return along<T, 1>(in[0], axis, [=](const std::array<const T*, 1>& x, T* y, Index n) {
    Total total;
    for (Index k = 0; k < n; ++k) {
      const Index at = reverse ? n - 1 - k : k;
      const T term = x[0][at];
      if (exclusive) y[at] = static_cast<T>(total.value());
      total.by(term);
      if (!exclusive) y[at] = static_cast<T>(total.value());
    }
  });
}

template <class T>
struct Total {
  T sum = 0;
  void by(T x) { sum += x; }
  T value() const { return sum; }
};

}  // namespace

void register_scans(KernelTable& table) {
  spec::Claims wide = claims(spec::Order::left);
  wide.intermediate = wide.accumulator = spec::binary64;
  table.add("prod", "prod.left", wide, bind_prod<float>, bind_prod<double>);
  table.add("prod_grad", "prod_grad.products", wide, bind_prod_grad<float>, bind_prod_grad<double>);
  table.add("cumprod", "cumprod.left", wide, bind_scan<float, Product>, bind_scan<double, Product>);
  table.add("cumsum", "cumsum.left", claims(spec::Order::left), bind_scan<float, Total<float>>,
            bind_scan<double, Total<double>>);
}

}  // namespace plumbline::runtime
