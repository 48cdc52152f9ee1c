// Branches of different shapes.
// expects: add_branches: the branches differ in shape
#include "runtime/typed/sequential.h"

namespace parallel_shapes {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<2, 8>>() >> Parallel{Linear<8, 4>{}, Linear<8, 3>{}};
}  // namespace parallel_shapes
