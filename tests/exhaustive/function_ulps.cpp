// Sweeps the float functions of runtime/cpu over all 2^32 arguments and prints their largest errors in ulps.
//
// Usage: function_ulps [STRIDE [NAME]]. The reference is the double function of the C library: its own error, below one
// ulp of a double, is 2^-29 ulp of a float.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "runtime/cpu/function/erf.h"
#include "runtime/cpu/function/transcendental.h"

namespace {

using namespace plumbline::runtime;

// |got − exact| in ulps of the float format at `exact`.
double ulps(float got, double exact) {
  if (std::isnan(exact)) return std::isnan(got) ? 0 : INFINITY;
  if (static_cast<float>(exact) == got)
    return std::isinf(got)
               ? 0
               : std::abs(got - exact) / std::ldexp(1.0, std::max(std::ilogb(exact == 0 ? 1e-45 : exact), -126) - 23);
  if (std::isinf(got) || std::isnan(got)) return INFINITY;
  return std::abs(got - exact) / std::ldexp(1.0, std::max(std::ilogb(exact), -126) - 23);
}

template <class F, class G>
bool sweep(const char* name, F f, G reference, double claimed, std::uint64_t stride) {
  double worst = 0;
  float at = 0;
  for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += stride) {
    const float x = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    const double error = ulps(f(x), reference(static_cast<double>(x)));
    if (error > worst) worst = error, at = x;
  }
  std::printf("%-8s %.6f ulp at %a (claimed %g)\n", name, worst, at, claimed);
  return worst <= claimed;
}

}  // namespace

int main(int argc, char** argv) {
  const std::uint64_t stride = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  if (stride == 0) return 2;
  const std::string only = argc > 2 ? argv[2] : "";
  bool ok = true;
  const auto run = [&](const char* name, auto f, auto reference, double claimed) {
    if (only.empty() || only == name) ok &= sweep(name, f, reference, claimed, stride);
  };
  run("exp", [](float x) { return math::exp(x); }, [](double x) { return std::exp(x); }, math::exp_ulps);
  run("log", [](float x) { return math::log(x); }, [](double x) { return std::log(x); }, math::log_ulps);
  run("tanh", [](float x) { return math::tanh(x); }, [](double x) { return std::tanh(x); }, math::tanh_ulps);
  run("erf", [](float x) { return math::erf(x); }, [](double x) { return std::erf(x); }, math::erf_ulps);
  run("erf_16", [](float x) { return erf(spread(x))[0]; }, [](double x) { return std::erf(x); }, math::erf_ulps);
  run("expm1", [](float x) { return math::expm1(x); }, [](double x) { return std::expm1(x); }, math::expm1_ulps);
  run("exp2", [](float x) { return math::exp2(x); }, [](double x) { return std::exp2(x); }, math::exp2_ulps);
  run("log1p", [](float x) { return math::log1p(x); }, [](double x) { return std::log1p(x); }, math::log1p_ulps);
  run("log2", [](float x) { return math::log2(x); }, [](double x) { return std::log2(x); }, math::log2_ulps);
  run("cbrt", [](float x) { return math::cbrt(x); }, [](double x) { return std::cbrt(x); }, math::cbrt_ulps);
  run("atan", [](float x) { return math::atan(x); }, [](double x) { return std::atan(x); }, math::atan_ulps);
  run("sin", [](float x) { return math::sin(x); }, [](double x) { return std::sin(x); }, math::sin_ulps);
  run("cos", [](float x) { return math::cos(x); }, [](double x) { return std::cos(x); }, math::cos_ulps);
  run("tan", [](float x) { return math::tan(x); }, [](double x) { return std::tan(x); }, math::tan_ulps);
  return ok ? 0 : 1;
}
