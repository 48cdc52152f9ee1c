// Bugs of losses: reductions, counts, labels, the shift.
#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

// sum for mean and mean for sum.
Values other_reduction(const KernelCall& c) {
  const std::string is = c.attribute("reduction");
  return c.compute(c.with("reduction", is == "mean" ? "sum" : is == "sum" ? "mean" : is), c.in);
}
KernelBug mean_over(std::function<double(const KernelCall&)> count) {
  return [=](const KernelCall& c) {
    const double n = count(c);
    return c.attribute("reduction") == "mean" && n > 0 ? scaled(c.compute(c.with("reduction", "sum"), c.in), 1 / n)
                                                       : c.right;
  };
}
double elements(const KernelCall& c) { return static_cast<double>(c.in[0].size()); }
double first_extent(const KernelCall& c) {
  return c.in[0].shape().rank() > 0 ? static_cast<double>(c.in[0].shape()[0]) : 1;
}
double labels(const KernelCall& c) { return static_cast<double>(c.in[1].size()); }

Values mse_magnitudes(const KernelCall& c) {
  const bool mean = c.attribute("reduction") == "mean";
  if (c.attribute("reduction") == "none") return c.right;
  double total = 0;
  for (Index i = 0; i < c.in[0].size(); ++i) total += std::abs(c.in[0][i] - c.in[1][i]);
  return Values::full(c.right.shape(), f32(mean ? total / elements(c) : total));
}
Values mse_of_squares(const KernelCall& c) {  // x² − t²
  if (c.attribute("reduction") != "none") return c.right;
  return changed(c.in[0], [&](Index i, double x) { return x * x - c.in[1][i] * c.in[1][i]; });
}
KernelBug factor(double f) {
  return [=](const KernelCall& c) { return scaled(c.right, f); };
}
KernelBug target_as(std::function<Values(const Values&)> f) {
  return [=](const KernelCall& c) { return c.compute(c.op, with_input(c.in, 1, f(c.in[1]))); };
}
Values last_ignored(const Values& x) { return with_last(x, -1, 0); }
Values neighbour(const Values& x) { return x.size() > 0 ? shifted_by(x, 1) : x; }

// ln Σ e^x − x without the shift by the maximum, in float.
Values index_unshifted(const KernelCall& c) {
  const auto axis = spec::normal_axis(c.integer("axis"), c.in[0].shape().rank());
  if (c.in[0].size() == 0) return c.right;
  const spec::Fibres fibre = spec::fibres(c.in[0].shape(), {*axis});
  double sum = 0, kept = 0;
  const Values terms = changed(c.in[1], [&](Index o, double label) {
    if (label == static_cast<double>(c.integer("ignore_index"))) return 0.0;
    const auto x = [&](Index k) {
      return static_cast<float>(
          c.in[0][fibre.start[static_cast<std::size_t>(o)] + fibre.step[static_cast<std::size_t>(k)]]);
    };
    float total = 0;
    for (Index k = 0; k < fibre.length(); ++k) total += std::exp(x(k));
    const auto term = static_cast<double>(std::log(total) - x(static_cast<Index>(label)));
    sum += term, ++kept;
    return term;
  });
  const std::string reduction = c.attribute("reduction");
  if (reduction == "none") return terms;
  return Values::full(c.right.shape(), f32(reduction == "mean" && kept > 0 ? sum / kept : sum));
}

// The op with another value of a number attribute.
KernelBug other_number(std::string name, double factor, double plus = 0) {
  return [=](const KernelCall& c) {
    return c.compute(c.with(name, spec::print_value(std::stod(c.attribute(name)) * factor + plus)), c.in);
  };
}
KernelBug inputs_swapped() {
  return [](const KernelCall& c) {
    auto in = c.in;
    std::swap(in[0], in[1]);
    return c.compute(c.op, in);
  };
}
// The inputs from `at` on are left out: weights are ignored.
KernelBug without_from(std::size_t at) {
  return [=](const KernelCall& c) {
    if (c.in.size() <= at) return c.right;
    return c.compute(c.op, {c.in.begin(), c.in.begin() + static_cast<std::ptrdiff_t>(at)});
  };
}
// As another op computes it from the same inputs.
KernelBug flag_flipped(std::string name) {
  return [=](const KernelCall& c) {
    return c.compute(c.with(name, c.attribute(name) == "true" ? "false" : "true"), c.in);
  };
}
KernelBug input_scaled(std::size_t at, double f) {
  return [=](const KernelCall& c) {
    return at < c.in.size() ? c.compute(c.op, with_input(c.in, at, scaled(c.in[at], f))) : c.right;
  };
}
KernelBug in_bf16(std::size_t at) {
  return [=](const KernelCall& c) {
    return c.compute(c.op, with_input(c.in, at, narrowed(c.in[at], spec::bfloat16)));
  };
}

