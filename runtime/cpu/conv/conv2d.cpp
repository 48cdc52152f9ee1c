// conv1d, conv2d, conv3d and their weight gradients: columns of a block of outputs, multiplied by gemm.
#include "runtime/cpu/conv/columns.h"

namespace plumbline::runtime {
namespace {

constexpr Index most_chunks = 8;  // of the batch, whose weight gradients are summed in order

// Where a factor is not finite, the zeros that stand for padding would make a NaN of it: only taps that exist count.
template <class T>
void direct_outputs(const Conv& c, const T* x, const T* w, T* y) {
  for (Index o = 0; o < c.breadth; ++o)
    for (Index place = 0; place < c.y_plane(); ++place) {
      T sum = 0;
      for (Index channel = 0; channel < c.depth; ++channel)
        for_each_tap(c, place, [&](Index from, Index tap) {
          sum += x[channel * c.x_plane() + from] * w[(o * c.depth + channel) * c.kernel() + tap];
        });
      y[o * c.y_plane() + place] = sum;
    }
}

template <class T>
void direct_weights(const Conv& c, const T* x, const T* ct, T* dw) {
  for (Index place = 0; place < c.y_plane(); ++place)
    for (Index o = 0; o < c.breadth; ++o)
      for (Index channel = 0; channel < c.depth; ++channel)
        for_each_tap(c, place, [&](Index from, Index tap) {
          dw[(o * c.depth + channel) * c.kernel() + tap] +=
              x[channel * c.x_plane() + from] * ct[o * c.y_plane() + place];
        });
}

template <class T>
void add_bias(const Conv& c, const T* b, T* y, const Piece& block) {
  for (Index o = 0; o < c.breadth; ++o) {
    T* row = y + o * c.y_plane() + c.start(block);
    for (Index i = 0; i < block.count * block.width; ++i) row[i] += b[o];
  }
}

// A block of output rows of one image and group: y = W · columns
template <class T>
void multiply(const Conv& c, const T* x, const T* w, const Piece& block, T* columns, T* y) {
  const Index width = block.count * block.width;
  if (c.taps() == 0) {
    for (Index o = 0; o < c.breadth; ++o) std::fill_n(y + o * c.y_plane() + c.start(block), width, T(0));
    return;
  }
  lay_out_columns(c, x, block, columns);
  gemm(c.breadth, width, c.taps(), Operand<T>{w, c.taps()}, Operand<T>{columns, width}, y + c.start(block),
       c.y_plane());
}

// A part is a block of one image and group, the bias added to its sums.
template <class T>
BoundKernel bind_conv(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Conv c = conv_of<T>(op, in[0], in[1], out);
  if (c.empty() && in.size() < 3) return zeros<T>(out.size());
  const Index w_size = in[1].size();
  BoundKernel bound;
  bound.local_scratch = c.scratch();
  bound.run = [=](const KernelArgs& args) {
    const bool plain = all_finite(args.in[1].as<T>(), w_size);
    const Index blocks = plain ? c.blocks() : 1;
    args.workers.run(c.batch * c.groups * blocks, [&](Index part, int worker) {
      const Index image = part / blocks, group = image % c.groups;
      const Piece block = plain ? c.block(part % blocks) : Piece{0, c.y_rows(), 0, c.columns().out};
      const T *x = args.in[0].as<T>() + image * c.depth * c.x_plane(),
              *w = args.in[1].as<T>() + group * c.breadth * c.taps();
      T* y = args.out.as<T>() + image * c.breadth * c.y_plane();
      if (plain)
        multiply(c, x, w, block, args.local<T>(worker), y);
      else
        direct_outputs(c, x, w, y);
      if (args.in.size() > 2) add_bias(c, args.in[2].as<T>() + group * c.breadth, y, block);
    });
  };
  return bound;
}

// The weight gradient of images [begin, end): dw += ct · columnsᵀ
template <class T>
void add_weights(const Conv& c, const KernelArgs& args, bool plain, Index begin, Index end, T* columns, T* dw) {
  for (Index image = begin * c.groups; image < end * c.groups; ++image) {
    const T *x = args.in[0].as<T>() + image * c.depth * c.x_plane(),
            *ct = args.in[1].as<T>() + image * c.breadth * c.y_plane();
    T* own = dw + image % c.groups * c.breadth * c.taps();
    if (!plain) {
      direct_weights(c, x, ct, own);
      continue;
    }
    for (Index i = 0; i < c.blocks(); ++i) {
      const Piece block = c.block(i);
      const Index width = block.count * block.width;
      lay_out_columns(c, x, block, columns);
      gemm(c.breadth, c.taps(), width, Operand<T>{ct + c.start(block), c.y_plane()},
           Operand<T>{columns, width, /*transposed=*/true}, own, c.taps(), /*add=*/true);
    }
  }
}

template <class T>
BoundKernel bind_weight_grad(const spec::Op& op, const Shapes& in, const Shape& out) {
  const Conv c = conv_of<T>(op, in[0], out, in[1]);
  if (c.empty()) return zeros<T>(out.size());
  const Index chunks = std::min(most_chunks, c.batch), n = out.size(), ct_size = in[1].size();
  const std::size_t bytes = aligned(static_cast<std::size_t>(n) * sizeof(T));
  BoundKernel bound;
  bound.scratch = bytes * static_cast<std::size_t>(chunks);
  bound.local_scratch = c.scratch();
  bound.run = [=](const KernelArgs& args) {
    const bool plain = all_finite(args.in[1].as<T>(), ct_size);
    const auto part_of = [&](Index chunk) {
      return reinterpret_cast<T*>(args.scratch + static_cast<std::size_t>(chunk) * bytes);
    };
    args.workers.run(chunks, [&](Index chunk, int worker) {
      std::fill_n(part_of(chunk), n, T(0));
      add_weights(c, args, plain, c.batch * chunk / chunks, c.batch * (chunk + 1) / chunks, args.local<T>(worker),
                  part_of(chunk));
    });
    parallel_for(args.workers, n, 16384, [&](Index begin, Index end, int) {
      std::copy(part_of(0) + begin, part_of(0) + end, args.out.as<T>() + begin);
      for (Index chunk = 1; chunk < chunks; ++chunk)
        for (Index i = begin; i < end; ++i) args.out.as<T>()[i] += part_of(chunk)[i];
    });
  };
  return bound;
}

}  // namespace

void register_conv2d(KernelTable& table) {
  spec::Claims columns = gemm_claims();
  columns.method = "im2col";
  for (const std::string op : {"conv1d", "conv2d", "conv3d"}) {
    table.add(op, op + ".columns", columns, bind_conv<float>, bind_conv<double>);
    table.add(op + "_weight_grad", op + "_weight_grad.columns", gemm_claims(), bind_weight_grad<float>,
              bind_weight_grad<double>);
  }
}

}  // namespace plumbline::runtime
