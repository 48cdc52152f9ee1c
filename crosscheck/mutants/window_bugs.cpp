// Bugs of convolutions and pools: windows off by one, padding that takes part, attributes ignored, groups mixed.
#include "crosscheck/mutants/values.h"
#include "spec/ops/conv/convolution.h"

namespace plumbline::crosscheck {

using spec::Axes;
using spec::Index;
using spec::Window;
using spec::Windows;

namespace {

enum class Outside { absent, zero, edge };  // what a tap in the padding is: no term, a zero, the nearest element

// What a wrong loop over windows does otherwise; everything right by default.
struct Slip {
  Index start = 0;    // the window begins so many elements further on
  Index shorter = 0;  // taps of the window that are missing at its end
  bool dilated = true, strided = true;
  Outside outside = Outside::absent;
  bool first_group = false;  // every group reads the channels of the first
  bool first_batch = false;
};

// The windows of the call, as the right loop has them.
Windows windows_of(const KernelCall& c, bool convolution) {
  const spec::Shape& x = c.in[0].shape();
  Axes kernel = c.list("kernel"), stride = c.list("stride"), dilation = c.list("dilation");
  if (convolution) kernel = {c.in[1].shape().back(1), c.in[1].shape().back(0)};
  if (stride.empty()) stride = kernel;
  if (dilation.empty()) dilation = {1};
  return *spec::windows(spec::spatial(x, 2), spec::spread(kernel, 2),
                        {stride, c.list("padding"), dilation, c.flag("ceil_mode")});
}

// The input that tap k of output o reads, −1 where there is none, −2 for a zero.
Index tap(const Window& w, const Slip& slip, Index o, Index k) {
  const Index at = o * (slip.strided ? w.stride : 1) - w.before + slip.start + k * (slip.dilated ? w.dilation : 1);
  if (at >= 0 && at < w.in) return at;
  if (slip.outside == Outside::edge) return std::clamp<Index>(at, 0, w.in - 1);
  return slip.outside == Outside::zero ? -2 : -1;
}

// Calls f(tap number, offset in the plane or −2 for a zero) for the taps of one output place.
template <class F>
void each_tap(const Windows& w, const Slip& slip, Index place, F&& f) {
  for (Index k = 0; k < w[0].kernel - slip.shorter; ++k)
    for (Index l = 0; l < w[1].kernel - slip.shorter; ++l) {
      const Index i = tap(w[0], slip, place / w[1].out, k), j = tap(w[1], slip, place % w[1].out, l);
      if (i == -1 || j == -1) continue;
      f(k * w[1].kernel + l, i < 0 || j < 0 ? -2 : i * w[1].in + j);
    }
}

KernelBug convolved(Slip slip) {
  return [slip](const KernelCall& c) {
    const Windows w = windows_of(c, /*convolution=*/true);
    const spec::Shape &x = c.in[0].shape(), &k = c.in[1].shape();
    const Index groups = c.integer("groups"), area = w[0].in * w[1].in, plane = w[0].out * w[1].out, taps = k[2] * k[3];
    return changed(c.right, [&](Index at, double) {
      const Index o = at / plane % k[0], group = slip.first_group ? 0 : o / (k[0] / groups),
                  batch = slip.first_batch ? 0 : at / plane / k[0];
      double total = c.in.size() > 2 ? c.in[2][o] : 0;
      for (Index channel = 0; channel < k[1]; ++channel)
        each_tap(w, slip, at % plane, [&](Index t, Index offset) {
          const Index from = ((batch * x[1] + group * k[1] + channel) * area) + offset;
          total += (offset < 0 ? 0 : c.in[0][from]) * c.in[1][(o * k[1] + channel) * taps + t];
        });
      return total;
    });
  };
}

// fold(values of the taps, taps of the whole window)
template <class F>
KernelBug pooled(Slip slip, F fold) {
  return [slip, fold](const KernelCall& c) {
    const Windows w = windows_of(c, /*convolution=*/false);
    const Index area = w[0].in * w[1].in, plane = w[0].out * w[1].out;
    return changed(c.right, [&](Index at, double y) {
      std::vector<double> x;
      each_tap(w, slip, at % plane,
               [&](Index, Index offset) { x.push_back(offset < 0 ? 0 : c.in[0][at / plane * area + offset]); });
      return x.empty() ? y : fold(x, static_cast<double>(w[0].kernel * w[1].kernel));
    });
  };
}
constexpr auto largest = [](const std::vector<double>& x, double) {
  double best = x[0];
  for (double v : x) best = v > best || std::isnan(v) ? v : best;
  return best;
};
constexpr auto total = [](const std::vector<double>& x, double) {
  double sum = 0;
  for (double v : x) sum += v;
  return sum;
};
constexpr auto mean_of_window = [](const std::vector<double>& x, double taps) { return total(x, taps) / taps; };

Values kernel_flipped(const KernelCall& c) {
  const spec::Shape& s = c.in[1].shape();
  const Index plane = s[2] * s[3];
  return c.compute(c.op, with_input(c.in, 1, Values::generate(s, [&](Index i) {
                                      return c.in[1][i / plane * plane + plane - 1 - i % plane];
                                    })));
}
Values kernel_transposed(const KernelCall& c) { return c.compute(c.op, with_input(c.in, 1, read_transposed(c.in[1]))); }
Values last_channel_dropped(const KernelCall& c) {
  return c.compute(c.op, with_input(c.in, 1, with_last(c.in[1], 1, 0)));
}
Values last_tap_dropped(const KernelCall& c) {
  const spec::Shape& s = c.in[1].shape();
  const Index plane = s[2] * s[3];
  return c.compute(
      c.op, with_input(c.in, 1, Values::generate(s, [&](Index i) { return i % plane + 1 == plane ? 0 : c.in[1][i]; })));
}
Values bias_missing(const KernelCall& c) { return c.in.size() > 2 ? c.compute(c.op, {c.in[0], c.in[1]}) : c.right; }
Values bias_along_columns(const KernelCall& c) {
  if (c.in.size() < 3) return c.right;
  return changed(bias_missing(c), [&](Index i, double y) { return y + c.in[2][i % c.in[2].size()]; });
}
Values other_pool(const KernelCall& c) {
  const std::string name = c.op.name() == "max_pool2d" ? "avg_pool2d" : "max_pool2d";
  return c.compute(c.make(name, {{"kernel", c.attribute("kernel")},
                                 {"stride", c.attribute("stride")},
                                 {"padding", c.attribute("padding")}}),
                   c.in);
}

void plant_convolution(std::vector<Mutant>& list) {
  plant(list, {"conv2d"},
        {{"bf16_operands", "operands in bfloat16", operands_in(spec::bfloat16)},
         {"tf32_operands", "operands in tf32", operands_in(spec::tf32)},
         {"fp16_operands", "operands in binary16", operands_in(spec::binary16)}});
  plant(list, "conv2d", "kernel_flipped", "a convolution, not a cross-correlation", kernel_flipped);
  plant(list, "conv2d", "kernel_transposed", "rows of the kernel for columns", kernel_transposed);
  plant(list, "conv2d", "last_channel_dropped", "the last channel of each group is dropped", last_channel_dropped);
  plant(list, "conv2d", "last_tap_dropped", "the last tap is dropped", last_tap_dropped);
  plant(list, "conv2d", "bias_missing", "the bias is not added", bias_missing);
  plant(list, "conv2d", "bias_along_columns", "the bias runs along the columns", bias_along_columns);
  plant(list, "conv2d", "dilation_ignored", "taps lie side by side", convolved({.dilated = false}));
  plant(list, "conv2d", "stride_ignored", "windows lie one element apart", convolved({.strided = false}));
  plant(list, "conv2d", "off_by_one", "windows begin one element too late", convolved({.start = 1}));
  plant(list, "conv2d", "edge_padding", "the nearest element stands in for padding",
        convolved({.outside = Outside::edge}));
  plant(list, "conv2d", "padding_multiplied", "padding is multiplied as a zero", convolved({.outside = Outside::zero}));
  plant(list, "conv2d", "first_group", "every group reads the first one's channels", convolved({.first_group = true}));
  plant(list, "conv2d", "first_batch", "every batch reads the first image", convolved({.first_batch = true}));
}

void plant_pools(std::vector<Mutant>& list) {
  const auto both = [&](std::string_view name, std::string_view bug, Slip slip) {
    plant(list, "max_pool2d", name, bug, pooled(slip, largest));
  };
  both("padding_takes_part", "padding is a zero that can win", {.outside = Outside::zero});
  both("window_short", "windows lack their last row and column", {.shorter = 1});
  both("off_by_one", "windows begin one element too late", {.start = 1});
  both("dilation_ignored", "taps lie side by side", {.dilated = false});
  both("stride_ignored", "windows lie one element apart", {.strided = false});
  plant(list, {"max_pool2d", "avg_pool2d"}, {{"other_pool", "the mean for the maximum, and the reverse", other_pool}});
  plant(list, "avg_pool2d", "padding_flag", "count_include_pad is taken for its opposite", [](const KernelCall& c) {
    return c.compute(c.with("count_include_pad", c.flag("count_include_pad") ? "false" : "true"), c.in);
  });
  plant(list, "avg_pool2d", "undivided", "the sum of the window", pooled({}, total));
  plant(list, "avg_pool2d", "off_by_one", "windows begin one element too late", pooled({.start = 1}, mean_of_window));
  plant(list, "avg_pool2d", "edge_padding", "the nearest element stands in for padding",
        pooled({.outside = Outside::edge}, mean_of_window));
}

}  // namespace

void add_window_bugs(std::vector<Mutant>& list) {
  plant_convolution(list);
  plant_pools(list);
}

}  // namespace plumbline::crosscheck