// Σ of terms by f over pairs of the first two inputs, reduced as the op says; one type throughout.
KernelBug pointwise(std::function<double(double x, double t)> f) {
  return [=](const KernelCall& c) {
    const Values terms = changed(c.in[0], [&](Index i, double x) { return f(x, c.in[1][i]); });
    if (c.attribute("reduction") == "none") return terms;
    double total = 0;
    for (Index i = 0; i < terms.size(); ++i) total += terms[i];
    const double n = c.attribute("reduction") == "mean" ? elements(c) : 1;
    return Values::full(c.right.shape(), f32(total / n));
  };
}

void plant_pointwise(std::vector<Mutant>& list) {
  for (const std::string_view op : {"l1", "huber", "smooth_l1", "log_cosh", "hinge", "bce", "bce_with_logits", "kl_div",
                                    "poisson_nll", "gaussian_nll", "nll", "cosine_embedding"}) {
    plant(list, op, "other_reduction", "the sum for the mean, and the reverse", other_reduction);
    plant(list, op, "negated", "the wrong sign", factor(-1));
    plant(list, op, "halved", "a factor ½", factor(0.5));
    plant(list, op, "input_bf16", "x in bfloat16", in_bf16(0));
  }
  for (const std::string_view op : {"bce", "bce_with_logits", "kl_div", "poisson_nll", "hinge"})
    plant(list, op, "last_ignored", "the last target is read as 0", target_as(last_ignored));
  for (const std::string_view op : {"l1", "huber", "smooth_l1", "log_cosh", "bce", "bce_with_logits"})
    plant(list, op, "mean_over_batch", "the mean divides by the first extent", mean_over(first_extent));
  plant(list, "l1", "squares", "squares", pointwise([](double x, double t) { return (x - t) * (x - t); }));
  plant(list, "l1", "signed", "x − t without the magnitude", pointwise([](double x, double t) { return x - t; }));
  plant(list, "huber", "delta_doubled", "2 delta", other_number("delta", 2));
  plant(list, "huber", "delta_one", "delta is always 1", other_number("delta", 0, 1));
  plant(list, "smooth_l1", "beta_doubled", "2 beta", other_number("beta", 2));
  plant(list, "smooth_l1", "beta_one", "beta is always 1", other_number("beta", 0, 1));
  plant(list, "log_cosh", "overflows", "ln cosh in float32 as it is written", pointwise([](double x, double t) {
          return static_cast<double>(std::log(std::cosh(static_cast<float>(x - t))));
        }));
  plant(list, "log_cosh", "cancels", "|d| + ln(1 + e^−2|d|) − ln 2 everywhere, in float32",
        pointwise([](double x, double t) {
          const auto d = static_cast<float>(std::abs(x - t));
          return static_cast<double>(d + std::log1p(std::exp(-2 * d)) - std::log(2.0F));
        }));
  plant(list, "hinge", "squared", "the squared hinge", pointwise([](double x, double t) {
          const double gap = std::max(0.0, 1 - t * x);
          return gap * gap;
        }));
  plant(list, "hinge", "margin_zero", "max(0, −t x)",
        pointwise([](double x, double t) { return std::max(0.0, -t * x); }));
}

