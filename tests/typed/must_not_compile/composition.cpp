// Two models one after another that do not meet.
// expects: sequential: the first model's output is not the second's input
#include "runtime/typed/sequential.h"

namespace composition {
using namespace plumbline::runtime::typed;
const auto first = input<Shape<2, 8>>() >> Linear<8, 4>{};
const auto second = input<Shape<2, 5>>() >> Linear<5, 3>{};
const auto model = first.then(second);
}  // namespace composition
