// bce and bce_with_logits.
#include "runtime/cpu/loss/pointwise.h"

namespace plumbline::runtime {
namespace {

double ramp(double x) { return x > 0 || std::isnan(x) ? x : 0; }

// ln(1 + e^−|x|)
double softplus_tail(double x) { return std::log1p(std::exp(-std::abs(x))); }

// max(ln x, −100)
double bounded_log(double x) {
  const double l = std::log(x);
  return l < -100 ? -100 : l;
}

}  // namespace

void register_bce(KernelTable& table) {
  add_pointwise(table, "bce", [](const spec::Op&) {
    return [](const LossValues& x) {
      return x[2] * -(x[1] * bounded_log(x[0]) + (1 - x[1]) * bounded_log(1 - x[0]));
    };
  });
  add_pointwise(table, "bce_with_logits", [](const spec::Op&) {
    return [](const LossValues& x) {
      const double tail = softplus_tail(x[0]);
      return x[2] * (weighted(x[3] * x[1], ramp(-x[0]) + tail) + weighted(1 - x[1], ramp(x[0]) + tail));
    };
  });
}

}  // namespace plumbline::runtime
