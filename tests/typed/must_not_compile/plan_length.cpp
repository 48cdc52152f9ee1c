// A parameter without an initialiser.
// expects: plan: one initialiser for each parameter shape
#include "runtime/typed/sequential.h"

namespace plan_length {
using namespace plumbline::runtime;
const auto made = typed::plan<typed::Shape<5, 3>, typed::Shape<5>>(runtime_init::zeros());
}  // namespace plan_length
