// A number is no batch.
// expects: batch_dim0: the input has no axis of examples
#include "runtime/typed/sequential.h"

namespace batch_dim0_rank {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<>>() >> BatchDim0{relu()};
}  // namespace batch_dim0_rank
