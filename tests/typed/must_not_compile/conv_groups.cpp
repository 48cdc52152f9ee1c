// Groups that do not divide the channels.
// expects: conv2d: groups do not divide the channels
#include "runtime/typed/sequential.h"

namespace conv_groups {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<8, 3, 4, 4>>() >> Conv2d<3, 4, 3, 1, 1, 1, 2>{};
}  // namespace conv_groups
