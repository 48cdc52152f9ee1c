// An adaptive pool of what is no batch of images.
// expects: adaptive_avg_pool2d: the input is not [N, C, H, W]
#include "runtime/typed/sequential.h"

namespace adaptive_pool_rank {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<3, 8>>() >> AdaptiveAvgPool2d<2>{};
}  // namespace adaptive_pool_rank
