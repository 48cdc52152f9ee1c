// floor ceil trunc round remainder
#include <cmath>

#include "runtime/core/attribute.h"
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/math.h"

namespace plumbline::runtime {
namespace {

// The nearest integer, ties to even: beyond 2^(p−1) there are only integers, below it adding that rounds so.
float round_even(float x) {
  const float big = math::copysign(0x1p+23f, x), y = (x + big) - big;
  return math::abs(x) < 0x1p+23f ? math::copysign(y, x) : x;
}
double round_even(double x) {
  const double big = math::copysign(0x1p+52, x), y = (x + big) - big;
  return math::abs(x) < 0x1p+52 ? math::copysign(y, x) : x;
}

float floor(float x) { return __builtin_floorf(x); }
double floor(double x) { return __builtin_floor(x); }
float trunc(float x) { return __builtin_truncf(x); }
double trunc(double x) { return __builtin_trunc(x); }

// To `power` ≥ 1 parts of one, or to multiples of it. Scaled floats without a fraction, or beyond all floats, stay.
template <class T>
T round_places(T x, T power, bool fraction) {
  const T t = fraction ? x * power : x / power, y = round_even(t);
  const T limit = 1 / std::numeric_limits<T>::epsilon();
  if (fraction) return math::abs(t) < limit ? y / power : x;
  return y * power;
}

// x − y⌊x/y⌋: the remainder towards zero, which is a float, then one addition where the signs differ [remainder B1].
// In double the quotient of two floats below 2^28 is truncated rightly, since it is 2^-25 away from the next integer.
float remainder(float x, float y) {
  const double a = x, b = y, q = a / b;
  const bool near = (math::abs(q) < 0x1p+28) & (math::abs(y) < math::infinity);
  const auto r = static_cast<float>(near ? math::fma(-trunc(q), b, a) : std::fmod(a, b));
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}
double remainder(double x, double y) {
  const double r = std::fmod(x, y);
  return r != 0 && (r < 0) != (y < 0) ? r + y : r;
}

}  // namespace

void register_round(KernelTable& table) {
  table.add(elementwise<1>("floor", [](auto x) { return floor(x); }));
  table.add(elementwise<1>("ceil", [](auto x) { return -floor(-x); }));
  table.add(elementwise<1>("trunc", [](auto x) { return trunc(x); }));
  table.add(elementwise_with<1>("round", claims(), [](const spec::Op& op) {
    const Index decimals = attribute<Index>(op, "decimals");
    const double power = std::pow(10.0, static_cast<double>(std::abs(decimals)));
    return [=](auto x) {
      return decimals == 0 ? round_even(x) : round_places(x, static_cast<decltype(x)>(power), decimals > 0);
    };
  }));
  table.add(elementwise<2>("remainder", [](auto x, auto y) { return remainder(x, y); }));
}

}  // namespace plumbline::runtime