void plant_likelihoods(std::vector<Mutant>& list) {
  plant(list, "bce", "weight_ignored", "the weight is ignored", without_from(2));
  plant(list, "bce", "unbounded", "logarithms are not cut at −100", pointwise([](double x, double t) {
          return -(t * std::log(x) + (1 - t) * std::log(1 - x));
        }));
  plant(list, "bce", "positive_only", "−t ln x", pointwise([](double x, double t) {
          return -(t * std::max(std::log(x), -100.0));
        }));
  plant(list, "bce_with_logits", "pos_weight_ignored", "pos_weight is ignored", without_from(3));
  plant(list, "bce_with_logits", "weights_ignored", "weights are ignored", without_from(2));
  plant(list, "bce_with_logits", "overflows", "ln(1 + e^x) in float32 as it is written", [](const KernelCall& c) {
    if (c.in.size() > 2) return c.right;
    return pointwise([](double x, double t) {
      return static_cast<double>(std::log1p(std::exp(static_cast<float>(x)))) - t * x;
    })(c);
  });
  plant(list, "kl_div", "swapped", "x for the target, and the reverse", inputs_swapped());
  plant(list, "kl_div", "log_target_flipped", "log_target is read the other way", flag_flipped("log_target"));
  plant(list, "kl_div", "batchmean_is_mean", "batchmean divides by all elements", [](const KernelCall& c) {
    return c.attribute("reduction") == "batchmean" ? c.compute(c.with("reduction", "mean"), c.in) : c.right;
  });
  plant(list, "poisson_nll", "full_flipped", "Stirling's term where it is off, and the reverse", flag_flipped("full"));
  plant(list, "poisson_nll", "log_input_flipped", "log_input is read the other way", flag_flipped("log_input"));
  plant(list, "poisson_nll", "eps_doubled", "2 eps", other_number("eps", 2));
  plant(list, "gaussian_nll", "full_flipped", "the constant where it is off, and the reverse", flag_flipped("full"));
  plant(list, "gaussian_nll", "deviation", "var is doubled", input_scaled(2, 2));
  plant(list, "gaussian_nll", "eps_doubled", "2 eps", other_number("eps", 2));
}

void plant_classes(std::vector<Mutant>& list) {
  for (const std::string_view op : {"cross_entropy", "cross_entropy_index", "nll"})
    plant(list, op, "weight_ignored", "weights of classes are ignored", without_from(2));
  for (const std::string_view op : {"cross_entropy", "cross_entropy_index", "label_weights"})
    plant(list, op, "unsmoothed", "label_smoothing is ignored", with_attribute("label_smoothing", "0"));
  plant(list, "label_weights", "weight_ignored", "weights of classes are ignored", without_from(1));
  plant(list, "label_weights", "nothing_ignored", "ignore_index is ignored", with_attribute("ignore_index", "-100"));
  plant(list, "label_weights", "negated", "the wrong sign", factor(-1));
  plant(list, "nll", "nothing_ignored", "ignore_index is ignored", with_attribute("ignore_index", "-100"));
  plant(list, "nll", "neighbour", "the label of the neighbour", target_as(neighbour));
  plant(list, "nll", "mean_over_all", "the mean counts ignored places", mean_over(labels));
  plant(list, "cosine_similarity", "negated", "the wrong sign", factor(-1));
  plant(list, "cosine_similarity", "clipped", "eps is 1", with_attribute("eps", "1"));
  plant(list, "cosine_similarity", "input_bf16", "x in bfloat16", in_bf16(0));
  plant(list, "cosine_similarity", "same_vector", "x with itself", [](const KernelCall& c) {
    return c.compute(c.op, {c.in[0], c.in[0]});
  });
  plant(list, "cosine_embedding", "margin_ignored", "margin 0", with_attribute("margin", "0"));
  plant(list, "cosine_embedding", "targets_swapped", "1 for −1, and the reverse", input_scaled(2, -1));
}

}  // namespace

void add_loss_bugs(std::vector<Mutant>& list) {
  plant(list, {"mse", "cross_entropy", "cross_entropy_index"},
        {{"other_reduction", "the sum for the mean, and the reverse", other_reduction},
         {"negated", "the wrong sign", factor(-1)},
         {"halved", "a factor ½", factor(0.5)}});
  plant(list, "mse", "mean_over_batch", "the mean divides by the first extent", mean_over(first_extent));
  plant(list, "mse", "magnitudes", "|x − t|", mse_magnitudes);
  plant(list, "mse", "difference_of_squares", "x² − t²", mse_of_squares);
  plant(list, "mse", "last_ignored", "the last target is read as 0", target_as(last_ignored));
  plant(list, "cross_entropy", "mean_over_classes", "the mean divides by places times classes", mean_over(elements));
  plant(list, "cross_entropy", "last_class_ignored", "the last class has no target", target_as(last_ignored));
  plant(list, "cross_entropy", "neighbour", "the target of the neighbour", target_as(neighbour));
  plant(list, "cross_entropy_index", "mean_over_all", "the mean counts ignored places", mean_over(labels));
  plant(list, "cross_entropy_index", "nothing_ignored", "ignore_index is ignored",
        with_attribute("ignore_index", "-100"));
  plant(list, "cross_entropy_index", "neighbour", "the label of the neighbour", target_as(neighbour));
  plant(list, "cross_entropy_index", "unshifted", "the maximum is not subtracted", index_unshifted);
  plant_pointwise(list);
  plant_likelihoods(list);
  plant_classes(list);
}

}  // namespace plumbline::crosscheck
