// neg abs sign square sqrt reciprocal relu clamp; add sub mul div maximum minimum; comparisons, masks, where.
#include "runtime/core/attribute.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/math.h"

namespace plumbline::runtime {
namespace {

void register_unary(KernelTable& table) {
  table.add(elementwise<1>("neg", [](float x) { return -x; }));
  table.add(elementwise<1>("abs", [](float x) { return math::abs(x); }));
  table.add(elementwise<1>("sign", [](float x) { return x > 0 ? 1.0f : (x < 0 ? -1.0f : x); }));
  table.add(elementwise<1>("square", [](float x) { return x * x; }));
  table.add(elementwise<1>("sqrt", [](float x) { return __builtin_sqrtf(x); }));
  table.add(elementwise<1>("reciprocal", [](float x) { return 1.0f / x; }));
  table.add(elementwise<1>("relu", [](float x) { return x < 0 ? 0.0f : x; }));
  table.add(elementwise<1>("logical_not", [](float x) { return x == 0 ? 1.0f : 0.0f; }));
  table.add(elementwise_with<1>("clamp", claims(), [](const spec::Op& op) {
    const auto lo = static_cast<float>(attribute<double>(op, "min")),
               hi = static_cast<float>(attribute<double>(op, "max"));
    return [lo, hi](float x) {
      const float y = x < lo ? lo : x;
      return y > hi ? hi : y;
    };
  }));
}

void register_gradients(KernelTable& table) {
  table.add(elementwise<2>("relu_grad", [](float x, float ct) { return x > 0 ? ct : 0.0f; }));
  table.add(elementwise_with<2>("clamp_grad", claims(), [](const spec::Op& op) {
    const auto lo = static_cast<float>(attribute<double>(op, "min")),
               hi = static_cast<float>(attribute<double>(op, "max"));
    return [lo, hi](float x, float ct) {
      const bool above = (lo == -math::infinity) | (lo < x), below = (hi == math::infinity) | (x < hi);
      return above & below ? ct : 0.0f;
    };
  }));
}

void register_binary(KernelTable& table) {
  table.add(elementwise<2>("add", [](float x, float y) { return x + y; }));
  table.add(elementwise<2>("sub", [](float x, float y) { return x - y; }));
  table.add(elementwise<2>("mul", [](float x, float y) { return x * y; }));
  table.add(elementwise<2>("div", [](float x, float y) { return x / y; }));
  table.add(elementwise<2>("maximum", [](float x, float y) {
    const float most = y > x ? y : x;
    return x != x ? x : (y != y ? y : most);
  }));
  table.add(elementwise<2>("minimum", [](float x, float y) {
    const float least = y < x ? y : x;
    return x != x ? x : (y != y ? y : least);
  }));
  table.add(elementwise<2>("less", [](float x, float y) { return x < y ? 1.0f : 0.0f; }));
  table.add(elementwise<2>("less_equal", [](float x, float y) { return x <= y ? 1.0f : 0.0f; }));
  table.add(elementwise<2>("greater", [](float x, float y) { return x > y ? 1.0f : 0.0f; }));
  table.add(elementwise<2>("greater_equal", [](float x, float y) { return x >= y ? 1.0f : 0.0f; }));
  table.add(elementwise<2>("equal", [](float x, float y) { return x == y ? 1.0f : 0.0f; }));
  table.add(elementwise<2>("not_equal", [](float x, float y) { return x != y ? 1.0f : 0.0f; }));
  table.add(elementwise<2>("logical_and", [](float x, float y) { return (x != 0) & (y != 0) ? 1.0f : 0.0f; }));
  table.add(elementwise<2>("logical_or", [](float x, float y) { return (x != 0) | (y != 0) ? 1.0f : 0.0f; }));
}

}  // namespace

void register_arithmetic(KernelTable& table) {
  register_unary(table);
  register_gradients(table);
  register_binary(table);
  table.add(elementwise<3>("where", [](float mask, float x, float y) { return mask != 0 ? x : y; }));
  table.add(elementwise<1>("broadcast_to", [](float x) { return x; }));
}

}  // namespace plumbline::runtime
