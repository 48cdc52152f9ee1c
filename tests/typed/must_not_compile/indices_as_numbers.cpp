// A layer of numbers behind indices.
// expects: layer: indices where numbers are expected
#include "runtime/typed/sequential.h"

namespace indices_as_numbers {
using namespace plumbline::runtime::typed;
const auto model = input<Indices<12, 2, 5>>() >> relu();
}  // namespace indices_as_numbers
