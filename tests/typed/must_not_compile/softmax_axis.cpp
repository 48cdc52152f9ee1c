// An axis that the input does not have.
// expects: softmax: the input has no such axis
// expects: axis_is<3>::input_has<2>
#include "runtime/typed/sequential.h"

namespace softmax_axis {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<2, 6>>() >> Softmax<3>{};
}  // namespace softmax_axis
