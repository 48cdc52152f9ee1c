// Drawing optimiser steps, hard ones included.
#include <cmath>

#include "crosscheck/laws/optim/optim_law.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

using Doubles = std::vector<double>;
const Doubles rates{1e-3, 0.5, 1e-2, 0.1, 3e-4}, decays{0, 1e-2, 0.25, 1e-4}, momenta{0.9, 0, 0.5, 0.99},
    dampenings{0, 0.1, 0.5}, betas1{0.9, 0.5, 0, 0.99}, betas2{0.999, 0.5, 0, 0.99, 0.9999},
    epsilons{1e-8, 1e-3, 0.125, 1e-15}, slow_decays{0, 4e-3, 0.25};
const std::vector<Index> counts{1, 2, 3, 10, 100, 1000, 100000, 1000000};
const std::vector<Index> few_counts{1, 2, 3, 10, 100};  // where the formula takes t factors
const std::vector<spec::Shape> matrices{{3, 5}, {1, 1}, {7, 4}, {8, 8}, {1, 9}, {12, 3}};
const std::vector<spec::Shape> shapes{{17}, {1}, {64}, {5, 13}, {129}, {3, 2, 7}, {257}};

// Attributes by their names.
double draw_attribute(std::string_view name, double given, RandomChoices& r) {
  if (name == "lr") return r.one_of(rates);
  if (name == "weight_decay") return r.one_of(decays);
  if (name == "momentum") return r.one_of(momenta);
  if (name == "dampening") return r.one_of(dampenings);
  if (name == "beta1") return r.one_of(betas1);
  if (name == "beta2" || name == "alpha" || name == "rho") return r.one_of(betas2);
  if (name == "eps") return r.one_of(epsilons);
  if (name == "lr_decay" || name == "momentum_decay") return r.one_of(slow_decays);
  if (name == "initial_accumulator_value") return r.one_of(decays);
  return given;
}

template <class O>
O varied(O o, RandomChoices& r) {
  boost::mp11::mp_for_each<spec::Described<O>>([&](auto d) {
    using Field = std::remove_cvref_t<decltype(o.*d.pointer)>;
    if constexpr (std::is_same_v<Field, double>) o.*d.pointer = draw_attribute(d.name, o.*d.pointer, r);
    if constexpr (std::is_same_v<Field, bool>) o.*d.pointer = r.coin();
    if constexpr (std::is_same_v<Field, Index>) o.*d.pointer = r.pick(1, o.*d.pointer);
  });
  return o;
}

spec::Optimiser vary(const spec::Optimiser& kind, RandomChoices& r) {
  spec::Optimiser out = std::visit([&](const auto& o) -> spec::Optimiser { return varied(o, r); }, kind);
  if (auto* o = std::get_if<spec::Sgd>(&out)) o->nesterov = o->nesterov && o->momentum > 0 && o->dampening == 0;
  if (auto* o = std::get_if<spec::Rmsprop>(&out); o != nullptr && o->alpha == 0) o->centered = false;  // v = m² = g²
  if (auto* o = std::get_if<spec::Adadelta>(&out))  // steps of lr √eps at least, which a parameter can show
    o->lr = std::max(o->lr, 0.1), o->eps = std::max(o->eps, 1e-6);
  if (auto* o = std::get_if<spec::Nesterov>(&out); o != nullptr && o->momentum == 0) o->momentum = 0.9;
  return out;
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
  double p, buf, m, v, top;
};
double draw_one(RandomChoices& r, bool first) { return !first && r.pick(0, 11) == 11 ? 0.0 : r.normal(); }
Element draw_element(RandomChoices& r, double scale, double lr, bool first) {
  const auto one = [&] { return draw_one(r, first); };
  const double p = r.coin() ? one() : one() * lr * std::min(1.0, scale);
  const double v = one() * scale;
  const double m = as_float(one() * scale);  // v ≥ m², and the largest v of an ordinary element is yet to come
  const double square = as_float(std::max(v * v, 2 * m * m));
  const double top = first ? 0 : as_float(square * static_cast<double>(r.pick(1, 3)) / 2);
  return {as_float(p), as_float(one() * scale), m, square, top};
}

}  // namespace

OptimCase draw_optim_case(const spec::Optimiser& kind, std::uint64_t seed, std::uint64_t number) {
  RandomChoices r(seed, "optim", name_of(kind), number);
  OptimCase c;
  c.number = number;
  c.optimiser = number == 0 ? kind : vary(kind, r);
  const bool whole = steps_matrices(c.optimiser), powers = std::holds_alternative<spec::Nadam>(c.optimiser),
             squares = std::holds_alternative<spec::Adadelta>(c.optimiser);  // m is an average of squares too
  c.t = number % 3 == 0 ? 1 : r.one_of(powers ? few_counts : counts);
  const bool long_run = number % 10 == 9;  // a hundred steps in a row
  const spec::Shape brief = whole ? spec::Shape{3, 4} : spec::Shape{7};
  const spec::Shape shape = long_run ? brief : r.one_of(whole ? matrices : shapes);
  const double lr = std::visit([](const auto& o) { return o.lr; }, c.optimiser);
  std::vector<double> scales, p, buf, m, v, top;
  for (Index i = 0; i < shape.size(); ++i) {
    scales.push_back(i == 0 || whole ? 1 : draw_scale(r));
    Element e = draw_element(r, scales.back(), lr, i == 0);
    if (squares) e.m = e.v / 2;
    p.push_back(e.p), buf.push_back(e.buf), m.push_back(e.m), v.push_back(e.v), top.push_back(e.top);
  }
  if (c.t == 1) buf.assign(p.size(), 0), m = v = top = buf;
  c.state = {Values(shape, p), Values(shape, buf), Values(shape, m), Values(shape, v), Values(shape, top)};
  for (Index k = long_run ? 100 : r.pick(1, 5); k > 0; --k)
    c.gradients.push_back(Values::generate(
        shape, [&](Index i) { return as_float(draw_one(r, i == 0) * scales[static_cast<std::size_t>(i)]); }));
  return c;
}

}  // namespace plumbline::crosscheck
