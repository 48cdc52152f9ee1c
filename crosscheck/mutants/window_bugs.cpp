// Bugs of convolutions: windows off by one, padding that takes part, attributes ignored, groups mixed.
#include "crosscheck/mutants/window_calls.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

KernelBug convolved(Slip slip) {
  return [slip](const KernelCall& c) {
    const WindowCall w = convolution_windows(c);
    const spec::Shape &x = c.in[0].shape(), &k = c.in[1].shape();
    const Index groups = c.integer("groups"), channels = k[1] * groups;
    const bool batched = x.rank() == k.rank();
    return changed(c.right, [&](Index at, double) {
      const Index o = at / w.plane % k[0], group = slip.first_group ? 0 : o / (k[0] / groups),
                  batch = slip.first_batch || !batched ? 0 : at / w.plane / k[0];
      double total = c.in.size() > 2 ? c.in[2][o] : 0;
      for (Index channel = 0; channel < k[1]; ++channel)
        each_tap(w, slip, at % w.plane, [&](Index tap, Index offset) {
          const Index from = (batch * channels + group * k[1] + channel) * w.area + offset;
          total += (offset < 0 ? 0 : c.in[0][from]) * c.in[1][(o * k[1] + channel) * w.taps + tap];
        });
      return total;
    });
  };
}

// A transposed convolution: every x spreads its kernel over y; or (`overwritten`) the last one to reach y stays.
KernelBug spread_out(Slip slip, bool overwritten = false) {
  return [slip, overwritten](const KernelCall& c) {
    const spec::Shape &x = c.in[0].shape(), &k = c.in[1].shape(), &y = c.right.shape();
    const int axes = axes_of(c);
    WindowCall w = windows_over(c, y, spec::spatial(k, axes));
    const Index in = spec::Shape(spec::spatial(x, axes)).size(), out_channels = k[1] * c.integer("groups");
    for (std::size_t a = 0; a < w.windows.size(); ++a) w.windows[a].out = spec::spatial(x, axes)[a];
    Values sums = Values::full(y, 0);
    const auto to = sums.mutable_elements();
    for (Index at = 0; at < c.in[0].size(); ++at) {
      const Index o = at / in % k[0], group = slip.first_group ? 0 : o / (k[0] / c.integer("groups"));
      const Index batch = at / in / k[0];
      for (Index channel = 0; channel < k[1]; ++channel)
        each_tap(w, slip, at % in, [&](Index tap, Index offset) {
          double& sum = to[static_cast<std::size_t>((batch * out_channels + group * k[1] + channel) * w.area + offset)];
          sum = (overwritten ? 0 : sum) + c.in[0][at] * c.in[1][(o * k[1] + channel) * w.taps + tap];
        });
    }
    return changed(sums,
                   [&](Index i, double v) { return v + (c.in.size() > 2 ? c.in[2][i / w.area % out_channels] : 0); });
  };
}

Values kernel_flipped(const KernelCall& c) {
  return c.compute(c.op, with_input(c.in, 1, planes_flipped(c.in[1], axes_of(c))));
}
Values kernel_transposed(const KernelCall& c) { return c.compute(c.op, with_input(c.in, 1, read_transposed(c.in[1]))); }
template <Index Axis>
Values last_channel_dropped(const KernelCall& c) {
  return c.compute(c.op, with_input(c.in, 1, with_last(c.in[1], Axis, 0)));
}
Values last_tap_dropped(const KernelCall& c) {
  const Index plane = spec::Shape(spec::spatial(c.in[1].shape(), axes_of(c))).size();
  return c.compute(
      c.op, with_input(c.in, 1, changed(c.in[1], [&](Index i, double v) { return i % plane + 1 == plane ? 0 : v; })));
}
Values bias_missing(const KernelCall& c) { return c.in.size() > 2 ? c.compute(c.op, {c.in[0], c.in[1]}) : c.right; }
Values bias_along_columns(const KernelCall& c) {
  if (c.in.size() < 3) return c.right;
  return changed(bias_missing(c), [&](Index i, double y) { return y + c.in[2][i % c.in[2].size()]; });
}
Values bias_doubled(const KernelCall& c) {
  return c.in.size() > 2 ? c.compute(c.op, with_input(c.in, 2, scaled(c.in[2], 2))) : c.right;
}
Values bias_of_neighbour(const KernelCall& c) {
  return c.in.size() > 2 ? c.compute(c.op, with_input(c.in, 2, shifted_by(c.in[2], 1))) : c.right;
}
// What output_padding appends holds nothing, not even the terms that reach it.
Values end_missing(const KernelCall& c) {
  const spec::Axes more = spec::spread(c.list("output_padding"), static_cast<std::size_t>(axes_of(c)));
  return along_axis(c.right, -1, [&](Index k, Index n, double y) { return k >= n - more.back() ? 0 : y; });
}

