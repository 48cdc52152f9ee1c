// Wrong derivatives of single ops, spoilt where the gradient arrives.
#include <algorithm>
#include <set>

#include "crosscheck/mutants/values.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

// Gradient k for another cotangent.
template <class F>
BackwardBug for_cotangent(std::size_t k, F f) {
  return [=](const BackwardCall& c, Gradients& g) {
    const Gradients other = c.again(c.in, f(c));
    if (k < g.size() && k < other.size()) g[k] = other[k];
  };
}
// maximum and minimum with other shares at ties than one half each: factors of what each side gets.
BackwardBug tie_shares(double first, double second) {
  return [=](const BackwardCall& c, Gradients& g) {
    const Values tied = spec::zip(c.in[0], c.in[1], [](double x, double y) { return x == y ? 1.0 : 0.0; });
    const auto with = [&](double share) {
      return c.again(c.in, changed(c.ct, [&](Index i, double v) { return tied[i] != 0 ? v * share : v; }));
    };
    g = {with(first)[0], with(second)[1]};
  };
}
// The cotangent of the first of n = extent of axis 0; the rest is lost.
Values first_batch(const BackwardCall& c) {
  const Index n = c.ct.shape().rank() > 1 && c.ct.shape()[0] > 0 ? c.ct.size() / c.ct.shape()[0] : c.ct.size();
  return changed(c.ct, [&](Index i, double v) { return i < n ? v : 0; });
}

double terms_of(const BackwardCall& c) {
  return c.ct.size() == 0 ? 1 : static_cast<double>(c.in[0].size()) / static_cast<double>(c.ct.size());
}

// The fibres that a reduction or softmax runs over.
spec::Fibres fibres_of(const BackwardCall& c) {
  const spec::Shape& shape = c.in[0].shape();
  const spec::Axes axes = c.attribute("axis").empty() ? c.list("axes") : spec::Axes{c.integer("axis")};
  return spec::fibres(shape, *spec::normal_axes(axes, shape.rank()));
}
// dx at element k of fibre o is f(call, fibre, o, k).
template <class F>
BackwardBug by_fibre(F f) {
  return [f](const BackwardCall& c, Gradients& g) {
    if (c.in[0].size() == 0) return;
    const spec::Fibres fibre = fibres_of(c);
    auto out = g[0].mutable_elements();
    for (Index o = 0; o < fibre.count(); ++o)
      for (Index k = 0; k < fibre.length(); ++k) {
        const auto at = [&](Index j) {
          return fibre.start[static_cast<std::size_t>(o)] + fibre.step[static_cast<std::size_t>(j)];
        };
        out[static_cast<std::size_t>(at(k))] = f32(f(c, at, fibre.length(), o, k));
      }
  };
}
constexpr auto winners_in_full = [](const BackwardCall& c, auto at, Index, Index o, Index k) {
  return c.in[0][at(k)] == c.y[o] ? c.ct[o] : 0;
};
constexpr auto first_winner = [](const BackwardCall& c, auto at, Index, Index o, Index k) {
  for (Index j = 0; j < k; ++j)
    if (c.in[0][at(j)] == c.y[o]) return 0.0;
  return c.in[0][at(k)] == c.y[o] ? c.ct[o] : 0;
};
constexpr auto uniform_share = [](const BackwardCall& c, auto, Index n, Index o, Index) {
  return c.ct[o] / static_cast<double>(n);
};
constexpr auto exp_of_input = [](const BackwardCall& c, auto at, Index, Index o, Index k) {
  return c.ct[o] * std::exp(c.in[0][at(k)]);
};
constexpr auto softmax_forgotten = [](const BackwardCall& c, auto at, Index n, Index, Index k) {
  double total = 0;
  for (Index j = 0; j < n; ++j) total += c.ct[at(j)];
  return c.ct[at(k)] - total / static_cast<double>(n);
};
constexpr auto unweighted_mean = [](const BackwardCall& c, auto at, Index n, Index, Index k) {
  double total = 0;
  for (Index j = 0; j < n; ++j) total += c.ct[at(j)];
  return c.y[at(k)] * (c.ct[at(k)] - total / static_cast<double>(n));
};

