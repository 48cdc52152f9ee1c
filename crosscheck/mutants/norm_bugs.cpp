// Bugs of normalisations: the wrong slices, the wrong variance, eps in the wrong place, running statistics, masks.
#include <algorithm>

#include "crosscheck/mutants/values.h"
#include "spec/ops/norm/channels.h"

namespace plumbline::crosscheck {

using spec::Axes;
using spec::Index;
using spec::Shape;
using spec::Slicing;

namespace {

double root(double variance, double eps) { return std::sqrt(variance + eps); }
double root_alone(double variance, double eps) { return std::sqrt(variance) + eps; }
double no_root(double variance, double eps) { return variance + eps; }
double no_eps(double variance, double) { return std::sqrt(variance); }
double small_eps(double variance, double eps) { return std::sqrt(variance + eps / 10); }

Slicing rows_of(const KernelCall& c) {
  const Axes extents = c.list("normalized_shape");
  const Shape& x = c.in[0].shape();
  const Index n = extents.empty() ? x.back(0) : Shape(extents).size();
  return {{n == 0 ? 0 : x.size() / n, n}, {1}, 1, std::max<Index>(1, n), c.op.name().substr(0, 3) != "rms"};
}
// The slices that the op is about.
Slicing right_slices(const KernelCall& c) {
  const Shape& x = c.in[0].shape();
  const std::string name(c.op.name());
  if (name.rfind("batch", 0) == 0) return spec::batch_slicing(x);
  if (name.rfind("group", 0) == 0) return spec::group_slicing(x, c.integer("num_groups"));
  if (name.rfind("instance", 0) == 0) return spec::group_slicing(x, x[1]);
  return rows_of(c);
}
Slicing by_image(const KernelCall& c) { return spec::group_slicing(c.in[0].shape(), 1); }
Slicing by_channel(const KernelCall& c) { return spec::group_slicing(c.in[0].shape(), c.in[0].shape()[1]); }
Slicing by_batch(const KernelCall& c) { return spec::batch_slicing(c.in[0].shape()); }
// Channel k in group k mod G, not in group k / (C/G).
Slicing interleaved(const KernelCall& c) {
  const Shape& x = c.in[0].shape();
  const Index groups = c.integer("num_groups"), space = std::max<Index>(1, spec::space_of(x));
  return {{x[0], x[1] / groups, groups, spec::space_of(x)}, {1, 3}, space, std::max<Index>(1, x[1])};
}
Slicing other_centring(const KernelCall& c) {
  Slicing s = right_slices(c);
  s.centred = !s.centred;
  return s;
}

bool in_training(const KernelCall& c) { return c.attribute("training") != "false"; }

// f(n, k ↦ place of element k) for each slice.
template <class F>
void each_slice(const KernelCall& c, const Slicing& s, F&& f) {
  if (c.in[0].size() == 0) return;
  const spec::Fibres fibre = spec::fibres(s.view, s.axes);
  for (Index start : fibre.start)
    f(fibre.length(), [&](Index k) { return start + fibre.step[static_cast<std::size_t>(k)]; });
}

struct Measured {
  double mean = 0, variance = 0;
};
template <class At>
Measured measure(const Values& x, Index n, At&& at, bool centred, double ddof) {
  Measured m;
  for (Index k = 0; k < n && centred; ++k) m.mean += x[at(k)] / static_cast<double>(n);
  for (Index k = 0; k < n; ++k)
    m.variance += (x[at(k)] - m.mean) * (x[at(k)] - m.mean) / (static_cast<double>(n) - ddof);
  return m;
}

// (x − mean) / deviation(variance, eps) · w + b over any slices.
template <class Slices, class Deviation>
KernelBug normalised(Slices slices, double ddof, Deviation deviation) {
  return [=](const KernelCall& c) {
    if (!in_training(c)) return c.right;
    const Slicing s = slices(c);
    Values y = c.right;
    auto out = y.mutable_elements();
    each_slice(c, s, [&](Index n, auto at) {
      const Measured m = measure(c.in[0], n, at, s.centred, ddof);
      for (Index k = 0; k < n; ++k) {
        const Index i = at(k), p = s.parameter(i);
        const double weight = c.in.size() > 1 ? c.in[1][p] : 1, bias = c.in.size() > 2 ? c.in[2][p] : 0;
        out[static_cast<std::size_t>(i)] =
            f32((c.in[0][i] - m.mean) / deviation(m.variance, c.number("eps")) * weight + bias);
      }
    });
    return y;
  };
}

// (ct − first·mean ct − second·x̂ mean(ct x̂)) / σ
template <class Slices>
KernelBug slope(Slices slices, double first, double second, double eps_factor) {
  return [=](const KernelCall& c) {
    const Slicing s = slices(c);
    const Values &x = c.in[0], &ct = c.in[1];
    Values dx = c.right;
    auto out = dx.mutable_elements();
    each_slice(c, s, [&](Index n, auto at) {
      const Measured m = measure(x, n, at, s.centred, 0);
      const double sigma = std::sqrt(m.variance + c.number("eps") * eps_factor);
      double mean = 0, inner = 0;
      for (Index k = 0; k < n; ++k) {
        mean += (s.centred ? ct[at(k)] : 0) / static_cast<double>(n);
        inner += ct[at(k)] * (x[at(k)] - m.mean) / static_cast<double>(n);
      }
      for (Index k = 0; k < n; ++k)
        out[static_cast<std::size_t>(at(k))] =
            f32((ct[at(k)] - first * mean - second * (x[at(k)] - m.mean) * inner / (sigma * sigma)) / sigma);
    });
    return dx;
  };
}

Values weights_reversed(const KernelCall& c) {
  const std::size_t first = in_training(c) ? 1 : 3;
  if (c.in.size() <= first) return c.right;
  const Values& w = c.in[first];
  return c.compute(
      c.op, with_input(c.in, first, Values::generate(w.shape(), [&](Index i) { return w[w.size() - 1 - i]; })));
}
Values bias_missing(const KernelCall& c) {
  const std::size_t last = in_training(c) ? 3 : 5;
  if (c.in.size() < last) return c.right;
  return c.compute(c.op, {c.in.begin(), c.in.end() - 1});
}

void plant_forward(std::vector<Mutant>& list) {
  plant(list, {"batch_norm", "group_norm", "instance_norm"},
        {{"ddof", "the unbiased variance", normalised(right_slices, 1, root)},
         {"weights_reversed", "the weights are read backwards", weights_reversed},
         {"bias_missing", "the bias is not added", bias_missing}});
  plant(list, {"batch_norm", "group_norm", "instance_norm", "rms_norm"},
        {{"eps_outside", "eps outside the root", normalised(right_slices, 0, root_alone)},
         {"eps_missing", "no eps", normalised(right_slices, 0, no_eps)},
         {"eps_smaller", "eps a tenth of what was asked", normalised(right_slices, 0, small_eps)},
         {"root_missing", "divides by the variance", normalised(right_slices, 0, no_root)},
         {"other_centring", "the mean is subtracted, or not, where it should be the other way",
          normalised(other_centring, 0, root)}});
  plant(list, "batch_norm", "by_image", "statistics of each image", normalised(by_image, 0, root));
  plant(list, "batch_norm", "by_instance", "statistics of each image's channel", normalised(by_channel, 0, root));
  plant(list, "instance_norm", "by_batch", "statistics over the batch too", normalised(by_batch, 0, root));
  plant(list, "instance_norm", "by_image", "statistics over the channels too", normalised(by_image, 0, root));
  plant(list, "group_norm", "one_group", "num_groups is ignored", normalised(by_image, 0, root));
  plant(list, "group_norm", "by_channel", "a group for each channel", normalised(by_channel, 0, root));
  plant(list, "group_norm", "interleaved", "channel k in group k mod G", normalised(interleaved, 0, root));
  plant(list, "rms_norm", "unbiased", "divides by n − 1", [](const KernelCall& c) {
    return rows_of(c).view[1] > 1 ? normalised(rows_of, 1, root)(c) : c.right;
  });
  plant(list, "rms_norm", "one_more", "the weight counts from 0: 1 + w", [](const KernelCall& c) {
    if (c.in.size() < 2) return c.right;
    return c.compute(c.op, with_input(c.in, 1, changed(c.in[1], [](Index, double w) { return 1 + w; })));
  });
}

void plant_evaluation(std::vector<Mutant>& list) {
  plant(list, "batch_norm", "eval_by_batch", "the batch's statistics where the running ones are asked for",
        [](const KernelCall& c) {
          if (in_training(c)) return c.right;
          std::vector<Values> in{c.in[0]};
          in.insert(in.end(), c.in.begin() + 3, c.in.end());
          return c.compute(c.with("training", "true"), in);
        });
  plant(list, "batch_norm", "eval_deviation", "running_var is taken for the deviation", [](const KernelCall& c) {
    if (in_training(c)) return c.right;
    return c.compute(c.op, with_input(c.in, 2, changed(c.in[2], [](Index, double v) { return v * v; })));
  });
  plant(list, "batch_norm", "eval_swapped", "running_mean and running_var change places", [](const KernelCall& c) {
    if (in_training(c)) return c.right;
    return c.compute(c.op, with_input(with_input(c.in, 1, c.in[2]), 2, c.in[1]));
  });
}

// (1 − m)·old + m·statistic(mean, biased variance, n)
template <class Mix>
KernelBug running(Mix mix) {
  return [=](const KernelCall& c) {
    const double t = c.in.size() > 2 ? c.in[2][0] : 0, m = c.in.size() > 2 ? 1 / (1 + t) : c.number("momentum");
    Values y = c.right;
    auto out = y.mutable_elements();
    Index channel = 0;
    each_slice(c, by_batch(c), [&](Index n, auto at) {
      const Measured s = measure(c.in[0], n, at, /*centred=*/true, 0);
      const bool mean = c.op.name() == "batch_norm_running_mean";
      const double unbiased = n > 1 ? s.variance * static_cast<double>(n) / static_cast<double>(n - 1) : 0;
      out[static_cast<std::size_t>(channel)] =
          f32(mix(m, c.in[1][channel], mean ? s.mean : unbiased, mean ? s.mean : s.variance, t));
      ++channel;
    });
    return y;
  };
}

void plant_running(std::vector<Mutant>& list) {
  using M = double;
  plant(list, {"batch_norm_running_mean", "batch_norm_running_var"},
        {{"momentum_flipped", "m·old + (1 − m)·batch",
          running([](M m, M old, M batch, M, M) { return m * old + (1 - m) * batch; })},
         {"updated_twice", "the update is applied twice", running([](M m, M old, M batch, M, M) {
            return (1 - m) * ((1 - m) * old + m * batch) + m * batch;
          })},
         {"old_dropped", "the old value is forgotten", running([](M, M, M batch, M, M) { return batch; })},
         {"not_updated", "the old value stays", running([](M, M old, M, M, M) { return old; })},
         {"default_momentum", "the attribute momentum is ignored",
          running([](M, M old, M batch, M, M) { return 0.9 * old + 0.1 * batch; })},
         {"count_late", "the cumulative average divides by one batch too many",
          running([](M m, M old, M batch, M, M t) {
            const double late = m != 0 && t > 0 ? 1 / (2 + t) : m;
            return (1 - late) * old + late * batch;
          })}});
  plant(list, "batch_norm_running_var", "biased", "the population variance",
        running([](M m, M old, M, M biased, M) { return (1 - m) * old + m * biased; }));
  plant(list, "batch_norm_running_var", "deviation", "the deviation, not the variance",
        running([](M m, M old, M batch, M, M) { return (1 - m) * old + m * std::sqrt(batch); }));
}

// dx = f(y, ct)
template <class F>
KernelBug slope_of(F f) {
  return [f](const KernelCall& c) {
    return changed(c.right, [&](Index i, double) { return f(c.in[0][i], c.in[1][i]); });
  };
}

void plant_gradients(std::vector<Mutant>& list) {
  const auto backward = [&](std::string_view op, std::string_view name, std::string_view bug, KernelBug kernel) {
    plant(list, op, name, bug, std::move(kernel), Stage::backward);
  };
  for (std::string_view op : {"batch_norm_grad", "group_norm_grad", "rms_norm_grad"}) {
    backward(op, "one_term", "ct/σ, without the projections", slope(right_slices, 0, 0, 1));
    backward(op, "projection_missing", "without the part along x̂", slope(right_slices, 1, 0, 1));
    backward(op, "eps_missing", "no eps", slope(right_slices, 1, 1, 0));
    backward(op, "other_centring", "the mean of ct is subtracted, or not, the wrong way",
             slope(other_centring, 1, 1, 1));
  }
  backward("batch_norm_grad", "mean_missing", "without the mean of ct", slope(right_slices, 0, 1, 1));
  backward("batch_norm_grad", "by_image", "statistics of each image", slope(by_image, 1, 1, 1));
  backward("group_norm_grad", "one_group", "num_groups is ignored", slope(by_image, 1, 1, 1));
  backward("group_norm_grad", "interleaved", "channel k in group k mod G", slope(interleaved, 1, 1, 1));
  backward("softmax_grad", "inner_missing", "y ct, without the inner product",
           slope_of([](double y, double ct) { return y * ct; }));
  backward("softmax_grad", "swapped", "y and ct change places",
           [](const KernelCall& c) { return c.compute(c.op, {c.in[1], c.in[0]}); });
  backward("log_softmax_grad", "probability_missing", "ct − Σ ct: y is taken for 0", [](const KernelCall& c) {
    return c.compute(c.op, {Values::full(c.in[0].shape(), 0), c.in[1]});
  });
  backward("log_softmax_grad", "sum_missing", "ct − e^y ct",
           slope_of([](double y, double ct) { return ct - std::exp(y) * ct; }));
}

// The mask as numbers, at the places of x.
Values mask_at(const KernelCall& c) {
  return spec::zip(c.in[0], c.in[1], [](double, double m) { return m; });
}
Values blocked_by(const KernelCall& c, double value) {  // softmax(where(mask, x, value))
  const Values m = mask_at(c);
  return c.compute(c.make("softmax", {{"axis", c.attribute("axis")}}),
                   {changed(c.in[0], [&](Index i, double x) { return m[i] != 0 ? x : value; })});
}

void plant_masks(std::vector<Mutant>& list) {
  plant(list, "masked_softmax", "ignored", "the mask is ignored", [](const KernelCall& c) {
    return c.compute(c.make("softmax", {{"axis", c.attribute("axis")}}), {c.in[0]});
  });
  plant(list, "masked_softmax", "inverted", "true blocks", [](const KernelCall& c) {
    return c.compute(c.op, {c.in[0], changed(c.in[1], [](Index, double m) { return m == 0 ? 1 : 0; })});
  });
  plant(list, "masked_softmax", "afterwards", "softmax of all, then the mask", [](const KernelCall& c) {
    const Values m = mask_at(c), y = c.compute(c.make("softmax", {{"axis", c.attribute("axis")}}), {c.in[0]});
    return changed(y, [&](Index i, double v) { return m[i] != 0 ? v : 0; });
  });
  plant(list, "masked_softmax", "very_small", "blocked entries get -1e9: a blocked row is not zero",
        [](const KernelCall& c) { return blocked_by(c, -1e9); });
  plant(list, "masked_softmax", "blocked_row", "a row that is blocked throughout is NaN",
        [](const KernelCall& c) { return blocked_by(c, -infinity); });
  plant(list, "masked_softmax", "product", "masked by a product: a blocked NaN stays", [](const KernelCall& c) {
    const Values m = mask_at(c);
    return changed(c.right, [&](Index i, double y) { return y + (m[i] == 0 ? 0 * c.in[0][i] : 0); });
  });
}

// x_c / (k + alpha/divisor · Σ x²)^beta, the sum from c − before to c + after.
template <class F>
KernelBug local_response(F window) {
  return [=](const KernelCall& c) {
    const Shape& shape = c.in[0].shape();
    const Index space = spec::space_of(shape), channels = shape[1], size = c.integer("size");
    const auto [before, after, divisor] = window(size);
    return changed(c.right, [&, before = before, after = after, divisor = divisor](Index i, double) {
      const Index channel = i / space % channels;
      double energy = 0;
      for (Index j = std::max<Index>(0, channel - before); j <= std::min(channels - 1, channel + after); ++j) {
        const double x = c.in[0][i + (j - channel) * space];
        energy += x * x;
      }
      return c.in[0][i] / std::pow(c.number("k") + c.number("alpha") * energy / divisor, c.number("beta"));
    });
  };
}
struct Sides {
  Index before, after;
  double divisor;
};

Values next_axis(const KernelCall& c) {
  const Index rank = c.in[0].shape().rank(), axis = c.integer("axis");
  return c.compute(c.with("axis", spec::print_value(((axis < 0 ? axis + rank : axis) + 1) % rank)), c.in);
}

void plant_neighbours(std::vector<Mutant>& list) {
  plant(list, "local_response_norm", "undivided", "alpha is not divided by size",
        local_response([](Index n) { return Sides{n / 2, (n - 1) / 2, 1}; }));
  plant(list, "local_response_norm", "other_side", "an even window leans the other way",
        local_response([](Index n) { return Sides{(n - 1) / 2, n / 2, static_cast<double>(n)}; }));
  plant(list, "local_response_norm", "radius", "size is taken for the radius",
        local_response([](Index n) { return Sides{n, n, static_cast<double>(n)}; }));
  plant(list, "local_response_norm", "k_default", "the attribute k is ignored", with_attribute("k", "1"));
  plant(list, "local_response_norm", "beta_default", "the attribute beta is ignored", with_attribute("beta", "0.75"));
  plant(list, "moving_sum", "other_side", "before and after change places", [](const KernelCall& c) {
    const std::optional<spec::Op> other = c.make(
        "moving_sum",
        {{"axis", c.attribute("axis")}, {"before", c.attribute("after")}, {"after", c.attribute("before")}});
    return c.compute(other, c.in);
  });
  plant(list, "moving_sum", "one_less", "the last element is left out", [](const KernelCall& c) {
    const Index after = c.integer("after");
    return after == 0 ? c.right : c.compute(c.with("after", spec::print_value(after - 1)), c.in);
  });
  plant(list, "l2_normalize", "wrong_axis", "along the next axis", next_axis);
  plant(list, "moving_sum", "wrong_axis", "along the next axis", next_axis);
  plant(list, "l2_normalize", "eps_ignored", "no eps", with_attribute("eps", "0"));
  plant(list, "l2_normalize", "eps_added", "eps is added to the norm", [](const KernelCall& c) {
    const Values y = c.compute(c.with("eps", "0"), c.in);
    return changed(y, [&](Index i, double v) {
      const double norm = v != 0 ? c.in[0][i] / v : 0;
      return c.in[0][i] / (norm + c.number("eps"));
    });
  });
}

// The cotangent of input `which` under f, where there is one.
template <class F>
BackwardBug for_input(std::size_t which, F f) {
  return [=](const BackwardCall& c, std::vector<Values>& g) {
    for (std::size_t k = 0; k < g.size(); ++k)
      if (c.leaves[k] == which) g[k] = f(c, g[k]);
  };
}
Values nothing(const BackwardCall&, const Values& g) { return Values::full(g.shape(), 0); }
// ct y/x: as if the divisor did not depend on x.
Values divisor_frozen(const BackwardCall& c, const Values& g) {
  return changed(g, [&](Index i, double was) { return c.in[0][i] != 0 ? c.ct[i] * c.y[i] / c.in[0][i] : was; });
}

void plant_cotangents(std::vector<Mutant>& list) {
  const auto backward = [&](std::string_view op, std::string_view name, std::string_view bug, BackwardBug spoil) {
    list.push_back(backward_mutant(op, name, bug, std::move(spoil)));
  };
  for (std::string_view op : {"batch_norm", "group_norm", "instance_norm"}) {
    backward(op, "grad_weight_zero", "the weight gets no gradient", for_input(1, nothing));
    backward(op, "grad_bias_zero", "the bias gets no gradient", for_input(2, nothing));
    backward(op, "grads_swapped", "the gradients of weight and bias exchanged",
             [](const BackwardCall& c, std::vector<Values>& g) {
               if (g.size() >= 3 && c.attribute("training") != "false") std::swap(g[1], g[2]);
             });
  }
  backward("rms_norm", "grad_weight_zero", "the weight gets no gradient", for_input(1, nothing));
  backward("l2_normalize", "grad_norm_frozen", "the norm is taken for a constant", for_input(0, divisor_frozen));
  backward("local_response_norm", "grad_base_frozen", "the neighbours are taken for constants",
           for_input(0, divisor_frozen));
  backward("masked_softmax", "grad_one_term", "y ct, without y Σ y ct",
           for_input(0, [](const BackwardCall& c, const Values& g) {
             return changed(g, [&](Index i, double) { return c.y[i] * c.ct[i]; });
           }));
}

}  // namespace

void add_norm_bugs(std::vector<Mutant>& list) {
  plant_forward(list);
  plant_evaluation(list);
  plant_running(list);
  plant_gradients(list);
  plant_masks(list);
  plant_neighbours(list);
  plant_cotangents(list);
}

}  // namespace plumbline::crosscheck
