// A norm of other channels.
// expects: norm: channels are not what the layer expects
// expects: channels_are<17>::layer_expects<19>
#include "runtime/typed/sequential.h"

namespace instance_norm_channels {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<2, 17, 4, 4>>() >> InstanceNorm<19>{};
}  // namespace instance_norm_channels
