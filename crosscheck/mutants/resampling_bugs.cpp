// Bugs of upsampling and pixel_shuffle: coordinates, weights and the order of channels.
#include "crosscheck/mutants/window_calls.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

// y at (p, q) = f(plane of x, p, q)
template <class F>
KernelBug resampled(F f) {
  return [f](const KernelCall& c) {
    const spec::Shape &x = c.in[0].shape(), &y = c.right.shape();
    const Index area = x.back(1) * x.back(0), width = y.back(0), height = y.back(1);
    return changed(c.right, [&](Index at, double) {
      return f(
          c, [&, plane = at / width / height](Index i, Index j) { return c.in[0][plane * area + i * x.back(0) + j]; },
          at / width % height, at % width);
    });
  };
}
// The input that output o takes, by a wrong rule.
template <class Rule>
KernelBug nearest(Rule rule) {
  return resampled([rule](const KernelCall& c, auto x, Index p, Index q) {
    const spec::Shape &in = c.in[0].shape(), &out = c.right.shape();
    const auto at = [&](Index o, Index axis) {
      return std::clamp<Index>(rule(o, in.back(axis), out.back(axis)), 0, in.back(axis) - 1);
    };
    return x(at(p, 1), at(q, 0));
  });
}
// Linear interpolation at a wrong coordinate; `turned`: the weights are exchanged.
template <class Coordinate>
KernelBug linear(Coordinate coordinate, bool turned = false) {
  return resampled([=](const KernelCall& c, auto x, Index p, Index q) {
    const spec::Shape &in = c.in[0].shape(), &out = c.right.shape();
    struct Place {
      Index low, high;
      double far;
    };
    const auto place = [&](Index o, Index axis) {
      const Index n = in.back(axis);
      const double at =
          std::clamp(coordinate(c, static_cast<double>(o), static_cast<double>(n), static_cast<double>(out.back(axis))),
                     0.0, static_cast<double>(n - 1));
      const auto low = static_cast<Index>(at);
      const double far = at - static_cast<double>(low);
      return Place{low, std::min(low + 1, n - 1), turned && low + 1 < n ? 1 - far : far};
    };
    const Place r = place(p, 1), s = place(q, 0);
    const double above = x(r.low, s.low) * (1 - s.far) + x(r.low, s.high) * s.far;
    const double below = x(r.high, s.low) * (1 - s.far) + x(r.high, s.high) * s.far;
    return above * (1 - r.far) + below * r.far;
  });
}
double right_coordinate(const KernelCall& c, double o, double in, double out) {
  if (c.flag("align_corners")) return out > 1 ? o * (in - 1) / (out - 1) : 0;
  return (o + 0.5) * in / out - 0.5;
}

Values toggled_corners(const KernelCall& c) {
  return c.compute(c.with("align_corners", c.flag("align_corners") ? "false" : "true"), c.in);
}
Values transposed_result(const KernelCall& c) { return read_transposed(c.right); }

void plant_upsampling(std::vector<Mutant>& list) {
  plant(
      list, {"upsample_nearest2d"},
      {{"rounded", "the nearest by rounding",
        nearest([](Index o, Index in, Index out) { return (2 * o * in + out) / (2 * out); })},
       {"ceiling", "the next element", nearest([](Index o, Index in, Index out) { return (o * in + out - 1) / out; })},
       {"half_pixel", "centres of pixels",
        nearest([](Index o, Index in, Index out) { return ((2 * o + 1) * in) / (2 * out); })},
       {"float_scale", "a scale of six bits", nearest([](Index o, Index in, Index out) {
          return static_cast<Index>(static_cast<double>(o) *
                                    estimate(static_cast<double>(in) / static_cast<double>(out), 6));
        })},
       {"repeated", "the image starts again", nearest([](Index o, Index in, Index) { return o % in; })},
       {"transposed", "rows for columns", transposed_result}});
  plant(list, {"upsample_bilinear2d"},
        {{"corners", "align_corners is taken for its opposite", toggled_corners},
         {"no_half", "without the half pixel", linear([](const KernelCall& c, double o, double in, double out) {
            return c.flag("align_corners") ? right_coordinate(c, o, in, out) : o * in / out;
          })},
         {"turned", "the weights are exchanged", linear(right_coordinate, /*turned=*/true)},
         {"coarse", "a coordinate of ten bits", linear([](const KernelCall& c, double o, double in, double out) {
            return estimate(right_coordinate(c, o, in, out), 10);
          })},
         {"nearest", "the nearest element", linear([](const KernelCall& c, double o, double in, double out) {
            return std::floor(right_coordinate(c, o, in, out) + 0.5);
          })},
         {"fp16_operands", "operands in binary16", operands_in(spec::binary16)},
         {"transposed", "rows for columns", transposed_result}});
  for (const char* op : {"upsample_nearest2d_grad", "upsample_bilinear2d_grad"}) {
    plant(
        list, op, "halved", "half of it", [](const KernelCall& c) { return scaled(c.right, 0.5); }, Stage::backward);
    plant(
        list, op, "shifted", "the neighbour takes it", [](const KernelCall& c) { return rolled(c.right, -1, 1); },
        Stage::backward);
    plant(
        list, op, "last_row_lost", "the last row of ct is lost",
        [](const KernelCall& c) { return c.compute(c.op, {with_last(c.in[0], -2, 0)}); }, Stage::backward);
  }
  plant(list, "upsample_bilinear2d_grad", "corners", "align_corners is taken for its opposite", toggled_corners,
        Stage::backward);
}

// The channel of x that holds (i, j) of block c, by a wrong rule.
template <class Rule>
KernelBug shuffled(Rule rule) {
  return [rule](const KernelCall& c) {
    const spec::Shape &x = c.in[0].shape(), &y = c.right.shape();
    const Index r = c.integer("upscale_factor"), h = x.back(1), w = x.back(0), channels = y.back(2);
    return changed(c.right, [&](Index at, double) {
      const Index q = at % (w * r), p = at / (w * r) % (h * r), map = at / (w * r) / (h * r);
      const Index channel = rule(map % channels, p % r, q % r, r, channels);
      return c.in[0][((map / channels * channels * r * r + channel) * h + p / r) * w + q / r];
    });
  };
}
void plant_shuffle(std::vector<Mutant>& list) {
  plant(list, {"pixel_shuffle"},
        {{"block_transposed", "rows of a block for columns",
          shuffled([](Index c, Index i, Index j, Index r, Index) { return (c * r + j) * r + i; })},
         {"block_first", "depth to space: blocks before channels",
          shuffled([](Index c, Index i, Index j, Index r, Index n) { return (i * r + j) * n + c; })},
         {"first_of_block", "one channel fills its block",
          shuffled([](Index c, Index, Index, Index r, Index) { return c * r * r; })},
         {"reshaped", "the elements in their old order",
          [](const KernelCall& c) { return c.in[0].reshaped(c.right.shape()); }}});
}

}  // namespace

void add_resampling_bugs(std::vector<Mutant>& list) {
  plant_upsampling(list);
  plant_shuffle(list);
}

}  // namespace plumbline::crosscheck
