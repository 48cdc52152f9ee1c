// Positions of what is no sequence.
// expects: positions: the input is not [.., T, d]
#include "runtime/typed/sequential.h"

namespace positions_rank {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<4>>() >> SinusoidalPositions{};
}  // namespace positions_rank
