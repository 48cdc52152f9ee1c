// A convolution of images with other channels.
// expects: conv2d: channels are not what the layer expects
// expects: channels_are<3>::layer_expects<1>
#include "runtime/typed/sequential.h"

namespace conv_channels {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<8, 3, 32, 32>>() >> Conv2d<1, 16, 3>{};
}  // namespace conv_channels
