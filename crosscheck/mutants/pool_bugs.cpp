// Bugs of pools: windows, bins, divisors, winners, temperatures and norms.
#include "crosscheck/mutants/window_calls.h"
#include "spec/ops/pool/max_pool1d.h"
#include "spec/ops/pool/max_pool2d.h"

namespace plumbline::crosscheck {

using spec::Axes;
using spec::Index;

namespace {

// fold(values of the taps, taps of the whole window)
template <class F>
KernelBug pooled(Slip slip, F fold) {
  return [slip, fold](const KernelCall& c) {
    const WindowCall w = pool_windows_of(c, c.in[0].shape());
    return changed(c.right, [&](Index at, double y) {
      std::vector<double> x;
      each_tap(w, slip, at % w.plane,
               [&](Index, Index offset) { x.push_back(offset < 0 ? 0 : c.in[0][at / w.plane * w.area + offset]); });
      return x.empty() ? y : fold(x, static_cast<double>(w.taps));
    });
  };
}
constexpr auto largest = [](const std::vector<double>& x, double) {
  double best = x[0];
  for (double v : x) best = v > best || std::isnan(v) ? v : best;
  return best;
};
constexpr auto largest_number = [](const std::vector<double>& x, double) {
  double best = -infinity;
  for (double v : x) best = v > best ? v : best;
  return best;
};
constexpr auto total = [](const std::vector<double>& x, double) {
  double sum = 0;
  for (double v : x) sum += v;
  return sum;
};
constexpr auto mean_of_window = [](const std::vector<double>& x, double taps) { return total(x, taps) / taps; };
constexpr auto mean_of_taps = [](const std::vector<double>& x, double taps) {
  return total(x, taps) / static_cast<double>(x.size());
};

Values other_pool(const KernelCall& c) {
  std::string name(c.op.name());
  const bool max = name.starts_with("max");
  name.replace(0, 3, max ? "avg" : "max");
  return c.compute(c.make(name, {{"kernel", c.attribute("kernel")},
                                 {"stride", c.attribute("stride")},
                                 {"padding", c.attribute("padding")},
                                 {"ceil_mode", c.attribute("ceil_mode")}}),
                   c.in);
}
KernelBug toggled(std::string flag) {
  return [=](const KernelCall& c) { return c.compute(c.with(flag, c.flag(flag) ? "false" : "true"), c.in); };
}

void plant_sliding(std::vector<Mutant>& list, const std::string& max, const std::string& avg) {
  plant(list, {max},
        {{"padding_takes_part", "padding is a zero that can win", pooled({.outside = Outside::zero}, largest)},
         {"window_short", "windows lack the ends of their axes", pooled({.shorter = 1}, largest)},
         {"off_by_one", "windows begin one element too late", pooled({.start = 1}, largest)},
         {"dilation_ignored", "taps lie side by side", pooled({.dilated = false}, largest)},
         {"stride_ignored", "windows lie one element apart", pooled({.strided = false}, largest)},
         {"ceil_inside", "a window that stands out begins earlier", pooled({.inside = true}, largest)},
         {"padding_exchanged", "the padding after stands before", pooled({.exchanged = true}, largest)},
         {"nan_loses", "NaN does not win", pooled({}, largest_number)},
         {"other_pool", "the mean for the maximum", other_pool}});
  plant(list, {avg},
        {{"padding_flag", "count_include_pad is taken for its opposite", toggled("count_include_pad")},
         {"undivided", "the sum of the window", pooled({}, total)},
         {"off_by_one", "windows begin one element too late", pooled({.start = 1}, mean_of_window)},
         {"edge_padding", "the nearest element stands in for padding",
          pooled({.outside = Outside::edge}, mean_of_window)},
         {"whole_window", "divides by the whole window where it stands out", pooled({}, mean_of_window)},
         {"taps_only", "divides by the taps in x", pooled({}, mean_of_taps)},
         {"divisor_ignored", "divisor_override is ignored", with_attribute("divisor_override", "0")},
         {"other_pool", "the maximum for the mean", other_pool}});
}

// Bins that are cut otherwise: [begin(o, in, out), end(o, in, out)) along each axis; fold as above.
template <class Begin, class End, class F>
KernelBug binned(Begin begin, End end, F fold) {
  return [=](const KernelCall& c) {
    const spec::Shape &x = c.in[0].shape(), &y = c.right.shape();
    const Index h = x.back(1), w = x.back(0), height = y.back(1), width = y.back(0);
    return changed(c.right, [&](Index at, double right) {
      const Index p = at / width % height, q = at % width;
      std::vector<double> taps;
      for (Index i = begin(p, h, height); i < std::min(h, end(p, h, height)); ++i)
        for (Index j = begin(q, w, width); j < std::min(w, end(q, w, width)); ++j)
          taps.push_back(c.in[0][(at / width / height * h + i) * w + j]);
      return taps.empty() ? right : fold(taps, 0);
    });
  };
}
constexpr auto floor_begin = [](Index o, Index in, Index out) { return o * in / out; };
constexpr auto ceil_end = [](Index o, Index in, Index out) { return ((o + 1) * in + out - 1) / out; };
constexpr auto floor_end = [](Index o, Index in, Index out) { return (o + 1) * in / out; };
constexpr auto even_begin = [](Index o, Index in, Index out) { return o * (in / out); };
constexpr auto even_end = [](Index o, Index in, Index out) { return (o + 1) * std::max<Index>(1, in / out); };
constexpr auto ceil_begin = [](Index o, Index in, Index out) { return (o * in + out - 1) / out; };

template <class F>
void plant_adaptive(std::vector<Mutant>& list, const std::string& op, F fold) {
  plant(list, {op},
        {{"floor_end", "bins end at the floor", binned(floor_begin, floor_end, fold)},
         {"ceil_begin", "bins begin at the ceiling", binned(ceil_begin, ceil_end, fold)},
         {"even_bins", "bins of one size", binned(even_begin, even_end, fold)},
         {"rows_for_columns", "the result is transposed", [](const KernelCall& c) { return read_transposed(c.right); }},
         {"first_map", "every map reads the first", [](const KernelCall& c) {
            const Index plane = c.right.shape().back(0) * c.right.shape().back(1);
            return changed(c.right, [&](Index i, double) { return c.right[i % plane]; });
          }}});
}

enum class Winner { last, all };
// The cotangent of each window to its last winner, or to all of them.
KernelBug pool_winner(Winner winner) {
  return [=](const KernelCall& c) {
    const WindowCall w = pool_windows_of(c, c.in[0].shape());
    Values dx = Values::full(c.in[0].shape(), 0);
    auto out = dx.mutable_elements();
    for (Index at = 0; at < c.in[1].size(); ++at) {
      std::vector<Index> best;
      each_tap(w, {}, at % w.plane, [&](Index, Index tap) {
        const Index i = at / w.plane * w.area + tap;
        if (!best.empty() && c.in[0][i] < c.in[0][best.front()]) return;
        if (winner == Winner::last || best.empty() || c.in[0][i] > c.in[0][best.front()]) best.clear();
        best.push_back(i);
      });
      for (Index i : best) out[static_cast<std::size_t>(i)] += c.in[1][at];
    }
    return changed(dx, [](Index, double v) { return v; });
  };
}
KernelBug rolled_input(std::size_t input, Index axis) {
  return [=](const KernelCall& c) { return c.compute(c.op, with_input(c.in, input, rolled(c.in[input], axis, 1))); };
}
// The input turned round, so that the last winner of each plane comes first.
Values last_pick(const KernelCall& c) {
  const int axes = axes_of(c);
  return planes_flipped(c.compute(c.op, {planes_flipped(c.in[0], axes), planes_flipped(c.in[1], axes)}), axes);
}
void backward(std::vector<Mutant>& list, const std::string& op, std::string_view name, std::string_view bug,
              KernelBug kernel) {
  plant(list, op, name, bug, std::move(kernel), Stage::backward);
}
void plant_pool_gradients(std::vector<Mutant>& list) {
  backward(list, "max_pool1d_grad", "last_winner", "the last winner takes it", pool_winner(Winner::last));
  backward(list, "max_pool1d_grad", "all_winners", "every winner takes all of it", pool_winner(Winner::all));
  backward(list, "avg_pool1d_grad", "padding_flag", "count_include_pad is taken for its opposite",
           toggled("count_include_pad"));
  for (const char* op : {"avg_pool1d_grad", "avg_pool2d_grad"})
    backward(list, op, "divisor_ignored", "divisor_override is ignored", with_attribute("divisor_override", "0"));
  for (const char* op : {"max_pool1d_pick", "max_pool2d_pick", "adaptive_max_pool2d_pick"}) {
    backward(list, op, "of_neighbour", "v of the next element", rolled_input(1, -1));
    backward(list, op, "of_x", "x for v", [](const KernelCall& c) { return c.compute(c.op, {c.in[0], c.in[0]}); });
    backward(list, op, "backwards", "the plane is read from its end", last_pick);
  }
  for (const char* op : {"adaptive_max_pool2d_grad", "max_pool1d_grad"})
    backward(list, op, "shifted", "the winner's neighbour takes it",
             [](const KernelCall& c) { return rolled(c.right, -1, 1); });
  backward(list, "adaptive_avg_pool2d_grad", "shifted", "reads the next cotangent", rolled_input(0, -1));
  backward(list, "adaptive_avg_pool2d_grad", "halved", "half of it",
           [](const KernelCall& c) { return scaled(c.right, 0.5); });
}

Values plain_maximum(const KernelCall& c) {
  return c.compute(c.make("max_pool2d", {{"kernel", c.attribute("kernel")},
                                         {"stride", c.attribute("stride")},
                                         {"padding", c.attribute("padding")},
                                         {"dilation", c.attribute("dilation")},
                                         {"ceil_mode", c.attribute("ceil_mode")}}),
                   c.in);
}
// (1/β) ln Σ e^(βx) with the exponentials as they come, in float.
template <bool Mean>
KernelBug smooth_sum(bool shifted, Slip slip = {}) {
  return [=](const KernelCall& c) {
    const double beta = c.number("beta");
    return pooled(slip, [=](const std::vector<double>& x, double) {
      double top = 0, sum = 0;
      if (shifted) top = beta > 0 ? *std::max_element(x.begin(), x.end()) : *std::min_element(x.begin(), x.end());
      for (double v : x) sum += shifted ? std::exp((v - top) * beta) : f32(std::exp(f32(v * beta)));
      return top + std::log(Mean ? sum / static_cast<double>(x.size()) : sum) / beta;
    })(c);
  };
}
void plant_smooth(std::vector<Mutant>& list) {
  plant(list, {"smooth_max_pool2d"},
        {{"maximum", "the maximum itself", plain_maximum},
         {"mean", "ln of the mean of exponentials", smooth_sum<true>(true)},
         {"unshifted", "exponentials that overflow", smooth_sum<false>(false)},
         {"padding_takes_part", "padding counts as 0", smooth_sum<false>(true, {.outside = Outside::zero})},
         {"dilation_ignored", "taps lie side by side", smooth_sum<false>(true, {.dilated = false})}});
  for (const char* op : {"smooth_max_pool2d", "smooth_max_pool2d_grad", "smooth_max_pool2d_pick"})
    plant(list, {op},
          {{"beta_ignored", "beta is 1", with_attribute("beta", "1")},
           {"beta_turned", "beta of the other sign",
            [](const KernelCall& c) { return c.compute(c.with("beta", std::to_string(-c.number("beta"))), c.in); }},
           {"rough", "good to four digits",
            [](const KernelCall& c) { return changed(c.right, [](Index, double y) { return y * wobble(y, 13); }); }}});
}

KernelBug lp_sum(bool mean, bool rooted) {
  return [=](const KernelCall& c) {
    const double p = c.number("norm_type");
    const bool absolute = c.flag("absolute");
    return pooled({}, [=](const std::vector<double>& x, double) {
      double sum = 0;
      for (double v : x) sum += f32(std::pow(f32(absolute ? std::abs(v) : v), p));
      sum = f32(mean ? sum / static_cast<double>(x.size()) : sum);
      return rooted ? std::pow(sum, 1 / p) : sum;
    })(c);
  };
}
void plant_norms(std::vector<Mutant>& list) {
  plant(list, {"lp_pool2d"},
        {{"p_ignored", "the norm of p = 2", with_attribute("norm_type", "2")},
         {"root_missing", "the sum of powers", lp_sum(false, false)},
         {"mean", "of the mean", lp_sum(true, true)},
         {"unscaled", "powers that overflow", lp_sum(false, true)},
         {"signs", "x for |x|, or the reverse", toggled("absolute")}});
  plant(list, {"global_avg_pool2d"},
        {{"undivided", "the sum",
          [](const KernelCall& c) {
            const Index area = c.in[0].shape().back(1) * c.in[0].shape().back(0);
            return scaled(c.right, static_cast<double>(area));
          }},
         {"last_column_dropped", "the last column counts as 0",
          [](const KernelCall& c) { return c.compute(c.op, {with_last(c.in[0], -1, 0)}); }},
         {"first_row", "the mean of the first row", [](const KernelCall& c) {
            const Index w = c.in[0].shape().back(0), area = w * c.in[0].shape().back(1);
            return changed(c.right, [&](Index i, double) {
              double sum = 0;
              for (Index j = 0; j < w; ++j) sum += c.in[0][i * area + j];
              return sum / static_cast<double>(w);
            });
          }}});
}

}  // namespace

void add_pool_bugs(std::vector<Mutant>& list) {
  plant_sliding(list, "max_pool1d", "avg_pool1d");
  plant_sliding(list, "max_pool2d", "avg_pool2d");
  plant_adaptive(list, "adaptive_avg_pool2d", mean_of_taps);
  plant_adaptive(list, "adaptive_max_pool2d", largest);
  plant_pool_gradients(list);
  plant_smooth(list);
  plant_norms(list);
}

}  // namespace plumbline::crosscheck
