// Groups that do not divide the channels of a norm.
// expects: group_norm: groups do not divide the channels
// expects: groups_are<4>::channels_are<6>
#include "runtime/typed/sequential.h"

namespace group_norm_groups {
using namespace plumbline::runtime::typed;
const auto model = input<Shape<2, 6, 4, 4>>() >> GroupNorm<4, 6>{};
}  // namespace group_norm_groups
