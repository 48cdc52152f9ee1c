// local_response_norm and moving_sum.
#include <cmath>

#include "runtime/core/attribute.h"
#include "runtime/cpu/along.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/norm/slices.h"
#include "runtime/cpu/wide.h"

namespace plumbline::runtime {
namespace {

constexpr Index columns = 64;  // of the inner extent that are taken together

// s_c = Σ_j term(x_jc) over the window of place i, one column after another, in the order of j.
struct Window {
  Index before, after;

  template <class T, class Term>
  void add(const T* x, const Around& s, Index i, Index width, T* sums, Term term) const {
    const Index from = i - std::min(i, before), to = i + std::min(s.n - 1 - i, after);
    std::fill_n(sums, width, T(0));
    for (Index j = from; j <= to; ++j)
#pragma GCC ivdep
      for (Index c = 0; c < width; ++c) sums[c] += term(x[j * s.inner + c]);
  }
  // One of the sums, in the wider type.
  template <class T, class Term>
  Wide<T> wide(const T* x, const Around& s, Index i, Term term) const {
    const Index from = i - std::min(i, before), to = i + std::min(s.n - 1 - i, after);
    return wide_sum_of<T>(to - from + 1, [=](Index j) { return term(Wide<T>(x[(from + j) * s.inner])); });
  }
};

// finish(sums, x at the place, y at the place, width, again) for each place and block of columns; again(c) is the sum
// of column c in the wider type.
template <class T, class Term, class Finish>
BoundKernel by_windows(const Shape& shape, Index axis, const Window& window, Term term, Finish finish) {
  const Around s = around(shape, axis);
  const Index blocks = (s.inner + columns - 1) / columns;
  BoundKernel bound;
  bound.run = [](const KernelArgs&) {};
  if (shape.size() == 0) return bound;
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, s.outer * blocks, std::max<Index>(1, slice_work / (s.n * columns)),
                 [&](Index begin, Index end, int) {
                   T sums[columns];
                   for (Index p = begin; p < end; ++p) {
                     const Index at = p / blocks * s.n * s.inner + p % blocks * columns,
                                 width = std::min(columns, s.inner - p % blocks * columns);
                     const T* x = args.in[0].as<T>() + at;
                     T* y = args.out.as<T>() + at;
                     for (Index i = 0; i < s.n; ++i) {
                       window.add(x, s, i, width, sums, term);
                       finish(sums, x + i * s.inner, y + i * s.inner, width,
                              [&](Index c) { return window.wide(x + c, s, i, term); });
                     }
                   }
                 });
  };
  return bound;
}

template <class T>
BoundKernel bind_moving_sum(const spec::Op& op, const Shapes& in, const Shape&) {
  const Index axis = *spec::normal_axis(attribute<Index>(op, "axis"), in[0].rank());
  const Window window{attribute<Index>(op, "before"), attribute<Index>(op, "after")};
  return by_windows<T>(
      in[0], axis, window, [](auto x) { return x; },
      [](const T* sums, const T*, T* y, Index width, auto again) {
        for (Index c = 0; c < width; ++c) y[c] = in_range(sums[c]) ? sums[c] : static_cast<T>(again(c));
      });
}

template <class T>
BoundKernel bind_local_response_norm(const spec::Op& op, const Shapes& in, const Shape&) {
  const Index size = attribute<Index>(op, "size");
  const auto number = [&](const char* name) { return static_cast<T>(attribute<double>(op, name)); };
  const T alpha = number("alpha"), beta = number("beta"), k = number("k"), n = static_cast<T>(size);
  return by_windows<T>(
      in[0], 1, {size / 2, (size - 1) / 2}, [](auto x) { return x * x; },
      [=](const T* sums, const T* x, T* y, Index width, auto again) {
        for (Index c = 0; c < width; ++c) {
          const T base = k + alpha * sums[c] / n, power = std::pow(base, beta);
          const bool sound = power >= std::numeric_limits<T>::min() && in_range(power) && sound_squares(base);
          y[c] = sound ? x[c] / power : static_cast<T>(x[c] / std::pow(k + alpha * again(c) / n, Wide<T>(beta)));
        }
      });
}

}  // namespace

void register_local_response_norm(KernelTable& table) {
  const spec::Claims left = claims(spec::Order::left);
  table.add("moving_sum", "moving_sum.direct", in_wide_range(left), bind_moving_sum<float>, bind_moving_sum<double>);
  table.add("local_response_norm", "local_response_norm.direct",
            function_claims({{spec::Function::pow, 1}}, without_overflow(left)), bind_local_response_norm<float>,
            bind_local_response_norm<double>);
}

}  // namespace plumbline::runtime
