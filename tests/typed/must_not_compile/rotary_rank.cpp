// Rotations of what is no sequence.
// expects: positions: the input is not [.., T, d]
#include "runtime/typed/sequential.h"

namespace rotary_rank {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<6>>() >> RotaryPositions{};
}  // namespace rotary_rank
