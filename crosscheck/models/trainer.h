// Trainers: one training step after another, with everything in sight that an audit asks for.
#pragma once

#include <memory>
#include <vector>

#include "crosscheck/laws/optim/optim_law.h"
#include "crosscheck/models/dataset.h"
#include "crosscheck/models/description.h"
#include "crosscheck/subjects/subject.h"

namespace plumbline::crosscheck {

class Trainer {
 public:
  virtual ~Trainer() = default;
  // With gradients.
  virtual const TrainGraph& graph() const = 0;
  // Loss, gradients, and the optimiser's step on every param.
  virtual spec::Result<void> step(const Rows& batch) = 0;
  // What the last step computed for a node; empty if it was not needed.
  virtual Values value(spec::NodeId node) const = 0;
  virtual Subject::KernelInfo kernel(spec::NodeId node) const = 0;
  // The i-th param with its moments, as they are now.
  virtual OptimTensors state(std::size_t i) const = 0;
  // The leaves that no batch and no optimiser sets, running state and the count of steps, as the next step reads them.
  virtual std::vector<std::pair<spec::NodeId, Values>> running() const = 0;
};

// What training begins with: a value for each param, and for each running state; no running: what the graph says.
struct InitialValues {
  std::vector<Values> params, running = {};
};

// The runtime's planned training step, which keeps the value of every node.
spec::Result<std::unique_ptr<Trainer>> runtime_trainer(TrainGraph forward, const spec::Optimiser& optimiser,
                                                       const InitialValues& initial, int threads);
// A graph's subject and an optimiser's subject by turns: where a bug may be planted in either.
std::unique_ptr<Trainer> subject_trainer(TrainGraph forward, const spec::Optimiser& optimiser,
                                         const InitialValues& initial, std::shared_ptr<Subject> graph,
                                         std::shared_ptr<OptimSubject> optim, int threads);

}  // namespace plumbline::crosscheck
