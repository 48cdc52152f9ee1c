// A global pool of what is no batch of images.
// expects: global_avg_pool2d: the input is not [N, C, H, W]
#include "runtime/typed/sequential.h"

namespace global_pool_rank {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<3, 7, 8>>() >> GlobalAvgPool2d{};
}  // namespace global_pool_rank
