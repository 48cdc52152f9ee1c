// neg abs sign square sqrt reciprocal relu clamp; add sub mul div maximum minimum; comparisons, masks, where.
#include "runtime/core/attribute.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/math.h"

namespace plumbline::runtime {
namespace {

// 1 or 0, in the type of x.
template <class T>
T mask(bool holds, T) {
  return holds ? T(1) : T(0);
}

void register_unary(KernelTable& table) {
  table.add(elementwise<1>("neg", [](auto x) { return -x; }));
  table.add(elementwise<1>("abs", [](auto x) { return math::abs(x); }));
  table.add(elementwise<1>("sign", [](auto x) { return x > 0 ? 1 : (x < 0 ? -1 : x); }));
  table.add(elementwise<1>("square", [](auto x) { return x * x; }));
  table.add(elementwise<1>("sqrt", [](auto x) { return math::sqrt(x); }));
  table.add(elementwise<1>("reciprocal", [](auto x) { return 1 / x; }));
  table.add(elementwise<1>("relu", [](auto x) { return x < 0 ? 0 : x; }));
  table.add(elementwise<1>("logical_not", [](auto x) { return mask(x == 0, x); }));
  table.add(elementwise_with<1>("clamp", claims(), [](const spec::Op& op) {
    return [min = attribute<double>(op, "min"), max = attribute<double>(op, "max")](auto x) {
      const auto lo = static_cast<decltype(x)>(min), hi = static_cast<decltype(x)>(max), y = x < lo ? lo : x;
      return y > hi ? hi : y;
    };
  }));
}

void register_gradients(KernelTable& table) {
  table.add(elementwise<2>("relu_grad", [](auto x, auto ct) { return x > 0 ? ct : 0; }));
  table.add(elementwise_with<2>("clamp_grad", claims(), [](const spec::Op& op) {
    return [min = attribute<double>(op, "min"), max = attribute<double>(op, "max")](auto x, auto ct) {
      const auto lo = static_cast<decltype(x)>(min), hi = static_cast<decltype(x)>(max);
      const bool above = (lo == -math::infinity) | (lo < x), below = (hi == math::infinity) | (x < hi);
      return above & below ? ct : 0;
    };
  }));
}

void register_binary(KernelTable& table) {
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
  table.add(elementwise<2>("less", [](auto x, auto y) { return mask(x < y, x); }));
  table.add(elementwise<2>("less_equal", [](auto x, auto y) { return mask(x <= y, x); }));
  table.add(elementwise<2>("greater", [](auto x, auto y) { return mask(x > y, x); }));
  table.add(elementwise<2>("greater_equal", [](auto x, auto y) { return mask(x >= y, x); }));
  table.add(elementwise<2>("equal", [](auto x, auto y) { return mask(x == y, x); }));
  table.add(elementwise<2>("not_equal", [](auto x, auto y) { return mask(x != y, x); }));
  table.add(elementwise<2>("logical_and", [](auto x, auto y) { return mask((x != 0) & (y != 0), x); }));
  table.add(elementwise<2>("logical_or", [](auto x, auto y) { return mask((x != 0) | (y != 0), x); }));
}

}  // namespace

void register_arithmetic(KernelTable& table) {
  register_unary(table);
  register_gradients(table);
  register_binary(table);
  table.add(elementwise<3>("where", [](auto choice, auto x, auto y) { return choice != 0 ? x : y; }));
  table.add(elementwise<1>("broadcast_to", [](auto x) { return x; }));
}

}  // namespace plumbline::runtime
