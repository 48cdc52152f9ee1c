// Heads that do not divide the width of attention alone.
// expects: multihead_attention: heads do not divide the width
#include "runtime/typed/sequential.h"

namespace attention_alone_heads {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<2, 5, 8>>() >> MultiheadAttention<8, 3>{};
}  // namespace attention_alone_heads
