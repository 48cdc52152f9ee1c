// atan and atan2
#include "runtime/cpu/elementwise.h"
#include "runtime/cpu/function/transcendental.h"

namespace plumbline::runtime {
namespace {

// By octants; two infinities lie on a diagonal, and −0 is 0.
template <class T>
T angle(T y0, T x0) {
  const T infinity = std::numeric_limits<T>::infinity(), half_pi = T(math::wide::half_pi);
  const bool diagonal = (math::abs(y0) == infinity) & (math::abs(x0) == infinity);
  const T y = diagonal ? math::copysign(T(1), y0) : y0, x = diagonal ? math::copysign(T(1), x0) : x0;
  const bool steep = math::abs(x) < math::abs(y), origin = (x == 0) & (y == 0);
  const T top = steep ? x : y, bottom = steep ? y : x, a = math::atan(top / (origin ? T(1) : bottom));
  const T beside = (y < 0 ? -half_pi : half_pi) - a, behind = a + (y < 0 ? -2 * half_pi : 2 * half_pi);
  return origin ? T(0) : steep ? beside : x < 0 ? behind : a;
}

}  // namespace

void register_atan(KernelTable& table) {
  const spec::Claims atan = function_claims({{spec::Function::atan, math::atan_ulps}});
  table.add(elementwise<1>(
      "atan", [](auto x) { return math::atan(x); }, atan));
  table.add(elementwise<2>(
      "atan2", [](auto y, auto x) { return angle(y, x); }, atan));
}

}  // namespace plumbline::runtime
