// A sequence longer than the table of positions.
// expects: learned_positions: the sequence is longer than the positions
// expects: positions_end_at<9>::layer_has<8>
#include "runtime/typed/sequential.h"

namespace learned_positions_length {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<2, 7, 4>>() >> LearnedPositions<8, 4, 2>{};
}  // namespace learned_positions_length
