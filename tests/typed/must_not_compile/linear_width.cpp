// A linear layer that expects another width.
// expects: linear: last dimension is not what the layer expects
// expects: last_dimension_is<784>::layer_expects<783>
#include "runtime/typed/sequential.h"

namespace linear_width {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<32, 784>>() >> Linear<783, 10>{};
}  // namespace linear_width
