// A reshape that loses elements.
// expects: reshape: keeps the number of elements
#include "runtime/typed/tensor.h"

using namespace plumbline::runtime::typed;
const auto y = Tensor<float, Dim<2>, Dim<6>>().reshape<Dim<11>>();
