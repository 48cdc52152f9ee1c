// Heads that do not divide the width.
// expects: transformer_encoder_layer: heads do not divide the width
#include "runtime/typed/sequential.h"

namespace attention_heads {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<2, 5, 8>>() >> TransformerEncoderLayer<8, 3, 16>{};
}  // namespace attention_heads
