// A norm over another width.
// expects: norm: last dimension is not what the layer expects
// expects: last_dimension_is<11>::layer_expects<13>
#include "runtime/typed/sequential.h"

namespace rms_norm_width {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<2, 11>>() >> RmsNorm<13>{};
}  // namespace rms_norm_width
