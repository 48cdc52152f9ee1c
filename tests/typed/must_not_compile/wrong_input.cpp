// A tensor of another shape than the model reads.
// expects: cannot convert
// expects: Shape<2, 8>
#include "runtime/typed/sequential.h"

namespace wrong_input {
using namespace plumbline::runtime::typed;
auto predict(Model<float, Shape<2, 8>, Shape<2, 4>>& model) {
  return model.predict(Tensor<float, Dim<2>, Dim<7>>());
}
}  // namespace wrong_input
