// A norm of groups of other channels.
// expects: norm: channels are not what the layer expects
// expects: channels_are<22>::layer_expects<24>
#include "runtime/typed/sequential.h"

namespace group_norm_channels {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<2, 22, 4, 4>>() >> GroupNorm<2, 24>{};
}  // namespace group_norm_channels