void plant(std::vector<Mutant>& list, std::string_view op, std::string_view name, std::string_view bug,
           BackwardBug backward) {
  list.push_back(backward_mutant(op, name, bug, std::move(backward)));
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

void plant_functions(std::vector<Mutant>& list) {
  plant(list, "abs", "grad_at_zero", "1 at 0", slope([](double x, double, double ct) { return x < 0 ? -ct : ct; }));
  plant(list, "sqrt", "grad_unhalved", "1/√x", factor(0, 2));
  plant(list, "sqrt", "grad_of_input", "ct/(2x)", slope([](double x, double, double ct) { return ct / (2 * x); }));
  plant(list, "tanh", "grad_of_input", "1 − x²", slope([](double x, double, double ct) { return ct * (1 - x * x); }));
  plant(list, "tanh", "grad_unsquared", "1 − y", slope([](double, double y, double ct) { return ct * (1 - y); }));
  plant(list, "sigmoid", "grad_slope", "y for y(1 − y)", slope([](double, double y, double ct) { return ct * y; }));
  plant(list, "sigmoid", "grad_of_input", "x(1 − x)",
        slope([](double x, double, double ct) { return ct * x * (1 - x); }));
  plant(list, "exp", "grad_of_input", "x for e^x", slope([](double x, double, double ct) { return ct * x; }));
  plant(list, "log", "grad_product", "ct x for ct/x", slope([](double x, double, double ct) { return ct * x; }));
  plant(list, "square", "grad_halved", "x for 2x", factor(0, 0.5));
  plant(list, "reciprocal", "grad_sign", "1/x²", factor(0, -1));
  plant(list, "reciprocal", "grad_unsquared", "−1/x", slope([](double, double y, double ct) { return -ct * y; }));
  plant(list, "silu", "grad_one_term", "σ(x)", slope([](double x, double, double ct) { return ct * sigmoid(x); }));
  plant(list, "neg", "grad_sign", "ct", factor(0, -1));
  plant(list, "pow_scalar", "grad_factor_missing", "x^(p−1)", element(0, [](const BackwardCall& c, Index, double v) {
          return c.number("exponent") == 0 ? v : v / c.number("exponent");
        }));
  plant(list, "pow_scalar", "grad_exponent_off", "p x^p", [](const BackwardCall& c, Gradients& g) {
    g[0] = changed(c.y, [&](Index i, double y) { return c.number("exponent") * c.ct[i] * y; });
  });
}

void plant_operands(std::vector<Mutant>& list) {
  plant(list, "sub", "grad_second_sign", "both gradients are ct", factor(1, -1));
  plant(list, "div", "grad_second_sign", "the minus of dy is missing", factor(1, -1));
  plant(list, "div", "grad_second_unsquared", "−x/y",
        pairwise(1, [](double, double, double z, double ct) { return -ct * z; }));
  plant(list, "div", "grad_first_product", "ct y for ct/y",
        pairwise(0, [](double, double y, double, double ct) { return ct * y; }));
  plant(list, "mul", "grad_of_itself", "dx = ct x",
        pairwise(0, [](double x, double, double, double ct) { return ct * x; }));
  plant(list, "pow", "grad_exponent_off", "y x^y",
        pairwise(0, [](double, double y, double z, double ct) { return ct * y * z; }));
  plant(list, "pow", "grad_log_missing", "x^y for x^y ln x",
        pairwise(1, [](double, double, double z, double ct) { return ct * z; }));
  for (std::string_view op : {"maximum", "minimum"}) {
    plant(list, op, "grad_ties_to_both", "both sides of a tie get all of it", tie_shares(2, 2));
    plant(list, op, "grad_ties_to_first", "the first side of a tie gets all of it", tie_shares(2, 0));
    plant(list, op, "grad_ties_to_second", "the second side of a tie gets all of it", tie_shares(0, 2));
  }
  plant(list, "where", "grad_to_both", "both branches get the cotangent", [](const BackwardCall& c, Gradients& g) {
    for (Values& v : g)
      if (v.size() == c.ct.size()) v = c.ct;
  });
}

void plant_reductions(std::vector<Mutant>& list) {
  plant(list, "mean", "grad_unscaled", "1/n is missing",
        element(0, [](const BackwardCall& c, Index, double v) { return v * terms_of(c); }));
  plant(list, "sum", "grad_shared", "ct/n",
        element(0, [](const BackwardCall& c, Index, double v) { return v / terms_of(c); }));
  plant(list, "max", "grad_ties_in_full", "every winner gets all of it", by_fibre(winners_in_full));
  plant(list, "max", "grad_to_first", "only the first winner gets it", by_fibre(first_winner));
  plant(list, "max", "grad_to_all", "an even share for everyone", by_fibre(uniform_share));
  plant(list, "logsumexp", "grad_uniform", "1/n for the softmax", by_fibre(uniform_share));
  plant(list, "logsumexp", "grad_unnormalised", "e^x for the softmax", by_fibre(exp_of_input));
  plant(list, "softmax", "grad_one_term", "y ct, without y Σ y ct",
        slope([](double, double y, double ct) { return y * ct; }));
  plant(list, "softmax", "grad_diagonal", "y(1 − y) ct",
        slope([](double, double y, double ct) { return y * (1 - y) * ct; }));
  plant(list, "softmax", "grad_unweighted", "the mean of ct for Σ y ct", by_fibre(unweighted_mean));
  plant(list, "log_softmax", "grad_one_term", "ct, without e^y Σ ct",
        slope([](double, double, double ct) { return ct; }));
  plant(list, "log_softmax", "grad_softmax_forgotten", "1/n for e^y", by_fibre(softmax_forgotten));
}

void plant_losses(std::vector<Mutant>& list) {
  plant(list, "mse", "grad_halved", "x − t for 2(x − t)", factor(0, 0.5));
  plant(list, "mse", "grad_unscaled", "1/n is missing", element(0, [](const BackwardCall& c, Index, double v) {
          return c.attribute("reduction") == "mean" ? v * static_cast<double>(c.in[0].size()) : v;
        }));
  plant(list, "mse", "grad_target_sign", "dt = dx", factor(1, -1));
  plant(list, "cross_entropy", "grad_unscaled", "1/n is missing", [](const BackwardCall& c, Gradients& g) {
    if (c.attribute("reduction") == "mean" && c.in[0].size() > 0)
      g[0] = scaled(g[0], static_cast<double>(c.in[0].size()) / static_cast<double>(fibres_of(c).length()));
  });
  plant(list, "cross_entropy", "grad_hard_targets", "the targets are taken to add up to 1",
        [](const BackwardCall& c, Gradients& g) {
          const spec::Fibres fibre = fibres_of(c);
          if (c.in[0].size() == 0) return;
          Values t = c.in[1];
          auto out = t.mutable_elements();
          for (Index start : fibre.start) {
            double mass = 0;
            for (Index step : fibre.step) mass += out[static_cast<std::size_t>(start + step)];
            for (Index step : fibre.step)
              out[static_cast<std::size_t>(start + step)] = f32(out[static_cast<std::size_t>(start + step)] / mass);
          }
          g[0] = c.again({c.in[0], t}, c.ct)[0];
        });
}

// The gradient of one operand for another value of the other: what a wrong transpose computes.
template <std::size_t Gradient, std::size_t Input>
void operand_transposed(const BackwardCall& c, Gradients& g) {
  const Gradients other = c.again(with_input(c.in, Input, read_transposed(c.in[Input])), c.ct);
  if (Gradient < other.size()) g[Gradient] = other[Gradient];
}
void cotangent_transposed(const BackwardCall& c, Gradients& g) { g = c.again(c.in, read_transposed(c.ct)); }

void plant_products(std::vector<Mutant>& list) {
  for (std::string_view op : {"matmul", "linear"}) {
    plant(list, op, "grad_left_untransposed", "dA reads B by rows for columns", operand_transposed<0, 1>);
    plant(list, op, "grad_right_untransposed", "dB reads A by rows for columns", operand_transposed<1, 0>);
    plant(list, op, "grad_of_transposed", "reads the cotangent by columns", cotangent_transposed);
    plant(list, op, "grad_right_first_batch", "dB of the first batch only", for_cotangent(1, first_batch));
    plant(list, op, "grad_right_halved", "dB averaged", factor(1, 0.5));
  }
  plant(list, "linear", "grad_bias_first_row", "db of the first row only", for_cotangent(2, first_batch));
  plant(list, "conv2d", "grad_bias_first_image", "db of the first image only", for_cotangent(2, first_batch));
  plant(list, "conv2d", "grad_weight_first_image", "dw of the first image only", for_cotangent(1, first_batch));
  plant(list, "layer_norm", "grad_weight_first_row", "dw of the first row only", for_cotangent(1, first_batch));
  plant(list, "layer_norm", "grad_bias_zero", "db stays zero", factor(2, 0));
}

// Where the same element is named more than once only the last cotangent arrives.
Values duplicates_overwritten(const BackwardCall& c) {
  const Values places = Values::generate(c.in[0].shape(), [](Index i) { return static_cast<double>(i); });
  const auto from = c.correct(c.op, {places, c.in[1]});
  std::set<double> taken;
  Values ct = c.ct;
  auto out = ct.mutable_elements();
  for (Index i = ct.size(); from && i-- > 0;)
    if (!taken.insert((*from)[i]).second) out[static_cast<std::size_t>(i)] = 0;
  return ct;
}

void plant_movements(std::vector<Mutant>& list) {
  plant(list, "gather", "grad_overwritten", "duplicates overwrite one another",
        for_cotangent(0, duplicates_overwritten));
  plant(list, "dropout", "grad_unmasked", "ct/(1 − p) everywhere", [](const BackwardCall& c, Gradients& g) {
    if (c.flag("training") && c.number("p") < 1) g[0] = scaled(c.ct, 1 / (1 - c.number("p")));
  });
  plant(list, "dropout", "grad_unscaled", "1/(1 − p) is missing",
        element(0, [](const BackwardCall& c, Index, double v) {
          return c.flag("training") ? v * (1 - c.number("p")) : v;
        }));
  plant(list, "dropout", "grad_other_mask", "the mask of another step", [](const BackwardCall& c, Gradients& g) {
    if (const auto other = c.correct(c.with("step", std::to_string(c.integer("step") + 1)), {c.ct})) g[0] = *other;
  });
  plant(list, "permute", "grad_forwards", "the permutation for its inverse", [](const BackwardCall& c, Gradients& g) {
    if (const auto other = c.correct(c.op, {c.ct})) g[0] = other->reshaped(g[0].shape());
  });
  plant(list, "concat", "grad_rotated", "the pieces go to the wrong inputs", [](const BackwardCall&, Gradients& g) {
    const Gradients right = g;
    for (std::size_t k = 0; k < g.size(); ++k)
      if (const Values& next = right[(k + 1) % g.size()]; next.size() == g[k].size()) g[k] = next;
  });
  plant(list, "pad", "grad_off_by_one", "begins one element too late", [](const BackwardCall& c, Gradients& g) {
    g[0] = c.again(c.in, c.ct.size() > 0 ? shifted_by(c.ct, 1) : c.ct)[0];
  });
  plant(list, "broadcast_to", "grad_mean", "the mean for the sum",
        element(0, [](const BackwardCall& c, Index, double v) { return v * terms_of(c); }));
}

}  // namespace

void add_backward_bugs(std::vector<Mutant>& list) {
  plant_functions(list);
  plant_operands(list);
  plant_reductions(list);
  plant_losses(list);
  plant_products(list);
  plant_movements(list);
}

}  // namespace plumbline::crosscheck
