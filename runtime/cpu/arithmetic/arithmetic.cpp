// neg abs sign square sqrt rsqrt safe_sqrt cbrt reciprocal clamp; add sub mul div maximum minimum lerp; detach.
#include "runtime/core/attribute.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/function/transcendental.h"

namespace plumbline::runtime {
namespace {

// x + w (y − x); where the difference overflows, (1 − w) x + w y
template <class T>
T lerp(T x, T y, T w) {
  const T d = y - x, infinity = std::numeric_limits<T>::infinity();
  const bool overflow = (math::abs(d) == infinity) & (math::abs(x) < infinity) & (math::abs(y) < infinity);
  return overflow ? (1 - w) * x + w * y : x + w * d;
}

void register_unary(KernelTable& table) {
  table.add(elementwise<1>("neg", [](auto x) { return -x; }));
  table.add(elementwise<1>("abs", [](auto x) { return math::abs(x); }));
  table.add(elementwise<1>("sign", [](auto x) { return x > 0 ? 1 : (x < 0 ? -1 : x); }));
  table.add(elementwise<1>("square", [](auto x) { return x * x; }));
  table.add(elementwise<1>("sqrt", [](auto x) { return math::sqrt(x); }));
  table.add(elementwise<1>("rsqrt", [](auto x) { return 1 / math::sqrt(x); }));
  table.add(elementwise<1>("safe_sqrt", [](auto x) { return math::sqrt(x); }));
  table.add(elementwise<1>(
      "cbrt", [](auto x) { return math::cbrt(x); }, function_claims({{spec::Function::cbrt, math::cbrt_ulps}})));
  table.add(elementwise<1>("reciprocal", [](auto x) { return 1 / x; }));
  table.add(elementwise<1>("detach", [](auto x) { return x; }));
}

void register_clamp(KernelTable& table) {
  table.add(elementwise_with<1>("clamp", claims(), [](const spec::Op& op) {
    return [min = attribute<double>(op, "min"), max = attribute<double>(op, "max")](auto x) {
      const auto lo = static_cast<decltype(x)>(min), hi = static_cast<decltype(x)>(max), y = x < lo ? lo : x;
      return y > hi ? hi : y;
    };
  }));
  table.add(elementwise_with<2>("clamp_grad", claims(), [](const spec::Op& op) {
    return [min = attribute<double>(op, "min"), max = attribute<double>(op, "max")](auto x, auto ct) {
      const auto lo = static_cast<decltype(x)>(min), hi = static_cast<decltype(x)>(max);
      const bool above = (lo == -math::infinity) | (lo < x), below = (hi == math::infinity) | (x < hi);
      return above & below ? ct : 0;
    };
  }));
}

}  // namespace

void register_arithmetic(KernelTable& table) {
  register_unary(table);
  register_clamp(table);
  table.add(elementwise<2>("add", [](auto x, auto y) { return x + y; }));
  table.add(elementwise<2>("sub", [](auto x, auto y) { return x - y; }));
  table.add(elementwise<2>("mul", [](auto x, auto y) { return x * y; }));
  table.add(elementwise<2>("div", [](auto x, auto y) { return x / y; }));
  table.add(elementwise<2>("maximum", [](auto x, auto y) {
    const auto most = y > x ? y : x;
    return x != x ? x : (y != y ? y : most);
  }));
  table.add(elementwise<2>("minimum", [](auto x, auto y) {
    const auto least = y < x ? y : x;
    return x != x ? x : (y != y ? y : least);
  }));
  table.add(elementwise<3>("lerp", [](auto x, auto y, auto w) { return lerp(x, y, w); }));
}

}  // namespace plumbline::runtime
