// Distributions over another vocabulary.
// expects: sequence: last dimension is not what the layer expects
// expects: last_dimension_is<7>::layer_expects<9>
#include "runtime/typed/sequential.h"

namespace embedding_width {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<2, 5, 7>>() >> Embedding<9, 4>{};
}  // namespace embedding_width
