// The second layer does not take what the first gives.
// expects: linear: last dimension is not what the layer expects
// expects: last_dimension_is<128>::layer_expects<64>
#include "runtime/typed/sequential.h"

namespace second_layer {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<32, 784>>() >> Linear<784, 128>{} >> relu() >> Linear<64, 10>{};
}  // namespace second_layer
