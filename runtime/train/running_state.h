// Running state: a leaf of a graph that each training step replaces by a node which that very step computed.
#pragma once

#include <string>

#include "spec/graph/graph.h"

namespace plumbline::runtime {

struct RunningState {
  std::string name;
  spec::NodeId leaf = -1, next = -1;  // −1: it stays as it is
  double initial = 0;
};

}  // namespace plumbline::runtime
