// prod and its gradient over any set of axes.
#include "runtime/cpu/fibres.h"
#include "runtime/cpu/reduce/product.h"

namespace plumbline::runtime {
namespace {

template <class T>
BoundKernel bind_prod(const spec::Op& op, const Shapes& in, const Shape& out) {
  return over_fibres<T>(op, "axes", in[0], out, [](const T* x, Index n) {
    ScaledProduct y;
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
  bound.local_scratch = aligned(sizeof(ScaledProduct) * static_cast<std::size_t>(n));
  bound.run = [fibre, n](const KernelArgs& args) {
    parallel_for(args.workers, fibre.count(), std::max<Index>(1, work_per_part / n),
                 [&](Index begin, Index end, int worker) {
                   auto* after = args.local<ScaledProduct>(worker);
                   for (Index o = begin; o < end; ++o) {
                     const T* x = args.in[0].as<T>() + fibre.start[static_cast<std::size_t>(o)];
                     T* dx = args.out.as<T>() + fibre.start[static_cast<std::size_t>(o)];
                     const auto at = [&](Index k) { return fibre.step[static_cast<std::size_t>(k)]; };
                     after[n - 1] = ScaledProduct();
                     for (Index k = n - 1; k > 0; --k) after[k - 1] = after[k], after[k - 1].by(x[at(k)]);
                     ScaledProduct before;
                     before.by(args.in[1].as<T>()[o]);
                     for (Index k = 0; k < n; ++k) {
                       ScaledProduct y = before;
                       if (k + 1 < n) y.by(after[k]);
                       dx[at(k)] = static_cast<T>(y.value());
                       before.by(x[at(k)]);
                     }
                   }
                 });
  };
  return bound;
}

}  // namespace

void register_prod(KernelTable& table) {
  table.add("prod", "prod.left", product_claims(), bind_prod<float>, bind_prod<double>);
  table.add("prod_grad", "prod_grad.products", product_claims(), bind_prod_grad<float>, bind_prod_grad<double>);
}

}  // namespace plumbline::runtime
