// A reshape that loses elements.
// expects: reshape: keeps the number of elements
#include "runtime/typed/tensor.h"

namespace reshape_size {
using namespace plumbline::runtime::typed;
const auto y = Tensor<float, Dim<2>, Dim<6>>().reshape<Dim<11>>();
}  // namespace reshape_size
