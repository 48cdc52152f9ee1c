// Comparisons and masks, 1 or 0; where.
#include "runtime/cpu/elementwise.h"

namespace plumbline::runtime {
namespace {

// 1 or 0, in the type of x.
template <class T>
T mask(bool holds, T) {
  return holds ? T(1) : T(0);
}

}  // namespace

void register_compare(KernelTable& table) {
  table.add(elementwise<2>("less", [](auto x, auto y) { return mask(x < y, x); }));
  table.add(elementwise<2>("less_equal", [](auto x, auto y) { return mask(x <= y, x); }));
  table.add(elementwise<2>("greater", [](auto x, auto y) { return mask(x > y, x); }));
  table.add(elementwise<2>("greater_equal", [](auto x, auto y) { return mask(x >= y, x); }));
  table.add(elementwise<2>("equal", [](auto x, auto y) { return mask(x == y, x); }));
  table.add(elementwise<2>("not_equal", [](auto x, auto y) { return mask(x != y, x); }));
  table.add(elementwise<2>("logical_and", [](auto x, auto y) { return mask((x != 0) & (y != 0), x); }));
  table.add(elementwise<2>("logical_or", [](auto x, auto y) { return mask((x != 0) | (y != 0), x); }));
  table.add(elementwise<1>("logical_not", [](auto x) { return mask(x == 0, x); }));
  table.add(elementwise<3>("where", [](auto choice, auto x, auto y) { return choice != 0 ? x : y; }));
}

}  // namespace plumbline::runtime
