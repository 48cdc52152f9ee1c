// Running state: leaves of a graph that each training step replaces by nodes which that very step computed.
#pragma once

#include "spec/graph/module.h"

namespace plumbline::runtime {

using spec::RunningState;
using spec::TrainState;

}  // namespace plumbline::runtime
