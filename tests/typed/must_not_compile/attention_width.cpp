// Attention of another width.
// expects: sequence: last dimension is not what the layer expects
// expects: last_dimension_is<6>::layer_expects<8>
#include "runtime/typed/sequential.h"

namespace attention_width {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<2, 5, 6>>() >> MultiheadAttention<8, 2>{};
}  // namespace attention_width
