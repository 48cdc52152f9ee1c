// conv2d and its gradients: the inputs of a block of outputs are laid out as columns and multiplied by sgemm.
#include <cmath>
#include <cstring>

#include "runtime/core/buffer.h"
#include "runtime/cpu/gemm.h"
#include "runtime/cpu/lanes.h"
#include "runtime/cpu/window.h"

namespace plumbline::runtime {
namespace {

constexpr Index columns_floats = 131072;  // of a block of columns: it stays in the second cache
constexpr Index most_chunks = 8;          // of the batch, whose weight gradients are summed in order

// x is [batch, groups·depth, …], w [groups·breadth, depth, …], y [batch, groups·breadth, …].
struct Conv {
  Index batch, groups, depth, breadth;
  Window rows, columns;

  Index x_plane() const { return rows.in * columns.in; }
  Index y_plane() const { return rows.out * columns.out; }
  Index taps() const { return depth * rows.kernel * columns.kernel; }
  Index block() const {
    return std::clamp<Index>(columns_floats / std::max<Index>(1, taps() * columns.out), 1,
                             std::max<Index>(1, rows.out));
  }
  Index blocks() const { return (rows.out + block() - 1) / block(); }
  std::size_t columns_bytes() const {
    return aligned(static_cast<std::size_t>(taps() * block() * columns.out) * sizeof(float));
  }
  bool empty() const { return batch * groups * breadth * y_plane() == 0 || taps() == 0; }
};

Conv conv_of(const spec::Op& op, const Shape& x, const Shape& w) {
  const auto stride = attribute<spec::Axes>(op, "stride");
  const auto groups = attribute<Index>(op, "groups");
  const auto window = [&](std::size_t axis) {
    return window_of(op, axis, x[2 + static_cast<Index>(axis)], w[2 + static_cast<Index>(axis)], entry(stride, axis));
  };
  return {x[0], groups, w[1], w[0] / groups, window(0), window(1)};
}

// The outputs along the columns whose tap l exists: [begin, end), and the input of the first.
struct Span {
  Index begin, end, from;
};
Span span_of(const Window& w, Index tap) {
  const Index shift = w.before - tap * w.dilation;  // output q reads q·stride − shift
  const Index begin = std::clamp<Index>(shift > 0 ? (shift + w.stride - 1) / w.stride : 0, 0, w.out);
  const Index end = w.in + shift <= 0 ? begin : std::clamp<Index>((w.in + shift - 1) / w.stride + 1, begin, w.out);
  return {begin, end, begin * w.stride - shift};
}

// f(tap, output row within the block, input row or −1, span of the output columns) for the taps of one group
template <class F>
void for_each_row(const Conv& c, Index first, Index count, F f) {
  for (Index channel = 0, tap = 0; channel < c.depth; ++channel)
    for (Index k = 0; k < c.rows.kernel; ++k)
      for (Index l = 0; l < c.columns.kernel; ++l, ++tap) {
        const Span span = span_of(c.columns, l);
        for (Index p = 0; p < count; ++p) {
          const Index i = (first + p) * c.rows.stride - c.rows.before + k * c.rows.dilation;
          f(tap, p, i < 0 || i >= c.rows.in ? Index{-1} : channel * c.x_plane() + i * c.columns.in, span);
        }
      }
}

// columns[tap][output] = x at the tap, 0 in the padding
void lay_out_columns(const Conv& c, const float* x, Index first, Index count, float* columns) {
  const Index width = c.columns.out, step = c.columns.stride;
  for_each_row(c, first, count, [&](Index tap, Index p, Index row, const Span& span) {
    float* to = columns + (tap * count + p) * width;
    if (row < 0) return std::fill_n(to, width, 0.0f), void();
    std::fill_n(to, span.begin, 0.0f);
    const float* from = x + row + span.from;
    if (step == 1) {
      if (span.end > span.begin)
        std::memcpy(to + span.begin, from, static_cast<std::size_t>(span.end - span.begin) * sizeof(float));
    } else {
      for (Index q = span.begin; q < span.end; ++q) to[q] = from[(q - span.begin) * step];
    }
    std::fill(to + span.end, to + width, 0.0f);
  });
}

// dx at each tap += columns[tap][output]
void add_columns(const Conv& c, const float* columns, Index first, Index count, float* dx) {
  const Index width = c.columns.out, step = c.columns.stride;
  for_each_row(c, first, count, [&](Index tap, Index p, Index row, const Span& span) {
    if (row < 0) return;
    const float* from = columns + (tap * count + p) * width;
    float* to = dx + row + span.from;
#pragma GCC ivdep
    for (Index q = span.begin; q < span.end; ++q) to[(q - span.begin) * step] += from[q];
  });
}

bool finite(const float* x, Index n) {
  return std::isfinite(sum_terms(n, [=](auto at) { return at(x) * 0.0f; }));
}

// Where a factor is not finite, the zeros that stand for padding would make a NaN of it: only taps that exist count.
void direct_outputs(const Conv& c, const float* x, const float* w, float* y) {
  const Index kernel = c.rows.kernel * c.columns.kernel;
  for (Index o = 0; o < c.breadth; ++o)
    for (Index p = 0; p < c.rows.out; ++p)
      for (Index q = 0; q < c.columns.out; ++q) {
        const Taps r = c.rows.taps(p), s = c.columns.taps(q);
        float sum = 0;
        for (Index channel = 0; channel < c.depth; ++channel)
          for (Index k = 0; k < r.count; ++k)
            for (Index l = 0; l < s.count; ++l)
              sum += x[channel * c.x_plane() + (r.start + k * r.step) * c.columns.in + s.start + l * s.step] *
                     w[(o * c.depth + channel) * kernel + (r.first + k) * c.columns.kernel + s.first + l];
        y[o * c.y_plane() + p * c.columns.out + q] = sum;
      }
}

void direct_weights(const Conv& c, const float* x, const float* ct, float* dw) {
  const Index kernel = c.rows.kernel * c.columns.kernel;
  for (Index p = 0; p < c.rows.out; ++p)
    for (Index q = 0; q < c.columns.out; ++q) {
      const Taps r = c.rows.taps(p), s = c.columns.taps(q);
      for (Index o = 0; o < c.breadth; ++o)
        for (Index channel = 0; channel < c.depth; ++channel)
          for (Index k = 0; k < r.count; ++k)
            for (Index l = 0; l < s.count; ++l)
              dw[(o * c.depth + channel) * kernel + (r.first + k) * c.columns.kernel + s.first + l] +=
                  x[channel * c.x_plane() + (r.start + k * r.step) * c.columns.in + s.start + l * s.step] *
                  ct[o * c.y_plane() + p * c.columns.out + q];
    }
}

BoundKernel fill(Index n) {
  BoundKernel bound;
  bound.run = [n](const KernelArgs& args) { std::fill_n(args.out.f32(), n, 0.0f); };
  return bound;
}

void add_bias(const Conv& c, const float* b, float* y, Index first, Index count) {
  for (Index o = 0; o < c.breadth; ++o) {
    float* row = y + o * c.y_plane() + first * c.columns.out;
    for (Index i = 0; i < count * c.columns.out; ++i) row[i] += b[o];
  }
}

// A part is a block of output rows of one image and group: y = W · columns + b.
BoundKernel bind_conv(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Conv c = conv_of(op, in[0], in[1]);
  if (c.empty() && in.size() < 3) return fill(out.size());
  const Index w_size = in[1].size(), maps = c.breadth * c.y_plane();
  BoundKernel bound;
  bound.local_scratch = c.columns_bytes();
  bound.run = [=](const KernelArgs& args) {
    const bool plain = finite(args.in[1].f32(), w_size);
    args.workers.run(c.batch * c.groups * (plain ? c.blocks() : 1), [&](Index part, int worker) {
      const Index blocks = plain ? c.blocks() : 1, image = part / blocks, group = image % c.groups;
      const Index first = plain ? part % blocks * c.block() : 0,
                  count = plain ? std::min(c.block(), c.rows.out - first) : c.rows.out;
      const float *x = args.in[0].f32() + image * c.depth * c.x_plane(),
                  *w = args.in[1].f32() + group * c.breadth * c.taps();
      float* y = args.out.f32() + image * maps;
      const Index width = count * c.columns.out;
      if (c.taps() == 0) {
        for (Index o = 0; o < c.breadth; ++o) std::fill_n(y + o * c.y_plane() + first * c.columns.out, width, 0.0f);
      } else if (plain) {
        float* columns = args.local(worker);
        lay_out_columns(c, x, first, count, columns);
        gemm(c.breadth, width, c.taps(), {w, c.taps()}, {columns, width}, y + first * c.columns.out, c.y_plane());
      } else {
        direct_outputs(c, x, w, y);
      }
      if (args.in.size() > 2) add_bias(c, args.in[2].f32() + group * c.breadth, y, first, count);
    });
  };
  return bound;
}

// A part is one image and group: columns = Wᵀ · ct, block by block, added to where they were read.
BoundKernel bind_input_grad(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Conv c = conv_of(op, out, in[1]);
  if (c.empty()) return fill(out.size());
  BoundKernel bound;
  bound.local_scratch = c.columns_bytes();
  bound.run = [=](const KernelArgs& args) {
    args.workers.run(c.batch * c.groups, [&](Index image, int worker) {
      const float *ct = args.in[0].f32() + image * c.breadth * c.y_plane(),
                  *w = args.in[1].f32() + image % c.groups * c.breadth * c.taps();
      float *dx = args.out.f32() + image * c.depth * c.x_plane(), *columns = args.local(worker);
      std::fill_n(dx, c.depth * c.x_plane(), 0.0f);
      for (Index first = 0; first < c.rows.out; first += c.block()) {
        const Index count = std::min(c.block(), c.rows.out - first), width = count * c.columns.out;
        gemm(c.taps(), width, c.breadth, {w, c.taps(), /*transposed=*/true}, {ct + first * c.columns.out, c.y_plane()},
             columns, width);
        add_columns(c, columns, first, count, dx);
      }
    });
  };
  return bound;
}

// The weight gradient of images [begin, end): dw += ct · columnsᵀ
void add_weights(const Conv& c, const KernelArgs& args, bool plain, Index begin, Index end, float* columns, float* dw) {
  for (Index image = begin * c.groups; image < end * c.groups; ++image) {
    const float *x = args.in[0].f32() + image * c.depth * c.x_plane(),
                *ct = args.in[1].f32() + image * c.breadth * c.y_plane();
    float* own = dw + image % c.groups * c.breadth * c.taps();
    if (!plain) {
      direct_weights(c, x, ct, own);
      continue;
    }
    for (Index first = 0; first < c.rows.out; first += c.block()) {
      const Index count = std::min(c.block(), c.rows.out - first), width = count * c.columns.out;
      lay_out_columns(c, x, first, count, columns);
      gemm(c.breadth, c.taps(), width, {ct + first * c.columns.out, c.y_plane()}, {columns, width, /*transposed=*/true},
           own, c.taps(), /*add=*/true);
    }
  }
}

BoundKernel bind_weight_grad(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Conv c = conv_of(op, in[0], out);
  if (c.empty()) return fill(out.size());
  const Index chunks = std::min(most_chunks, c.batch), n = out.size(), ct_size = in[1].size();
  const std::size_t bytes = aligned(static_cast<std::size_t>(n) * sizeof(float));
  BoundKernel bound;
  bound.scratch = bytes * static_cast<std::size_t>(chunks);
  bound.local_scratch = c.columns_bytes();
  bound.run = [=](const KernelArgs& args) {
    const bool plain = finite(args.in[1].f32(), ct_size);
    const auto part_of = [&](Index chunk) {
      return reinterpret_cast<float*>(args.scratch + static_cast<std::size_t>(chunk) * bytes);
    };
    args.workers.run(chunks, [&](Index chunk, int worker) {
      std::fill_n(part_of(chunk), n, 0.0f);
      add_weights(c, args, plain, c.batch * chunk / chunks, c.batch * (chunk + 1) / chunks, args.local(worker),
                  part_of(chunk));
    });
    parallel_for(args.workers, n, 16384, [&](Index begin, Index end, int) {
      std::copy(part_of(0) + begin, part_of(0) + end, args.out.f32() + begin);
      for (Index chunk = 1; chunk < chunks; ++chunk)
        for (Index i = begin; i < end; ++i) args.out.f32()[i] += part_of(chunk)[i];
    });
  };
  return bound;
}

}  // namespace

void register_conv(KernelTable& table) {
  table.add({"conv2d", "conv2d.columns", Device::cpu, DType::f32, gemm_claims(), false, {}, bind_conv});
  table.add({"conv2d_input_grad",
             "conv2d_input_grad.columns",
             Device::cpu,
             DType::f32,
             gemm_claims(),
             false,
             {},
             bind_input_grad});
  table.add({"conv2d_weight_grad",
             "conv2d_weight_grad.columns",
             Device::cpu,
             DType::f32,
             gemm_claims(),
             false,
             {},
             bind_weight_grad});
}

}  // namespace plumbline::runtime
