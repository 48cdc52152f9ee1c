// cumsum and cumprod along one axis.
#include "runtime/core/attribute.h"
#include "runtime/cpu/along.h"
#include "runtime/cpu/reduce/product.h"

namespace plumbline::runtime {
namespace {

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

void register_cumsum(KernelTable& table) {
  table.add("cumsum", "cumsum.left", claims(spec::Order::left), bind_scan<float, Total<float>>,
            bind_scan<double, Total<double>>);
  table.add("cumprod", "cumprod.left", product_claims(), bind_scan<float, ScaledProduct>,
            bind_scan<double, ScaledProduct>);
}

}  // namespace plumbline::runtime
