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
}

}  // namespace plumbline::crosscheck
