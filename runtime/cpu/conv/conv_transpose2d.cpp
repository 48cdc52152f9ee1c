// Transposed convolutions and the input gradients of convolutions: columns = Wᵀ · ct, added to where they were read.
#include "runtime/cpu/conv/columns.h"

namespace plumbline::runtime {
namespace {

// A part is one image and group. `biased`: a bias for each channel of the result is added at the end.
template <class T>
BoundKernel spread_columns(const Conv& c, bool biased) {
  BoundKernel bound;
  bound.local_scratch = c.scratch();
  bound.run = [=](const KernelArgs& args) {
    args.workers.run(c.batch * c.groups, [&](Index image, int worker) {
      const T *ct = args.in[0].as<T>() + image * c.breadth * c.y_plane(),
              *w = args.in[1].as<T>() + image % c.groups * c.breadth * c.taps();
      T *dx = args.out.as<T>() + image * c.depth * c.x_plane(), *columns = args.local<T>(worker);
      std::fill_n(dx, c.depth * c.x_plane(), T(0));
      for (Index i = 0; i < (c.empty() ? 0 : c.blocks()); ++i) {
        const Piece block = c.block(i);
        const Index width = block.count * block.width;
        gemm(c.taps(), width, c.breadth, Operand<T>{w, c.taps(), /*transposed=*/true},
             Operand<T>{ct + c.start(block), c.y_plane()}, columns, width);
        add_columns(c, columns, block, dx);
      }
      for (Index channel = 0; biased && channel < c.depth; ++channel) {
        const T b = args.in[2].as<T>()[image % c.groups * c.depth + channel];
        for (Index i = 0; i < c.x_plane(); ++i) dx[channel * c.x_plane() + i] += b;
      }
    });
  };
  return bound;
}

template <class T>
BoundKernel bind_spread(const spec::Op& op, const Shapes& in, const Shape& out) {
  return spread_columns<T>(conv_of<T>(op, out, in[1], in[0]), in.size() > 2);
}

}  // namespace

void register_conv_transpose2d(KernelTable& table) {
  for (const std::string op : {"conv1d_input_grad", "conv2d_input_grad", "conv3d_input_grad"})
    table.add(op, op + ".columns", gemm_claims(), bind_spread<float>, bind_spread<double>);
  spec::Claims columns = gemm_claims();
  columns.method = "im2col";
  for (const std::string op : {"conv_transpose1d", "conv_transpose2d"})
    table.add(op, op + ".columns", columns, bind_spread<float>, bind_spread<double>);
}

}  // namespace plumbline::runtime
