// A window that does not fit into the image.
// expects: window: it is larger than the padded image
// expects: window_is<5>::padded_extent_is<4>
#include "runtime/typed/sequential.h"

namespace conv_window {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<8, 3, 4, 4>>() >> Conv2d<3, 16, 5>{};
}  // namespace conv_window
