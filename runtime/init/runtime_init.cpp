// Checking plans and filling storage.
#include "runtime/init/runtime_init.h"

#include <cmath>
#include <cstring>

namespace plumbline::runtime::runtime_init {

namespace {

// ±√(6 / n)
FloatInit symmetric(Index n, Seed seed) {
  const double a = n == 0 ? 0.0 : std::sqrt(6.0 / static_cast<double>(n));
  return {spec::UniformInit{-a, a}, seed};
}

}  // namespace

FloatInit zeros() { return {spec::ZerosInit{}}; }
FloatInit ones() { return {spec::OnesInit{}}; }
FloatInit uniform(double lo, double hi, Seed seed) { return {spec::UniformInit{lo, hi}, seed}; }
FloatInit xavier_uniform(Index fan_in, Index fan_out, Seed seed) { return symmetric(fan_in + fan_out, seed); }
FloatInit kaiming_uniform(Index fan_in, Seed seed) { return symmetric(fan_in, seed); }
FloatInit xavier_uniform(Seed seed) { return {spec::XavierUniformInit{}, seed}; }
FloatInit kaiming_uniform(Seed seed) { return {spec::KaimingUniformInit{}, seed}; }
FloatInit flat(std::vector<float> values) { return {spec::FlatInit{std::move(values)}}; }

Result<Plan> Plan::of(std::span<const ParameterShape> shapes, const std::vector<FloatInit>& schemes) {
  Initialisation plan;
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (i == schemes.size())
      return spec::fail("parameter ", shapes[i].name, ": found no initialiser, expected ", shapes.size(), ", got ",
                        schemes.size());
    plan.parameters.push_back({shapes[i].name, shapes[i].shape, schemes[i].scheme, schemes[i].seed.value_or(i)});
  }
  if (schemes.size() > shapes.size())
    return spec::fail("expected ", shapes.size(), " initialisers, one for each parameter, found ", schemes.size());
  return of(plan);
}

Result<Plan> Plan::of(const Initialisation& plan) {
  if (auto ok = validate(plan); !ok) return tl::unexpected(ok.error());
  return Plan(plan);
}

std::vector<FloatInit> Plan::schemes() const {
  std::vector<FloatInit> out;
  for (const ParameterInit& p : plan_.parameters) out.push_back({p.scheme, p.stream});
  return out;
}

template <class T>
Result<void> Plan::check(std::span<Parameter<T>> parameters) const {
  std::vector<ParameterShape> given;
  for (const Parameter<T>& p : parameters) given.push_back({p.name(), p.shape()});
  return check_parameters(plan_, given);
}

Result<void> Plan::apply(std::span<Parameter<float>> parameters) const {
  if (auto ok = check(parameters); !ok) return ok;
  std::vector<std::span<float>> storage;
  for (Parameter<float>& p : parameters) storage.push_back(p.storage());
  return initialise(plan_, storage);
}

namespace {

// n floats in the second half of n doubles, widened where they lie: double i ends before float i + 1 begins.
void widen_in_place(std::span<double> x) {
  const auto* floats = reinterpret_cast<const std::byte*>(x.data()) + x.size() * sizeof(float);
  for (std::size_t i = 0; i < x.size(); ++i) {
    float narrow = 0;
    std::memcpy(&narrow, floats + i * sizeof(float), sizeof narrow);
    x[i] = static_cast<double>(narrow);
  }
}

}  // namespace

// The same numbers as in float32.
Result<void> Plan::apply(std::span<Parameter<double>> parameters) const {
  if (auto ok = check(parameters); !ok) return ok;
  std::vector<std::span<float>> halves;
  for (Parameter<double>& p : parameters) {
    const std::span<double> x = p.storage();
    halves.emplace_back(reinterpret_cast<float*>(x.data()) + x.size(), x.size());
  }
  if (auto ok = initialise(plan_, halves); !ok) return ok;
  for (Parameter<double>& p : parameters) widen_in_place(p.storage());
  return {};
}

namespace {

template <class T>
Result<void> apply_checked(const std::vector<FloatInit>& schemes, std::span<Parameter<T>> parameters) {
  std::vector<ParameterShape> shapes;
  for (const Parameter<T>& p : parameters) shapes.push_back({p.name(), p.shape()});
  const auto plan = Plan::of(shapes, schemes);
  if (!plan) return tl::unexpected(plan.error());
  return plan->apply(parameters);
}

}  // namespace

Result<void> apply_list(const std::vector<FloatInit>& schemes, std::span<Parameter<float>> parameters) {
  return apply_checked(schemes, parameters);
}
Result<void> apply_list(const std::vector<FloatInit>& schemes, std::span<Parameter<double>> parameters) {
  return apply_checked(schemes, parameters);
}

}  // namespace plumbline::runtime::runtime_init
