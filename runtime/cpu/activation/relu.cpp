// relu relu6 leaky_relu hardtanh hardsigmoid hardswish
#include "runtime/core/attribute.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/math.h"

namespace plumbline::runtime {
namespace {

template <class T>
T cap(T x, T lo, T hi) {
  const T y = x < lo ? lo : x;
  return y > hi ? hi : y;
}

}  // namespace

void register_relu(KernelTable& table) {
  table.add(elementwise<1>("relu", [](auto x) { return x < 0 ? 0 : x; }));
  table.add(elementwise<2>("relu_grad", [](auto x, auto ct) { return x > 0 ? ct : 0; }));
  table.add(elementwise_with<1>("leaky_relu", claims(), [](const spec::Op& op) {
    return [negative_slope = attribute<double>(op, "negative_slope")](auto x) {
      using T = decltype(x);
      const T slope = static_cast<T>(negative_slope), below = negative_slope == 0 && x < 0 ? T(0) : slope * x;
      return x > 0 ? x : below;
    };
  }));
  table.add(elementwise<1>("relu6", [](auto x) { return cap<decltype(x)>(x, 0, 6); }));
  table.add(elementwise_with<1>("hardtanh", claims(), [](const spec::Op& op) {
    return [lo = attribute<double>(op, "min_val"), hi = attribute<double>(op, "max_val")](auto x) {
      using T = decltype(x);
      return cap(x, static_cast<T>(lo), static_cast<T>(hi));
    };
  }));
  table.add(elementwise<1>("hardsigmoid", [](auto x) { return cap<decltype(x)>(x + 3, 0, 6) / 6; }));
  table.add(elementwise<1>("hardswish", [](auto x) {
    using T = decltype(x);
    const T inside = x * (x + 3) / 6;
    return x <= -3 ? T(0) : x < 3 ? inside : x;
  }));
}

}  // namespace plumbline::runtime
