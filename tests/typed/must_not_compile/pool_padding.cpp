// A pool padded by more than half of its kernel.
// expects: pool: the padding is more than half of the kernel
// expects: padding_is<2>::kernel_is<3>
#include "runtime/typed/sequential.h"

namespace pool_padding {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<1, 3, 8, 8>>() >> AvgPool2d<3, 1, 2>{};
}  // namespace pool_padding
