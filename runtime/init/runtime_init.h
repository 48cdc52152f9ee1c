// RuntimeInit: schemes by which parameters' storage is filled where it lies, in a plan that is known to fit.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "runtime/init/initialise.h"
#include "runtime/init/parameter.h"

namespace plumbline::runtime::runtime_init {

// One parameter's scheme. Without a seed it draws from the stream of its place in the plan.
struct FloatInit {
  spec::Initialiser scheme = spec::ZerosInit{};
  std::optional<std::uint64_t> seed = std::nullopt;
  bool operator==(const FloatInit&) const = default;
};

using Seed = std::optional<std::uint64_t>;

FloatInit zeros();
FloatInit ones();
// lo + (hi − lo)·u in [lo, hi).
FloatInit uniform(double lo, double hi, Seed seed = {});
// Uniform in ±√(6 / (fan_in + fan_out)), and in ±√(6 / fan_in), of fans that are given; a fan of 0 gives 0.
FloatInit xavier_uniform(Index fan_in, Index fan_out, Seed seed = {});
FloatInit kaiming_uniform(Index fan_in, Seed seed = {});
// The same with the fans of a weight [out, in, k…].
FloatInit xavier_uniform(Seed seed = {});
FloatInit kaiming_uniform(Seed seed = {});
// Exactly these values, in row-major order.
FloatInit flat(std::vector<float> values);

// Exactly one scheme for each parameter, each fits its shape, and no two share a draw. There is no Plan that does not
// fit the shapes it was made for.
class Plan {
 public:
  // The error names the first parameter that has no scheme, or one that does not fit, or the first scheme too many.
  static Result<Plan> of(std::span<const ParameterShape> shapes, const std::vector<FloatInit>& schemes);
  static Result<Plan> of(const Initialisation& plan);

  const Initialisation& initialisation() const { return plan_; }
  std::vector<FloatInit> schemes() const;
  std::size_t size() const { return plan_.parameters.size(); }

  // Fills the storage of each parameter; their host copies are stale then. Names and shapes are checked before any of
  // them changes.
  Result<void> apply(std::span<Parameter<float>> parameters) const;
  Result<void> apply(std::span<Parameter<double>> parameters) const;

 private:
  explicit Plan(Initialisation plan) : plan_(std::move(plan)) {}
  template <class T>
  Result<void> check(std::span<Parameter<T>> parameters) const;
  Initialisation plan_;
};

// A list from a file, JSON or the command line: checked into a plan, which is then applied.
Result<void> apply_list(const std::vector<FloatInit>& schemes, std::span<Parameter<float>> parameters);
Result<void> apply_list(const std::vector<FloatInit>& schemes, std::span<Parameter<double>> parameters);

}  // namespace plumbline::runtime::runtime_init
