// A residual branch that changes the shape.
// expects: residual: the branch changes the shape
#include "runtime/typed/sequential.h"

namespace residual_shape {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<2, 8>>() >> Residual{Linear<8, 4>{}};
}  // namespace residual_shape
