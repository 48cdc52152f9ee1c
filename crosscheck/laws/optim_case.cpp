// Drawing optimiser steps, hard ones included.
#include <cmath>

#include "crosscheck/laws/optim_law.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

using Doubles = std::vector<double>;
const Doubles rates{1e-3, 0.5, 1e-2, 0.1, 3e-4}, decays{0, 1e-2, 0.25, 1e-4}, momenta{0.9, 0, 0.5, 0.99},
    dampenings{0, 0.1, 0.5}, betas1{0.9, 0.5, 0, 0.99}, betas2{0.999, 0.5, 0, 0.99, 0.9999},
    epsilons{1e-8, 1e-3, 0.125, 1e-15};
const std::vector<Index> counts{1, 2, 3, 10, 100, 1000, 100000, 1000000};
const std::vector<spec::Shape> shapes{{17}, {1}, {64}, {5, 13}, {129}, {3, 2, 7}, {257}};

spec::Optimiser vary(const spec::Optimiser& kind, RandomChoices& r) {
  if (std::holds_alternative<spec::Sgd>(kind)) {
    spec::Sgd o{.lr = r.one_of(rates),
                .momentum = r.one_of(momenta),
                .dampening = r.one_of(dampenings),
                .weight_decay = r.one_of(decays)};
    o.nesterov = o.momentum > 0 && o.dampening == 0 && r.coin();
    return o;
  }
  const double lr = r.one_of(rates), b1 = r.one_of(betas1), b2 = r.one_of(betas2), eps = r.one_of(epsilons),
               decay = r.one_of(decays);
  if (std::holds_alternative<spec::Adam>(kind)) return spec::Adam{lr, b1, b2, eps, decay};
  return spec::Adamw{lr, b1, b2, eps, decay};
}

// How large gradients are: ordinary ones, and those whose squares are subnormal, vanish or come near to overflow.
double draw_scale(RandomChoices& r) {
  static const Doubles scales{1, 1e-3, 1, 1e-2, 1e-19, 1e-22, 1e-30, 1e15, 1e-8};
  return r.one_of(scales);
}

double as_float(double x) { return static_cast<float>(x); }

// One element: gradient, parameter and moments of sizes that belong together, with zeros here and there; but the first
// element is ordinary, so that every case shows whether a step was taken.
struct Element {
  double p, buf, m, v;
};
double draw_one(RandomChoices& r, bool first) { return !first && r.pick(0, 11) == 11 ? 0.0 : r.normal(); }
Element draw_element(RandomChoices& r, double scale, double lr, bool first) {
  const auto one = [&] { return draw_one(r, first); };
  const double p = r.coin() ? one() : one() * lr * std::min(1.0, scale);
  const double v = one() * scale;
  return {as_float(p), as_float(one() * scale), as_float(one() * scale), as_float(v * v)};
}

}  // namespace

OptimCase draw_optim_case(const spec::Optimiser& kind, std::uint64_t seed, std::uint64_t number) {
  RandomChoices r(seed, "optim", name_of(kind), number);
  OptimCase c;
  c.number = number;
  c.optimiser = number == 0 ? kind : vary(kind, r);
  c.t = number % 3 == 0 ? 1 : r.one_of(counts);
  const spec::Shape shape = r.one_of(shapes);
  const double lr = std::visit([](const auto& o) { return o.lr; }, c.optimiser);
  std::vector<double> scales, p, buf, m, v;
  for (Index i = 0; i < shape.size(); ++i) {
    scales.push_back(i == 0 ? 1 : draw_scale(r));
    const Element e = draw_element(r, scales.back(), lr, i == 0);
    p.push_back(e.p), buf.push_back(e.buf), m.push_back(e.m), v.push_back(e.v);
  }
  if (c.t == 1) buf.assign(p.size(), 0), m = v = buf;
  c.state = {Values(shape, p), Values(shape, buf), Values(shape, m), Values(shape, v)};
  for (Index k = r.pick(1, 5); k > 0; --k)
    c.gradients.push_back(Values::generate(
        shape, [&](Index i) { return as_float(draw_one(r, i == 0) * scales[static_cast<std::size_t>(i)]); }));
  return c;
}

}  // namespace plumbline::crosscheck
