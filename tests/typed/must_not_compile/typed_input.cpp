// A layer that says another input.
// expects: typed: the input is not what the layer says
#include "runtime/typed/sequential.h"

namespace typed_input {
using namespace plumbline::runtime::typed;
namespace nn = plumbline::runtime::nn;
const auto model = input<Shape<4, 2, 8>>() >> Typed<nn::Mamba, Shape<5, 2, 8>, Shape<5, 2, 8>>{{.d_model = 8}};
}  // namespace typed_input
