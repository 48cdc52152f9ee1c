// batch_norm, its gradient and its running statistics: slices that are scattered over the batch are gathered first.
#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/core/kernel.h"
#include "runtime/cpu/norm/slices.h"

namespace plumbline::runtime {
namespace {

constexpr Index together = 16;  // channels that are gathered at a time where space is short

// x is [batch, channels, space].
struct Channels {
  Index batch, channels, space, width;

  Index length() const { return batch * space; }
  Index parts() const { return (channels + width - 1) / width; }
  Index grain() const { return std::max<Index>(1, slice_work / std::max<Index>(1, length() * width)); }
};

Channels channels_of(const Shape& x) {
  Index space = 1;
  for (Index a = 2; a < x.rank(); ++a) space *= x[a];
  return {x[0], x[1], space, space < together ? std::min(together, std::max<Index>(1, x[1])) : 1};
}

// Channels first … first + width − 1 of x, one after another, and back.
template <class T>
void gather(const Channels& s, const T* x, Index first, Index width, T* rows) {
  for (Index b = 0; b < s.batch; ++b)
    for (Index c = 0; c < width; ++c)
      std::copy_n(x + (b * s.channels + first + c) * s.space, s.space, rows + c * s.length() + b * s.space);
}
template <class T>
void scatter(const Channels& s, const T* rows, Index first, Index width, T* x) {
  for (Index b = 0; b < s.batch; ++b)
    for (Index c = 0; c < width; ++c)
      std::copy_n(rows + c * s.length() + b * s.space, s.space, x + (b * s.channels + first + c) * s.space);
}

// f(channel, row of input 0, row of input 1 …) for each channel, the rows in scratch; then row 0 goes out if `back`.
template <class T, std::size_t inputs, bool back, class F>
BoundKernel by_channel(const Shape& x, F f) {
  const Channels s = channels_of(x);
  BoundKernel bound;
  bound.run = [](const KernelArgs&) {};
  if (x.size() == 0) return bound;
  const Index block = s.width * s.length();
  bound.local_scratch = aligned(sizeof(T) * static_cast<std::size_t>(block) * inputs);
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, s.parts(), s.grain(), [&](Index begin, Index end, int worker) {
      T* rows = args.local<T>(worker);
      for (Index p = begin; p < end; ++p) {
        const Index first = p * s.width, width = std::min(s.width, s.channels - first);
        for (std::size_t i = 0; i < inputs; ++i)
          gather(s, args.in[i].template as<T>(), first, width, rows + static_cast<Index>(i) * block);
        for (Index c = 0; c < width; ++c) f(args, first + c, rows + c * s.length(), block, s.length());
        if constexpr (back) scatter(s, rows, first, width, args.out.as<T>());
      }
    });
  };
  return bound;
}

template <class T>
const T* channel(const KernelArgs& args, std::size_t input, Index c) {
  return args.in.size() > input ? args.in[input].template as<T>() + c : nullptr;
}

// (x − m)·(1/√(v + eps)) · w + b of channel c in the wider type.
template <class T>
T wide_running(const KernelArgs& args, Index c, double eps, T x) {
  const auto at = [&](std::size_t input) { return static_cast<Wide<T>>(*channel<T>(args, input, c)); };
  const Wide<T> normal = (x - at(1)) / std::sqrt(at(2) + eps);
  return static_cast<T>((args.in.size() > 3 ? normal * at(3) : normal) + (args.in.size() > 4 ? at(4) : 0));
}

// y = (x − m)·scale · w + b, where the channels of an image are neighbours.
template <class T>
void by_row(const KernelArgs& args, const Channels& s, double eps, Index begin, Index end, const T* scale) {
  const T *m = args.in[1].as<T>(), *w = channel<T>(args, 3, 0), *b = channel<T>(args, 4, 0);
  for (Index r = begin; r < end; ++r) {
    const T* x = args.in[0].as<T>() + r * s.channels;
    T* y = args.out.as<T>() + r * s.channels;
#pragma GCC ivdep
    for (Index c = 0; c < s.channels; ++c) y[c] = (x[c] - m[c]) * scale[c];
    if (w != nullptr)
#pragma GCC ivdep
      for (Index c = 0; c < s.channels; ++c) y[c] = y[c] * w[c];
    if (b != nullptr)
#pragma GCC ivdep
      for (Index c = 0; c < s.channels; ++c) y[c] = y[c] + b[c];
    if (!all_in_range(y, s.channels))
      for (Index c = 0; c < s.channels; ++c) y[c] = wide_running<T>(args, c, eps, x[c]);
  }
}

