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

// y = (x − m)·scale · w + b, where the channels of an image are neighbours.
template <class T>
void by_row(const KernelArgs& args, const Channels& s, Index begin, Index end, const T* scale) {
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
  }
}

// y = (x − m)·(1/√(v + eps)) · w + b
template <class T>
BoundKernel by_running(const Shape& x, T eps) {
  const Channels s = channels_of(x);
  BoundKernel bound;
  bound.run = [](const KernelArgs&) {};
  if (x.size() == 0) return bound;
  bound.scratch = sizeof(T) * static_cast<std::size_t>(s.channels);
  bound.run = [=](const KernelArgs& args) {
    T* scale = args.shared<T>();
    const T *m = args.in[1].as<T>(), *v = args.in[2].as<T>();
    for (Index c = 0; c < s.channels; ++c) scale[c] = 1 / std::sqrt(v[c] + eps);
    parallel_for(args.workers, s.batch, std::max<Index>(1, slice_work / (s.channels * s.space)),
                 [&](Index begin, Index end, int) {
                   if (s.space == 1) return by_row(args, s, begin, end, scale);
                   for (Index r = begin * s.channels; r < end * s.channels; ++r) {
                     const Index c = r % s.channels;
                     const T* from = args.in[0].as<T>() + r * s.space;
                     T* y = args.out.as<T>() + r * s.space;
                     for (Index i = 0; i < s.space; ++i) y[i] = from[i] - m[c];
                     affine_run<T>(y, s.space, scale[c], channel<T>(args, 3, c), channel<T>(args, 4, c));
                   }
                 });
  };
  return bound;
}

template <class T>
BoundKernel bind_batch_norm(const spec::Op& op, const Shapes& in, const Shape&) {
  const T eps = static_cast<T>(attribute<double>(op, "eps"));
  if (!attribute<bool>(op, "training")) return by_running<T>(in[0], eps);
  return by_channel<T, 1, true>(in[0], [eps](const KernelArgs& args, Index c, T* x, Index, Index n) {
    affine_run<T>(x, n, centre<true>(x, x, n, eps), channel<T>(args, 1, c), channel<T>(args, 2, c));
  });
}

template <class T>
BoundKernel bind_batch_norm_grad(const spec::Op& op, const Shapes& in, const Shape&) {
  const T eps = static_cast<T>(attribute<double>(op, "eps"));
  return by_channel<T, 2, true>(in[0], [eps](const KernelArgs&, Index, T* x, Index block, Index n) {
    slice_gradient<true, T>(x, x + block, x, n, eps);
  });
}

// (1 − m)·old + m·statistic(x, n); m = 1 / (1 + batches seen) where that is given.
template <class T, class F>
BoundKernel bind_running(const spec::Op& op, const Shapes& in, F statistic) {
  const T momentum = static_cast<T>(attribute<double>(op, "momentum"));
  return by_channel<T, 1, false>(in[0], [=](const KernelArgs& args, Index c, T* x, Index, Index n) {
    const T m = args.in.size() > 2 ? 1 / (1 + *args.in[2].as<T>()) : momentum;
    args.out.as<T>()[c] = (1 - m) * args.in[1].as<T>()[c] + m * statistic(x, n);
  });
}
template <class T>
BoundKernel bind_running_mean(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_running<T>(op, in, [](T* x, Index n) { return mean_of(x, n); });
}
template <class T>
BoundKernel bind_running_var(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_running<T>(op, in, [](T* x, Index n) {
    return centred_squares(x, x, n, mean_of(x, n)) / static_cast<T>(n - 1);
  });
}

}  // namespace

void register_batch_norm(KernelTable& table) {
  const spec::Claims c = claims(spec::Order::lanes, lanes);
  const auto add = [&](const std::string& op, Bind f32, Bind f64) {
    table.add(op, op + ".two_pass", c, std::move(f32), std::move(f64));
  };
  add("batch_norm", bind_batch_norm<float>, bind_batch_norm<double>);
  add("batch_norm_grad", bind_batch_norm_grad<float>, bind_batch_norm_grad<double>);
  add("batch_norm_running_mean", bind_running_mean<float>, bind_running_mean<double>);
  add("batch_norm_running_var", bind_running_var<float>, bind_running_var<double>);
}

}  // namespace plumbline::runtime
