// Bugs of reductions: sums, means, maxima, softmax and normalisation.
#include <limits>

#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Axes;
using spec::Index;

namespace {

// The last axis that the op reduces.
Index reduced_axis(const KernelCall& c) {
  const Axes axes = c.list("axes");
  return axes.empty() ? -1 : axes.back();
}

// The op without the last term of each reduction over its last axis.
template <int Sign>
Values last_dropped(const KernelCall& c) {
  std::vector<Values> in = c.in;
  in[0] = with_last(in[0], reduced_axis(c), Sign * std::numeric_limits<double>::infinity());
  return c.compute(c.op, in);
}
Values last_term_zero(const KernelCall& c) {
  std::vector<Values> in = c.in;
  in[0] = with_last(in[0], reduced_axis(c), 0);
  return c.compute(c.op, in);
}
Values last_dropped_along_axis(const KernelCall& c) {
  std::vector<Values> in = c.in;
  in[0] = with_last(in[0], c.integer("axis"), -std::numeric_limits<double>::infinity());
  return c.compute(c.op, in);
}

Values other_axis(const KernelCall& c) {
  const Index rank = c.in[0].shape().rank();
  if (rank < 2) return c.right;
  const Index axis = c.integer("axis") < 0 ? c.integer("axis") + rank : c.integer("axis");
  return c.compute(c.with("axis", std::to_string((axis + 1) % rank)), c.in);
}

// Fibre by fibre, in float: y_k = f(n, k ↦ x_k, k).
template <class F>
Values by_fibre(const KernelCall& c, Index axis, F&& f) {
  const auto a = spec::normal_axis(axis, c.in[0].shape().rank());
  if (!a || c.right.size() == 0) return c.right;
  const spec::Fibres fibre = spec::fibres(c.in[0].shape(), {*a});
  Values y = c.right;
  auto out = y.mutable_elements();
  for (Index start : fibre.start)
    for (Index k = 0; k < fibre.length(); ++k) {
      const auto x = [&](Index j) { return static_cast<float>(c.in[0][start + fibre.step[static_cast<std::size_t>(j)]]); };
      out[static_cast<std::size_t>(start + fibre.step[static_cast<std::size_t>(k)])] = f(fibre.length(), x, k);
    }
  return y;
}

Values softmax_unshifted(const KernelCall& c) {
  return by_fibre(c, c.integer("axis"), [](Index n, auto x, Index k) {
    float total = 0;
    for (Index j = 0; j < n; ++j) total += std::exp(x(j));
    return std::exp(x(k)) / total;
  });
}
Values log_softmax_composed(const KernelCall& c) {  // log(softmax): −∞ where the probability underflows
  const Values p = c.compute(*c.catalogue.parse("softmax", {{"axis", c.attribute("axis")}}), c.in);
  return changed(p, [](Index, double v) { return std::log(static_cast<float>(v)); });
}
Values softmax_rough_exp(const KernelCall& c) {
  return by_fibre(c, c.integer("axis"), [](Index n, auto x, Index k) {
    float top = x(0), total = 0;
    for (Index j = 0; j < n; ++j) top = std::max(top, x(j));
    const auto e = [&](Index j) { return static_cast<float>(std::exp(x(j) - top) * wobble(x(j), 13)); };
    for (Index j = 0; j < n; ++j) total += e(j);
    return e(k) / total;
  });
}
Values unnormalised(const KernelCall& c) {  // the division by the sum is missing
  return by_fibre(c, c.integer("axis"), [](Index n, auto x, Index k) {
    float top = x(0);
    for (Index j = 0; j < n; ++j) top = std::max(top, x(j));
    return std::exp(x(k) - top);
  });
}

double terms_of(const KernelCall& c) {
  return c.right.size() == 0 ? 1 : static_cast<double>(c.in[0].size()) / static_cast<double>(c.right.size());
}
Values mean_unscaled(const KernelCall& c) {
  return changed(c.right, [&](Index, double y) { return y * terms_of(c); });
}
Values mean_ddof(const KernelCall& c) {
  const double n = terms_of(c);
  return changed(c.right, [&](Index, double y) { return n > 1 ? y * n / (n - 1) : y; });
}

Values fp16_accumulator(const KernelCall& c) {
  const auto axes = spec::normal_axes(c.list("axes"), c.in[0].shape().rank());
  const spec::Fibres fibre = spec::fibres(c.in[0].shape(), *axes);
  return changed(c.right, [&](Index i, double) {
    double total = 0;
    for (Index step : fibre.step)
      total = spec::round_to_format(total + c.in[0][fibre.start[static_cast<std::size_t>(i)] + step], spec::binary16);
    return total;
  });
}

Values logsumexp_unshifted(const KernelCall& c) {
  const auto axes = spec::normal_axes(c.list("axes"), c.in[0].shape().rank());
  const spec::Fibres fibre = spec::fibres(c.in[0].shape(), *axes);
  return changed(c.right, [&](Index i, double) {
    float total = 0;
    for (Index step : fibre.step) total += std::exp(static_cast<float>(c.in[0][fibre.start[static_cast<std::size_t>(i)] + step]));
    return std::log(total);
  });
}

Values max_from_zero(const KernelCall& c) {
  return changed(c.right, [](Index, double y) { return y < 0 ? 0 : y; });
}

// (x − mean) / f(variance, eps), row by row over the normalised tail, then the affine map.
template <class F>
Values normalised(const KernelCall& c, double ddof, F&& deviation) {
  const Values& x = c.in[0];
  const Index tail = c.in.size() > 1 ? c.in[1].size() : x.shape().rank() > 0 ? x.shape().back(0) : 1;
  if (tail == 0 || x.size() % tail != 0) return c.right;
  const double n = static_cast<double>(tail), eps = std::stod(c.attribute("eps"));
  return changed(c.right, [&](Index i, double) {
    const Index start = i / tail * tail;
    double mean = 0, variance = 0;
    for (Index k = 0; k < tail; ++k) mean += x[start + k] / n;
    for (Index k = 0; k < tail; ++k) variance += (x[start + k] - mean) * (x[start + k] - mean) / (n - ddof);
    const double y = (x[i] - mean) / deviation(variance, eps);
    const double weight = c.in.size() > 1 ? c.in[1][i % tail] : 1, bias = c.in.size() > 2 ? c.in[2][i % tail] : 0;
    return y * weight + bias;
  });
}
Values eps_outside(const KernelCall& c) {
  return normalised(c, 0, [](double v, double eps) { return std::sqrt(v) + eps; });
}
Values unbiased_variance(const KernelCall& c) {
  return normalised(c, 1, [](double v, double eps) { return std::sqrt(v + eps); });
}
Values eps_missing(const KernelCall& c) {
  return normalised(c, 0, [](double v, double) { return std::sqrt(v); });
}
Values eps_smaller(const KernelCall& c) {
  return normalised(c, 0, [](double v, double eps) { return std::sqrt(v + eps / 10); });
}
Values affine_missing(const KernelCall& c) { return c.compute(c.op, {c.in[0]}); }

void plant(std::vector<Mutant>& list, std::string_view op, std::string_view name, std::string_view bug, Values (*kernel)(const KernelCall&)) {
  list.push_back({spec::concat(op, '/', name), std::string(op), Stage::forward, std::string(bug), kernel, {}, {}, {}});
}

}  // namespace

