// Bugs of the ops that are gradients of others: relu_grad, layer_norm_grad, conv2d_weight_grad, …
#include <algorithm>

#include "crosscheck/mutants/values.h"
#include "spec/ops/pool/max_pool2d.h"

namespace plumbline::crosscheck {

using spec::Axes;
using spec::Index;

namespace {

// dx = f(x, ct, right)
template <class F>
KernelBug slope(F f) {
  return [f](const KernelCall& c) {
    return changed(c.right, [&](Index i, double y) { return f(c.in[0][i], c.in[1][i], y); });
  };
}
KernelBug clamp_slope(bool low, bool high, bool at_ends) {
  return [=](const KernelCall& c) {
    const double lo = c.number("min"), hi = c.number("max");
    return changed(c.right, [&](Index i, double y) {
      const double x = c.in[0][i];
      if (std::isnan(x)) return y;
      const bool above = !low || (at_ends ? x >= lo : x > lo), below = !high || (at_ends ? x <= hi : x < hi);
      return above && below ? c.in[1][i] : 0;
    });
  };
}
Values other_gelu(const KernelCall& c) {
  return c.compute(c.with("approximate", c.attribute("approximate") == "none" ? "tanh" : "none"), c.in);
}
Values gelu_distribution_only(const KernelCall& c) {
  return changed(c.right, [&](Index i, double) { return c.in[1][i] * std::erfc(-c.in[0][i] / std::sqrt(2.0)) / 2; });
}

// (ct − first·mean ct − second·x̂ mean(ct x̂)) / σ
KernelBug layer_norm_slope(double first, double second, double eps_factor) {
  return [=](const KernelCall& c) {
    const Axes extents = c.list("normalized_shape");
    const Values &x = c.in[0], &ct = c.in[1];
    if (x.size() == 0) return c.right;
    const Index tail = extents.empty() ? x.shape().back(0) : spec::Shape(extents).size();
    const double n = static_cast<double>(tail), eps = c.number("eps") * eps_factor;
    return changed(c.right, [&](Index i, double) {
      const Index start = i / tail * tail;
      double mean = 0, variance = 0, ct_mean = 0, inner = 0;
      for (Index k = start; k < start + tail; ++k) mean += x[k] / n, ct_mean += ct[k] / n;
      for (Index k = start; k < start + tail; ++k)
        variance += (x[k] - mean) * (x[k] - mean) / n, inner += ct[k] * (x[k] - mean) / n;
      const double sigma = std::sqrt(variance + eps);
      return (ct[i] - first * ct_mean - second * (x[i] - mean) * inner / (sigma * sigma)) / sigma;
    });
  };
}

enum class Winner { last, all };
// The cotangent of each window to its last winner, or to all of them.
KernelBug pool_winner(Winner winner) {
  return [=](const KernelCall& c) {
    const spec::Shape& shape = c.in[0].shape();
    spec::MaxPool2d pool;
    pool.kernel = c.list("kernel"), pool.stride = c.list("stride"), pool.padding = c.list("padding");
    pool.dilation = c.list("dilation"), pool.ceil_mode = c.flag("ceil_mode");
    const auto windows = spec::reads_of(spec::grid_of(pool, shape));
    const Index area = shape.back(0) * shape.back(1), plane = static_cast<Index>(windows.size());
    Values dx = Values::full(shape, 0);
    auto out = dx.mutable_elements();
    for (Index at = 0; at < c.in[1].size(); ++at) {
      std::vector<Index> best;
      for (Index tap : windows[static_cast<std::size_t>(at % plane)].taps) {
        const Index i = at / plane * area + tap;
        if (!best.empty() && c.in[0][i] < c.in[0][best.front()]) continue;
        if (winner == Winner::last || best.empty() || c.in[0][i] > c.in[0][best.front()]) best.clear();
        best.push_back(i);
      }
      for (Index i : best) out[static_cast<std::size_t>(i)] += c.in[1][at];
    }
    return changed(dx, [](Index, double v) { return v; });
  };
}

KernelBug input_rolled(std::size_t input, Index axis) {
  return [=](const KernelCall& c) { return c.compute(c.op, with_input(c.in, input, rolled(c.in[input], axis, 1))); };
}
Values first_image_only(const KernelCall& c) {
  const Index batch = c.in[1].shape()[0];
  const Values ct =
      changed(c.in[1], [&](Index i, double v) { return i < c.in[1].size() / std::max<Index>(1, batch) ? v : 0; });
  return c.compute(c.op, {c.in[0], ct});
}
template <std::size_t Input>
Values plane_flipped(const KernelCall& c) {
  const spec::Shape& s = c.in[Input].shape();
  const Index plane = s.back(0) * s.back(1);
  return c.compute(c.op, with_input(c.in, Input, Values::generate(s, [&](Index i) {
                                      return c.in[Input][i / plane * plane + plane - 1 - i % plane];
                                    })));
}
Values result_flipped(const KernelCall& c) {
  const Index plane = c.right.shape().back(0) * c.right.shape().back(1);
  return Values::generate(c.right.shape(), [&](Index i) { return c.right[i / plane * plane + plane - 1 - i % plane]; });
}

// Of the cotangents of one class only the last arrives.
Values rows_overwritten(const KernelCall& c) {
  const Index width = c.in[1].shape().back(0);
  std::vector<char> last(static_cast<std::size_t>(c.in[0].size()), 1);
  for (Index i = 0; i < c.in[0].size(); ++i)
    for (Index j = i + 1; j < c.in[0].size(); ++j)
      if (c.in[0][i] == c.in[0][j]) last[static_cast<std::size_t>(i)] = 0;
  return c.compute(c.op, {c.in[0], changed(c.in[1], [&](Index i, double v) {
                            return last[static_cast<std::size_t>(i / width)] != 0 ? v : 0;
                          })});
}
Values labels_rotated(const KernelCall& c) {
  return c.in[1].size() > 0 ? c.compute(c.op, with_input(c.in, 1, shifted_by(c.in[1], 1))) : c.right;
}

void backward(std::vector<Mutant>& list, std::string_view op, std::string_view name, std::string_view bug,
              KernelBug kernel) {
  plant(list, op, name, bug, std::move(kernel), Stage::backward);
}

void plant_elementwise(std::vector<Mutant>& list) {
  backward(list, "relu_grad", "at_zero", "passes at 0",
           slope([](double x, double ct, double y) { return x == 0 ? ct : y; }));
  backward(list, "relu_grad", "below_zero", "passes below 0", slope([](double, double ct, double) { return ct; }));
  backward(list, "relu_grad", "by_cotangent", "asks the sign of ct",
           slope([](double, double ct, double) { return ct > 0 ? ct : 0; }));
  backward(list, "clamp_grad", "at_ends", "passes at the ends", clamp_slope(true, true, true));
  backward(list, "clamp_grad", "low_end_only", "passes beyond the upper end", clamp_slope(true, false, false));
  backward(list, "clamp_grad", "high_end_only", "passes beyond the lower end", clamp_slope(false, true, false));
  backward(list, "gelu_grad", "other_form", "of the other form", other_gelu);
  backward(list, "gelu_grad", "one_term", "Φ(x), without x φ(x)", gelu_distribution_only);
  backward(list, "gelu_grad", "rough", "good to four digits",
           beside([](double x, double y) { return y * wobble(x, 13); }));
}

void plant_normalisation(std::vector<Mutant>& list) {
  backward(list, "layer_norm_grad", "one_term", "ct/σ, without the means", layer_norm_slope(0, 0, 1));
  backward(list, "layer_norm_grad", "mean_missing", "without the mean of ct", layer_norm_slope(0, 1, 1));
  backward(list, "layer_norm_grad", "projection_missing", "without the part along x̂", layer_norm_slope(1, 0, 1));
  backward(list, "layer_norm_grad", "eps_missing", "no eps", layer_norm_slope(1, 1, 0));
  backward(list, "cross_entropy_index_grad", "neighbour", "the label of the neighbour", labels_rotated);
  backward(list, "cross_entropy_index_grad", "nothing_ignored", "ignore_index is ignored",
           with_attribute("ignore_index", "-100"));
  backward(list, "cross_entropy_index_grad", "undivided", "1/n is missing", [](const KernelCall& c) {
    return c.compute(c.with("reduction", c.attribute("reduction") == "mean" ? "sum" : c.attribute("reduction")), c.in);
  });
}

void plant_windows(std::vector<Mutant>& list) {
  backward(list, "max_pool2d_grad", "last_winner", "the last winner takes it", pool_winner(Winner::last));
  backward(list, "max_pool2d_grad", "all_winners", "every winner takes all of it", pool_winner(Winner::all));
  backward(list, "avg_pool2d_grad", "padding_flag", "count_include_pad is taken for its opposite",
           [](const KernelCall& c) {
             return c.compute(c.with("count_include_pad", c.flag("count_include_pad") ? "false" : "true"), c.in);
           });
  backward(list, "avg_pool2d_grad", "off_by_one", "reads the next cotangent", input_rolled(0, -1));
  backward(list, "conv2d_weight_grad", "shifted", "windows begin one element too late", input_rolled(0, -1));
  backward(list, "conv2d_weight_grad", "flipped", "the kernel is written backwards", result_flipped);
  backward(list, "conv2d_weight_grad", "first_image", "only the first image counts", first_image_only);
  backward(list, "conv2d_weight_grad", "bf16_operands", "operands in bfloat16", operands_in(spec::bfloat16));
  backward(list, "conv2d_input_grad", "unflipped", "correlates where it should convolve", plane_flipped<1>);
  backward(list, "conv2d_input_grad", "shifted", "off by one row", input_rolled(0, -2));
  backward(list, "conv2d_input_grad", "tf32_operands", "operands in tf32", operands_in(spec::tf32));
}

void plant_movements(std::vector<Mutant>& list) {
  backward(list, "embedding_grad", "overwritten", "duplicates overwrite one another", rows_overwritten);
  backward(list, "slice_grad", "off_by_one", "written one element too early",
           [](const KernelCall& c) { return rolled(c.right, c.integer("axis"), 1); });
  backward(list, "scatter_add", "source_doubled", "sources are added twice", [](const KernelCall& c) {
    return c.compute(c.op, {c.in[0], c.in[1], scaled(c.in[2], 2)});
  });
}

}  // namespace

void add_gradient_kernel_bugs(std::vector<Mutant>& list) {
  plant_elementwise(list);
  plant_normalisation(list);
  plant_windows(list);
  plant_movements(list);
}

}  // namespace plumbline::crosscheck
