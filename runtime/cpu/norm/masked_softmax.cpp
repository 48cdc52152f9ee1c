// softmax over the entries that a mask allows; blocked ones are 0.
#include <vector>

#include "runtime/core/attribute.h"
#include "runtime/cpu/along.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/norm/softmax.h"

namespace plumbline::runtime {
namespace {

constexpr Index elements_per_part = 16384;

// softmax over the allowed entries of a row, in place: m_i is 0 where x_i is blocked.
template <class T>
void masked_softmax(T* x, const T* m, Index n) {
  for (Index i = 0; i < n; ++i) x[i] = m[i] != 0 ? x[i] : -infinite<T>;
  const T top = top_of(x, n);
  if (is_infinite(top))
    for (Index i = 0; i < n; ++i) x[i] = m[i] != 0 ? math::exp(shifted(x[i], top)) : T(0);
  else
    for (Index i = 0; i < n; ++i) x[i] = math::exp(x[i] - top);
  const T total = total_of(x, n);
  const bool none = contested(top, total);
  for (Index i = 0; i < n; ++i) x[i] = m[i] == 0 ? T(0) : none ? top - top : x[i] / total;
}

// The strides with which a mask is read at the places of x.
std::vector<Index> mask_strides(const Shape& mask, const Shape& x) {
  std::vector<Index> strides(static_cast<std::size_t>(x.rank()), 0);
  const auto own = mask.strides();
  for (Index a = 0; a < mask.rank(); ++a)
    if (mask[a] != 1) strides[static_cast<std::size_t>(a + x.rank() - mask.rank())] = own[static_cast<std::size_t>(a)];
  return strides;
}

template <class T>
BoundKernel bind_masked_softmax(const spec::Op& op, const Shapes& in, const Shape& shape) {
  BoundKernel bound;
  bound.run = [](const KernelArgs&) {};
  if (shape.size() == 0) return bound;
  const Index axis = *spec::normal_axis(attribute<Index>(op, "axis"), shape.rank());
  const Around s = around(shape, axis);
  const auto strides = mask_strides(in[1], shape);
  std::vector<Index> starts(static_cast<std::size_t>(s.outer * s.inner), 0);  // of the fibres' masks
  for (std::size_t f = 0; f < starts.size(); ++f) {
    Index rest = static_cast<Index>(f);
    for (Index a = shape.rank(); a-- > 0;) {
      if (a == axis) continue;
      starts[f] += rest % shape[a] * strides[static_cast<std::size_t>(a)];
      rest /= shape[a];
    }
  }
  const Index step = strides[static_cast<std::size_t>(axis)];
  bound.local_scratch = aligned(2 * sizeof(T) * static_cast<std::size_t>(s.n));
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, s.outer * s.inner, std::max<Index>(1, elements_per_part / s.n),
                 [&](Index begin, Index end, int worker) {
                   T *row = args.local<T>(worker), *mask = row + s.n;
                   for (Index f = begin; f < end; ++f) {
                     const Index at = f / s.inner * s.n * s.inner + f % s.inner;
                     const T* x = args.in[0].as<T>() + at;
                     const T* m = args.in[1].as<T>() + starts[static_cast<std::size_t>(f)];
                     T* y = args.out.as<T>() + at;
                     for (Index i = 0; i < s.n; ++i) row[i] = x[i * s.inner], mask[i] = m[i * step];
                     masked_softmax(row, mask, s.n);
                     for (Index i = 0; i < s.n; ++i) y[i * s.inner] = row[i];
                   }
                 });
  };
  return bound;
}

}  // namespace

void register_masked_softmax(KernelTable& table) {
  const spec::Claims c =
      function_claims({{spec::Function::exp, math::exp_ulps}}, claims(spec::Order::lanes, lanes));
  table.add("masked_softmax", "masked_softmax.simd", c, bind_masked_softmax<float>, bind_masked_softmax<double>);
}

}  // namespace plumbline::runtime
