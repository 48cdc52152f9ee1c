// Losses of a difference: l1 huber smooth_l1 log_cosh, mse in float64; and hinge.
#include "runtime/cpu/loss/pointwise.h"

namespace plumbline::runtime {
namespace {

double ramp(double x) { return x > 0 || std::isnan(x) ? x : 0; }

double log_cosh(double d) {
  const double size = std::abs(d);
  if (size < 1) {
    const double e = std::expm1(-(2 * size));
    return 0.5 * std::log1p(e * e / (4 * (1 + e)));
  }
  return size + (std::log1p(std::exp(-(2 * size))) - std::log(2.0));
}

double squared_difference(const LossValues& x) { return (x[0] - x[1]) * (x[0] - x[1]); }

}  // namespace

void register_l1(KernelTable& table) {
  table.add({"mse",
             "mse.wide",
             Device::cpu,
             DType::f64,
             wide_claims(spec::binary64),
             false,
             {},
             [](const spec::Op& op, const Shapes& in, const Shape&) {
               return bind_pointwise<double>(Reduction::of(op), in, squared_difference);
             }});
  add_pointwise(table, "l1", [](const spec::Op&) { return [](const LossValues& x) { return std::abs(x[0] - x[1]); }; });
  add_pointwise(table, "huber", [](const spec::Op& op) {
    return [delta = number(op, "delta")](const LossValues& x) {
      const double d = x[0] - x[1], size = std::abs(d);
      return size < delta ? 0.5 * (d * d) : delta * (size - 0.5 * delta);
    };
  });
  add_pointwise(table, "smooth_l1", [](const spec::Op& op) {
    return [beta = number(op, "beta")](const LossValues& x) {
      const double d = x[0] - x[1], size = std::abs(d);
      return size < beta ? 0.5 * (d * (d / beta)) : size - 0.5 * beta;
    };
  });
  add_pointwise(table, "log_cosh",
                [](const spec::Op&) { return [](const LossValues& x) { return log_cosh(x[0] - x[1]); }; });
  add_pointwise(table, "hinge",
                [](const spec::Op&) { return [](const LossValues& x) { return ramp(1 - x[1] * x[0]); }; });
}

}  // namespace plumbline::runtime
