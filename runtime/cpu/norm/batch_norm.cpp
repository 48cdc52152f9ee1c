// batch_norm, its gradient and its running statistics. Channels of many images and little space are gathered first.
#include "runtime/core/attribute.h"
#include "runtime/core/buffer.h"
#include "runtime/core/kernel.h"
#include "runtime/cpu/norm/channels.h"

namespace plumbline::runtime {
namespace {

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

// Mean and Σ (x − mean)² of each channel, which batch_norm, its gradient and the running statistics share.
template <class T>
struct Statistics {
  Channels s;

  Trace trace() const { return {"batch_norm", 2 * sizeof(T) * static_cast<std::size_t>(s.channels), {0}}; }
  ChannelMoments<T> of(const KernelArgs& args, Index c) const {
    T *mean = reinterpret_cast<T*>(args.trace) + c, *squares = mean + s.channels;
    if (!args.traced) {
      const auto m = moments_of_channel(s, c, args.in[0].as<T>());
      *mean = m.mean, *squares = m.squares;
    }
    return {*mean, *squares};
  }
};

// f(channel, its moments, scratch for `inputs` of its rows) for each channel, where it lies.
template <class T, std::size_t inputs, class F>
BoundKernel in_place(const Channels& s, F f) {
  const Statistics<T> statistics{s};
  BoundKernel bound;
  bound.trace = statistics.trace();
  bound.local_scratch = aligned(sizeof(T) * static_cast<std::size_t>(s.length()) * inputs);
  bound.run = [=](const KernelArgs& args) {
    parallel_for(args.workers, s.channels, s.grain(), [&](Index begin, Index end, int worker) {
      for (Index c = begin; c < end; ++c) f(args, c, statistics.of(args, c), args.local<T>(worker));
    });
  };
  return bound;
}

template <class T>
BoundKernel batch_norm_in_place(const Channels& s, double eps) {
  return in_place<T, 1>(s, [=](const KernelArgs& args, Index c, const ChannelMoments<T>& m, T* rows) {
    const T *w = channel<T>(args, 1, c), *b = channel<T>(args, 2, c), *x = args.in[0].as<T>();
    const auto [scale, sound] = m.scale(s.length(), eps);
    T* y = args.out.as<T>();
    if (sound && moderate_weights(w, 1) && moderate_weights(b, 1)) {
      for (Index at = c * s.space; at < s.batch * s.channels * s.space; at += s.channels * s.space) {
#pragma GCC ivdep
        for (Index i = at; i < at + s.space; ++i) y[i] = x[i] - m.mean;
        affine_run<T>(y + at, s.space, scale, w, b);
      }
      return;
    }
    gather(s, x, c, 1, rows);
    const WideSlice<true, T> slice(rows, s.length(), eps);
    for (Index i = 0; i < s.length(); ++i)
      rows[i] = static_cast<T>(slice(rows[i]) * (w == nullptr ? T(1) : *w) + (b == nullptr ? T(0) : *b));
    scatter(s, rows, c, 1, y);
  });
}

template <class T>
BoundKernel batch_norm_grad_in_place(const Channels& s, double eps) {
  return in_place<T, 2>(s, [=](const KernelArgs& args, Index c, const ChannelMoments<T>& m, T* rows) {
    const T *x = args.in[0].as<T>(), *g = args.in[1].as<T>();
    T* dx = args.out.as<T>();
    const auto [scale, sound] = m.scale(s.length(), eps);
    if (sound && gradient_of_channel(s, c, x, g, m.mean, scale, dx)) return;
    gather(s, x, c, 1, rows), gather(s, g, c, 1, rows + s.length());
    wide_slice_gradient<true, T>(rows, rows + s.length(), rows, s.length(), eps);
    scatter(s, rows, c, 1, dx);
  });
}

// y = x̂ · w + b of one channel in place; what leaves the range of T is gathered and computed again.
template <class T>
BoundKernel bind_batch_norm(const spec::Op& op, const Shapes& in, const Shape&) {
  const double eps = attribute<double>(op, "eps");
  if (!attribute<bool>(op, "training")) return by_running<T>(in[0], eps);
  if (spacious(in[0])) return batch_norm_in_place<T>(channels_of(in[0]), eps);
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
  if (spacious(in[0])) return batch_norm_grad_in_place<T>(channels_of(in[0]), eps);
  return by_channel<T, 2, true>(in[0], [eps, s = channels_of(in[0])](const KernelArgs& args, Index c, T* x, Index block,
                                                                     Index n) {
    if (slice_gradient<true, T>(x, x + block, x, n, eps)) return;
    gather(s, args.in[0].as<T>(), c, 1, x);
    wide_slice_gradient<true, T>(x, x + block, x, n, eps);
  });
}

// (1 − m)·old + m·statistic(moments, n); m = 1 / (1 + batches seen) where that is given.
template <class T, class F, class Again>
BoundKernel bind_running(const spec::Op& op, const Shapes& in, F statistic, Again again) {
  const T momentum = static_cast<T>(attribute<double>(op, "momentum"));
  const Channels s = channels_of(in[0]);
  const auto update = [=](const KernelArgs& args, Index c, const ChannelMoments<T>& moments, T* rows) {
    const T m = args.in.size() > 2 ? 1 / (1 + *args.in[2].as<T>()) : momentum, old = args.in[1].as<T>()[c];
    T& y = args.out.as<T>()[c];
    y = (1 - m) * old + m * statistic(moments, s.length());
    if (in_range(y)) return;
    gather(s, args.in[0].as<T>(), c, 1, rows);
    y = static_cast<T>(Wide<T>(1 - m) * old + m * again(rows, s.length()));
  };
  if (spacious(in[0])) return in_place<T, 1>(s, update);
  return by_channel<T, 1, false>(in[0], [=](const KernelArgs& args, Index c, T* x, Index, Index n) {
    const T mean = mean_of(x, n);
    update(args, c, {mean, centred_squares(x, x, n, mean)}, x);
  });
}
template <class T>
BoundKernel bind_running_mean(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_running<T>(
      op, in, [](const ChannelMoments<T>& m, Index) { return m.mean; },
      [](T* x, Index n) { return wide_mean_of(x, n); });
}
template <class T>
BoundKernel bind_running_var(const spec::Op& op, const Shapes& in, const Shape&) {
  return bind_running<T>(
      op, in, [](const ChannelMoments<T>& m, Index n) { return m.squares / static_cast<T>(n - 1); },
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
