// Features of another width.
// expects: mlp: last dimension is not what the first layer expects
// expects: last_dimension_is<26>::layer_expects<27>
#include "runtime/typed/sequential.h"

namespace mlp_width {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<4, 26>>() >> Mlp<27, 16, 3>{};
}  // namespace mlp_width
