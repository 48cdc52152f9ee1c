// Heads that do not divide the width.
// expects: transformer_encoder_layer: heads do not divide the width
#include "runtime/typed/sequential.h"

using namespace plumbline::runtime::typed;
const auto model = input<Shape<2, 5, 8>>() >> TransformerEncoderLayer<8, 3, 16>{};