// y = (x − m)·(1/√(v + eps)) · w + b
template <class T>
BoundKernel by_running(const Shape& x, double eps) {
  const Channels s = channels_of(x);
  BoundKernel bound;
  bound.run = [](const KernelArgs&) {};
  if (x.size() == 0) return bound;
  bound.scratch = sizeof(T) * static_cast<std::size_t>(s.channels);
  bound.run = [=](const KernelArgs& args) {
    T* scale = args.shared<T>();
    const T *m = args.in[1].as<T>(), *v = args.in[2].as<T>();
    for (Index c = 0; c < s.channels; ++c) {
      const T spread = v[c] + static_cast<T>(eps);
      scale[c] = in_range(spread) ? 1 / std::sqrt(spread) : std::numeric_limits<T>::quiet_NaN();
    }
    parallel_for(args.workers, s.batch, std::max<Index>(1, slice_work / (s.channels * s.space)),
                 [&](Index begin, Index end, int) {
                   if (s.space == 1) return by_row(args, s, eps, begin, end, scale);
                   for (Index r = begin * s.channels; r < end * s.channels; ++r) {
                     const Index c = r % s.channels;
                     const T* from = args.in[0].as<T>() + r * s.space;
                     T* y = args.out.as<T>() + r * s.space;
                     for (Index i = 0; i < s.space; ++i) y[i] = from[i] - m[c];
                     affine_run<T>(y, s.space, scale[c], channel<T>(args, 3, c), channel<T>(args, 4, c));
                     if (!all_in_range(y, s.space))
                       for (Index i = 0; i < s.space; ++i) y[i] = wide_running<T>(args, c, eps, from[i]);
                   }
                 });
  };
  return bound;
}

// y = x̂ · w + b of one channel in place; what leaves the range of T is gathered and computed again.
template <class T>
BoundKernel bind_batch_norm(const spec::Op& op, const Shapes& in, const Shape&) {
  const double eps = attribute<double>(op, "eps");
  if (!attribute<bool>(op, "training")) return by_running<T>(in[0], eps);
  return by_channel<T, 1, true>(in[0], [eps, s = channels_of(in[0])](const KernelArgs& args, Index c, T* x, Index,
                                                                     Index n) {
    const T *w = channel<T>(args, 1, c), *b = channel<T>(args, 2, c);
    const auto [scale, sound] = centre<true>(x, x, n, eps);
    if (sound && moderate_weights(w, 1) && moderate_weights(b, 1)) return affine_run<T>(x, n, scale, w, b);
    gather(s, args.in[0].as<T>(), c, 1, x);
    const WideSlice<true, T> slice(x, n, eps);
    for (Index i = 0; i < n; ++i)
      x[i] = static_cast<T>(slice(x[i]) * (w == nullptr ? T(1) : *w) + (b == nullptr ? T(0) : *b));
  });
}

template <class T>
BoundKernel bind_batch_norm_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  const double eps = attribute<double>(op, "eps");
  return by_channel<T, 2, true>(in[0], [eps, s = channels_of(in[0])](const KernelArgs& args, Index c, T* x, Index block,
                                                                     Index n) {
    if (slice_gradient<true, T>(x, x + block, x, n, eps)) return;
    gather(s, args.in[0].as<T>(), c, 1, x);
    wide_slice_gradient<true, T>(x, x + block, x, n, eps);
  });
}

// (1 − m)·old + m·statistic(x, n); m = 1 / (1 + batches seen) where that is given.
template <class T, class F, class Again>
BoundKernel bind_running(const spec::Op& op, const Shapes& in, F statistic, Again again) {
  const T momentum = static_cast<T>(attribute<double>(op, "momentum"));
  return by_channel<T, 1, false>(in[0], [=, s = channels_of(in[0])](const KernelArgs& args, Index c, T* x, Index,
                                                                    Index n) {
    const T m = args.in.size() > 2 ? 1 / (1 + *args.in[2].as<T>()) : momentum, old = args.in[1].as<T>()[c];
    T& y = args.out.as<T>()[c];
    y = (1 - m) * old + m * statistic(x, n);
    if (in_range(y)) return;
    gather(s, args.in[0].as<T>(), c, 1, x);
    y = static_cast<T>(Wide<T>(1 - m) * old + m * again(x, n));
  });
}
template <class T>
BoundKernel bind_running_mean(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_running<T>(
      op, in, [](T* x, Index n) { return mean_of(x, n); }, [](T* x, Index n) { return wide_mean_of(x, n); });
}
template <class T>
BoundKernel bind_running_var(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_running<T>(
      op, in,
      [](T* x, Index n) { return centred_squares(x, x, n, mean_of(x, n)) / static_cast<T>(n - 1); },
      [](T* x, Index n) {
        const Wide<T> mean = wide_mean_of(x, n);
        return wide_sum_of<T>(n, [=](Index i) { return (x[i] - mean) * (x[i] - mean); }) / static_cast<Wide<T>>(n - 1);
      });
}

}  // namespace

void register_batch_norm(KernelTable& table) {
  const spec::Claims c = without_overflow(claims(spec::Order::lanes, lanes));
  const auto add = [&](const std::string& op, Bind f32, Bind f64) {
    table.add(op, op + ".two_pass", c, std::move(f32), std::move(f64));
  };
  add("batch_norm", bind_batch_norm<float>, bind_batch_norm<double>);
  add("batch_norm_grad", bind_batch_norm_grad<float>, bind_batch_norm_grad<double>);
  add("batch_norm_running_mean", bind_running_mean<float>, bind_running_mean<double>);
  add("batch_norm_running_var", bind_running_var<float>, bind_running_var<double>);
}

}  // namespace plumbline::runtime
