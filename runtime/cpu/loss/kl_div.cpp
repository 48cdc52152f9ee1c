// kl_div, poisson_nll and gaussian_nll.
#include "runtime/cpu/loss/pointwise.h"

namespace plumbline::runtime {
namespace {

// t ln t − t + ½ ln 2πt where t > 1
double stirling(double t) {
  if (!(t > 1)) return std::isnan(t) ? t : 0;
  if (std::isinf(t)) return t;
  return t * std::log(t) - t + std::log(2 * 3.14159265358979323846 * t) / 2;
}

}  // namespace

void register_kl_div(KernelTable& table) {
  add_pointwise(table, "kl_div", [](const spec::Op& op) {
    return [logs = attribute<bool>(op, "log_target")](const LossValues& x) {
      if (logs) return weighted(std::exp(x[1]), x[1] - x[0]);
      return x[1] == 0 ? 0.0 : x[1] * (std::log(x[1]) - x[0]);
    };
  });
  add_pointwise(table, "poisson_nll", [](const spec::Op& op) {
    const bool logs = attribute<bool>(op, "log_input"), full = attribute<bool>(op, "full");
    return [=, eps = number(op, "eps")](const LossValues& x) {
      const double l = logs ? std::exp(x[0]) - weighted(x[1], x[0]) : x[0] - weighted(x[1], std::log(x[0] + eps));
      return full ? l + stirling(x[1]) : l;
    };
  });
  add_pointwise(table, "gaussian_nll", [](const spec::Op& op) {
    return [full = attribute<bool>(op, "full"), eps = number(op, "eps")](const LossValues& x) {
      const double d = x[0] - x[1], v = x[2] < eps ? eps : x[2];
      const double l = (std::log(v) + d * (d / v)) / 2;
      return full ? l + std::log(2 * 3.14159265358979323846) / 2 : l;
    };
  });
}

}  // namespace plumbline::runtime
