// A layer that does not take the examples of the batch.
// expects: linear: last dimension is not what the layer expects
// expects: last_dimension_is<21>::layer_expects<23>
#include "runtime/typed/sequential.h"

namespace batch_dim0_example {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<4, 21>>() >> BatchDim0{Linear<23, 2>{}};
}  // namespace batch_dim0_example
