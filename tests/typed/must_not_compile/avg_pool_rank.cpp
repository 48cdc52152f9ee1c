// An average pool of what is no batch of images.
// expects: avg_pool2d: the input is not [N, C, H, W]
#include "runtime/typed/sequential.h"

namespace avg_pool_rank {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<3, 8, 8>>() >> AvgPool2d<2>{};
}  // namespace avg_pool_rank
