// Running state: a leaf of a graph that each training step replaces by a node which that very step computed.
#pragma once

#include <string>
#include <vector>

#include "spec/graph/graph.h"

namespace plumbline::runtime {

struct RunningState {
  std::string name;
  spec::NodeId leaf = -1, next = -1;  // −1: it stays as it is
  double initial = 0;
};

// All of a model's, the index leaf that counts its steps (−1: none does), and the params that no step changes.
struct TrainState {
  std::vector<RunningState> states;
  spec::NodeId step = -1;
  std::vector<spec::NodeId> frozen = {};
};

}  // namespace plumbline::runtime