void add_reduction_bugs(std::vector<Mutant>& list) {
  plant(list, "sum", "last_dropped", "the last term of each sum is dropped", last_term_zero);
  plant(list, "mean", "last_dropped", "the last term of each sum is dropped", last_term_zero);
  plant(list, "max", "last_dropped", "the last element is not looked at", last_dropped<-1>);
  plant(list, "logsumexp", "last_dropped", "the last term of each sum is dropped", last_dropped<-1>);
  plant(list, "softmax", "last_dropped", "the last element is masked", last_dropped_along_axis);
  plant(list, "softmax", "wrong_axis", "along the next axis", other_axis);
  plant(list, "log_softmax", "wrong_axis", "along the next axis", other_axis);
  plant(list, "softmax", "unshifted", "the maximum is not subtracted", softmax_unshifted);
  plant(list, "log_softmax", "composed", "log(softmax), which underflows", log_softmax_composed);
  plant(list, "logsumexp", "unshifted", "the maximum is not subtracted", logsumexp_unshifted);
  plant(list, "softmax", "rough_exp", "exp good to four digits", softmax_rough_exp);
  plant(list, "softmax", "unnormalised", "the division by the sum is missing", unnormalised);
  plant(list, "mean", "unscaled", "the division by n is missing", mean_unscaled);
  plant(list, "mean", "ddof", "divides by n − 1", mean_ddof);
  plant(list, "sum", "fp16_accumulator", "accumulates in binary16", fp16_accumulator);
  plant(list, "max", "from_zero", "the fold starts at 0", max_from_zero);
  plant(list, "layer_norm", "eps_outside", "eps outside the root", eps_outside);
  plant(list, "layer_norm", "ddof", "the unbiased variance", unbiased_variance);
  plant(list, "layer_norm", "eps_missing", "no eps", eps_missing);
  plant(list, "layer_norm", "eps_smaller", "eps a tenth of what was asked", eps_smaller);
  plant(list, "layer_norm", "affine_missing", "weight and bias are not applied", affine_missing);
}

}  // namespace plumbline::crosscheck