void plant_convolution(std::vector<Mutant>& list, const std::string& op) {
  plant(list, {op},
        {{"bf16_operands", "operands in bfloat16", operands_in(spec::bfloat16)},
         {"tf32_operands", "operands in tf32", operands_in(spec::tf32)},
         {"fp16_operands", "operands in binary16", operands_in(spec::binary16)},
         {"kernel_flipped", "a convolution, not a cross-correlation", kernel_flipped},
         {"last_channel_dropped", "the last channel of each group is dropped", last_channel_dropped<1>},
         {"last_tap_dropped", "the last tap is dropped", last_tap_dropped},
         {"bias_missing", "the bias is not added", bias_missing},
         {"bias_along_columns", "the bias runs along the columns", bias_along_columns},
         {"bias_doubled", "the bias is added twice", bias_doubled},
         {"bias_of_neighbour", "the bias of the next channel", bias_of_neighbour},
         {"dilation_ignored", "taps lie side by side", convolved({.dilated = false})},
         {"stride_ignored", "windows lie one element apart", convolved({.strided = false})},
         {"off_by_one", "windows begin one element too late", convolved({.start = 1})},
         {"edge_padding", "the nearest element stands in for padding", convolved({.outside = Outside::edge})},
         {"padding_multiplied", "padding is multiplied as a zero", convolved({.outside = Outside::zero})},
         {"padding_exchanged", "the padding after stands before", convolved({.exchanged = true})},
         {"first_group", "every group reads the first one's channels", convolved({.first_group = true})},
         {"first_batch", "every batch reads the first image", convolved({.first_batch = true})}});
  if (op != "conv1d") plant(list, op, "kernel_transposed", "rows of the kernel for columns", kernel_transposed);
}

void plant_transposed(std::vector<Mutant>& list, const std::string& op) {
  plant(list, {op},
        {{"bf16_operands", "operands in bfloat16", operands_in(spec::bfloat16)},
         {"tf32_operands", "operands in tf32", operands_in(spec::tf32)},
         {"kernel_flipped", "the kernel is laid down backwards", kernel_flipped},
         {"last_channel_dropped", "the last channel in is dropped", last_channel_dropped<0>},
         {"last_tap_dropped", "the last tap is dropped", last_tap_dropped},
         {"bias_missing", "the bias is not added", bias_missing},
         {"bias_along_columns", "the bias runs along the columns", bias_along_columns},
         {"dilation_ignored", "taps lie side by side", spread_out({.dilated = false})},
         {"stride_ignored", "kernels lie one element apart", spread_out({.strided = false})},
         {"off_by_one", "kernels begin one element too late", spread_out({.start = 1})},
         {"overwritten", "kernels overwrite one another", spread_out({}, /*overwritten=*/true)},
         {"padding_exchanged", "the padding after is cut before", spread_out({.exchanged = true})},
         {"first_group", "every group writes the first one's channels", spread_out({.first_group = true})},
         {"end_missing", "what output_padding appends stays empty", end_missing}});
}

KernelBug flipped_input(std::size_t input) {
  return [=](const KernelCall& c) {
    return c.compute(c.op, with_input(c.in, input, planes_flipped(c.in[input], axes_of(c))));
  };
}
KernelBug rolled_input(std::size_t input, Index axis) {
  return [=](const KernelCall& c) { return c.compute(c.op, with_input(c.in, input, rolled(c.in[input], axis, 1))); };
}
Values first_image_only(const KernelCall& c) {
  if (c.in[1].shape().rank() < axes_of(c) + 2 || c.in[1].size() == 0) return c.right;
  const Index image = c.in[1].size() / c.in[1].shape()[0];
  return c.compute(c.op, {c.in[0], changed(c.in[1], [&](Index i, double v) { return i < image ? v : 0; })});
}

void backward(std::vector<Mutant>& list, const std::string& op, std::string_view name, std::string_view bug,
              KernelBug kernel) {
  plant(list, op, name, bug, std::move(kernel), Stage::backward);
}
void plant_gradients(std::vector<Mutant>& list, const std::string& op) {
  const std::string to_x = op + "_input_grad", to_w = op + "_weight_grad";
  backward(list, to_x, "unflipped", "correlates where it should convolve", flipped_input(1));
  backward(list, to_x, "shifted", "off by one", rolled_input(0, -1));
  backward(list, to_x, "bf16_operands", "operands in bfloat16", operands_in(spec::bfloat16));
  backward(list, to_x, "last_channel_dropped", "the last channel of y is dropped",
           [](const KernelCall& c) { return c.compute(c.op, with_input(c.in, 1, with_last(c.in[1], 0, 0))); });
  backward(list, to_w, "shifted", "windows begin one element too late", rolled_input(0, -1));
  backward(list, to_w, "flipped", "the kernel is written backwards",
           [](const KernelCall& c) { return planes_flipped(c.right, axes_of(c)); });
  backward(list, to_w, "first_image", "only the first image counts", first_image_only);
  backward(list, to_w, "tf32_operands", "operands in tf32", operands_in(spec::tf32));
}

}  // namespace

void add_window_bugs(std::vector<Mutant>& list) {
  for (const char* op : {"conv1d", "conv2d", "conv3d"}) plant_convolution(list, op);
  for (const char* op : {"conv_transpose1d", "conv_transpose2d"}) plant_transposed(list, op);
  for (const char* op : {"conv1d", "conv3d"}) plant_gradients(list, op);
  add_pool_bugs(list);
  add_resampling_bugs(list);
}

}  // namespace plumbline::crosscheck
