// Bugs of reductions: sums, means, maxima, softmax and normalisation.
#include "crosscheck/mutants/fibrewise.h"

namespace plumbline::crosscheck {

using spec::Axes;
using spec::Index;

namespace {

Values last_masked(const KernelCall& c) { return c.compute(c.op, {with_last(c.in[0], c.integer("axis"), -infinity)}); }

// Fibre by fibre, in float: y_k = f(n, j ↦ x_j, k).
template <class F>
KernelBug by_fibre(F f) {
  return [f](const KernelCall& c) {
    const auto axis = spec::normal_axis(c.integer("axis"), c.in[0].shape().rank());
    if (!axis || c.right.size() == 0) return c.right;
    const spec::Fibres fibre = spec::fibres(c.in[0].shape(), {*axis});
    Values y = c.right;
    auto out = y.mutable_elements();
    for (Index start : fibre.start)
      for (Index k = 0; k < fibre.length(); ++k) {
        const auto at = [&](Index j) { return start + fibre.step[static_cast<std::size_t>(j)]; };
        out[static_cast<std::size_t>(at(k))] = f(
            fibre.length(), [&](Index j) { return static_cast<float>(c.in[0][at(j)]); }, k);
      }
    return y;
  };
}

template <class X>
float largest(Index n, X&& x) {
  float top = x(0);
  for (Index j = 1; j < n; ++j) top = x(j) > top ? x(j) : top;
  return top;
}
constexpr auto unshifted = [](Index n, auto x, Index k) {
  float total = 0;
  for (Index j = 0; j < n; ++j) total += std::exp(x(j));
  return std::exp(x(k)) / total;
};
constexpr auto unnormalised = [](Index n, auto x, Index k) { return std::exp(x(k) - largest(n, x)); };
constexpr auto rough_exp = [](Index n, auto x, Index k) {
  const float top = largest(n, x);
  const auto e = [&](Index j) { return static_cast<float>(std::exp(x(j) - top) * wobble(x(j), 13)); };
  float total = 0;
  for (Index j = 0; j < n; ++j) total += e(j);
  return e(k) / total;
};
constexpr auto ones_added = [](Index n, auto x, Index k) {  // the "off by one" softmax
  const float top = largest(n, x);
  float total = std::exp(-top);
  for (Index j = 0; j < n; ++j) total += std::exp(x(j) - top);
  return std::exp(x(k) - top) / total;
};

Values log_softmax_composed(const KernelCall& c) {  // log(softmax): −∞ where the probability underflows
  const Values p = c.compute(c.make("softmax", {{"axis", c.attribute("axis")}}), c.in);
  return changed(p, [](Index, double v) { return std::log(static_cast<float>(v)); });
}

double terms_of(const KernelCall& c) {
  return c.right.size() == 0 ? 1 : static_cast<double>(c.in[0].size()) / static_cast<double>(c.right.size());
}
Values mean_unscaled(const KernelCall& c) { return scaled(c.right, terms_of(c)); }
Values mean_ddof(const KernelCall& c) {
  const double n = terms_of(c);
  return n > 1 ? scaled(c.right, n / (n - 1)) : c.right;
}

KernelBug accumulated_in(const spec::Format& format) {
  return by_reduced_fibre([&format](Index n, auto x) {
    double total = 0;
    for (Index k = 0; k < n; ++k) total = spec::round_to_format(total + x(k), format);
    return total;
  });
}
constexpr auto logsumexp_unshifted = [](Index n, auto x) {
  float total = 0;
  for (Index k = 0; k < n; ++k) total += std::exp(static_cast<float>(x(k)));
  return std::log(total);
};
constexpr auto log_of_mean_exp = [](Index n, auto x) {
  double top = -infinity, total = 0;
  for (Index k = 0; k < n; ++k) top = std::max(top, x(k));
  for (Index k = 0; k < n; ++k) total += std::exp(x(k) - top);
  return top + std::log(total / static_cast<double>(n));
};
constexpr auto max_of_magnitudes = [](Index n, auto x) {
  double best = x(0);
  for (Index k = 1; k < n; ++k)
    if (!(std::abs(x(k)) <= std::abs(best))) best = x(k);
  return best;
};

void plant_sums(std::vector<Mutant>& list) {
  plant(list, {"sum", "mean"},
        {{"last_dropped", "the last term of each sum is dropped", last_is(0)},
         {"first_doubled", "the first term counts twice", first_doubled},
         {"wrong_axis", "columns for rows", column_major}});
  plant(list, {"max", "logsumexp"}, {{"last_dropped", "the last element is not looked at", last_is(-infinity)}});
  plant(list, "sum", "fp16_accumulator", "accumulates in binary16", accumulated_in(spec::binary16));
  plant(list, "sum", "bf16_accumulator", "accumulates in bfloat16", accumulated_in(spec::bfloat16));
  plant(list, {"sum", "mean"}, {{"bf16_operands", "terms in bfloat16", operands_in(spec::bfloat16)}});
  plant(list, "mean", "unscaled", "the division by n is missing", mean_unscaled);
  plant(list, "mean", "ddof", "divides by n − 1", mean_ddof);
  plant(list, "max", "from_zero", "the fold starts at 0",
        [](const KernelCall& c) { return changed(c.right, [](Index, double y) { return y < 0 ? 0 : y; }); });
  plant(list, "max", "of_magnitudes", "the element of largest magnitude", by_reduced_fibre(max_of_magnitudes));
  plant(list, "logsumexp", "unshifted", "the maximum is not subtracted", by_reduced_fibre(logsumexp_unshifted));
  plant(list, "logsumexp", "of_mean", "ln of the mean", by_reduced_fibre(log_of_mean_exp));
}

void plant_softmax(std::vector<Mutant>& list) {
  plant(
      list, {"softmax", "log_softmax"},
      {{"wrong_axis", "along the next axis", other_axis}, {"last_dropped", "the last element is masked", last_masked}});
  plant(list, "softmax", "unshifted", "the maximum is not subtracted", by_fibre(unshifted));
  plant(list, "softmax", "rough_exp", "exp good to four digits", by_fibre(rough_exp));
  plant(list, "softmax", "unnormalised", "the division by the sum is missing", by_fibre(unnormalised));
  plant(list, "softmax", "one_added", "1 is added to the sum", by_fibre(ones_added));
  plant(list, "softmax", "logarithm", "log_softmax", [](const KernelCall& c) {
    return c.compute(c.make("log_softmax", {{"axis", c.attribute("axis")}}), c.in);
  });
  plant(list, "log_softmax", "composed", "log(softmax), which underflows", log_softmax_composed);
}

// (x − mean) / f(variance, eps), row by row over the normalised tail, then the affine map.
template <class F>
KernelBug normalised(double ddof, F deviation) {
  return [=](const KernelCall& c) {
    const Values& x = c.in[0];
    const Axes extents = c.list("normalized_shape");
    const Index tail = extents.empty() ? x.shape().back(0) : spec::Shape(extents).size();
    if (x.size() == 0) return c.right;
    const double n = static_cast<double>(tail), eps = c.number("eps");
    return changed(c.right, [&](Index i, double) {
      const Index start = i / tail * tail;
      double mean = 0, variance = 0;
      for (Index k = 0; k < tail; ++k) mean += x[start + k] / n;
      for (Index k = 0; k < tail; ++k) variance += (x[start + k] - mean) * (x[start + k] - mean) / (n - ddof);
      const double y = (x[i] - mean) / deviation(variance, eps);
      const double weight = c.in.size() > 1 ? c.in[1][i % tail] : 1, bias = c.in.size() > 2 ? c.in[2][i % tail] : 0;
      return y * weight + bias;
    });
  };
}

void plant_layer_norm(std::vector<Mutant>& list) {
  const auto root = [](double v, double eps) { return std::sqrt(v + eps); };
  plant(list, "layer_norm", "eps_outside", "eps outside the root",
        normalised(0, [](double v, double eps) { return std::sqrt(v) + eps; }));
  plant(list, "layer_norm", "ddof", "the unbiased variance", normalised(1, root));
  plant(list, "layer_norm", "eps_missing", "no eps", normalised(0, [](double v, double) { return std::sqrt(v); }));
  plant(list, "layer_norm", "eps_smaller", "eps a tenth of what was asked",
        normalised(0, [](double v, double eps) { return std::sqrt(v + eps / 10); }));
  plant(list, "layer_norm", "eps_default", "the attribute eps is ignored", [](const KernelCall& c) {
    return c.compute(c.make("layer_norm", {{"normalized_shape", c.attribute("normalized_shape")}}), c.in);
  });
  plant(list, "layer_norm", "root_missing", "divides by the variance",
        normalised(0, [](double v, double eps) { return v + eps; }));
  plant(list, "layer_norm", "affine_missing", "weight and bias are not applied",
        [](const KernelCall& c) { return c.compute(c.op, {c.in[0]}); });
  plant(list, "layer_norm", "bias_missing", "the bias is not added", [](const KernelCall& c) {
    return c.in.size() > 2 ? c.compute(c.op, {c.in[0], c.in[1]}) : c.right;
  });
  plant(list, "layer_norm", "raw_moments", "E x² − (E x)² in float, which cancels", [](const KernelCall& c) {
    if (c.in[0].size() == 0 || c.in.size() > 1) return c.right;
    const Axes extents = c.list("normalized_shape");
    const Index tail = extents.empty() ? c.in[0].shape().back(0) : spec::Shape(extents).size();
    return changed(c.right, [&](Index i, double) {
      float mean = 0, square = 0;
      for (Index k = 0; k < tail; ++k) {
        const auto v = static_cast<float>(c.in[0][i / tail * tail + k]);
        mean += v / static_cast<float>(tail), square += v * v / static_cast<float>(tail);
      }
      return (c.in[0][i] - mean) / std::sqrt(square - mean * mean + c.number("eps"));
    });
  });
}

}  // namespace

void add_reduction_bugs(std::vector<Mutant>& list) {
  plant_sums(list);
  plant_softmax(list);
  plant_layer_norm(list);
}

}  // namespace plumbline::crosscheck
