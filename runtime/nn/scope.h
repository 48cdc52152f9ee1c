// Scope: where layers record themselves: a graph, its parameters with their initial values, and running state.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/init/initialise.h"
#include "runtime/nn/seeds.h"
#include "runtime/train/running_state.h"
#include "spec/graph/graph.h"

namespace plumbline::runtime::nn {

using spec::Axes;
using spec::Initialiser;
using spec::NodeId;
using spec::Var;

// A model while it is being built, and what is left of it: params are named as in a state_dict and lie in the graph in
// the order of the plan.
struct Recording {
  spec::Graph graph;
  Initialisation plan;
  TrainState state;        // with dropout, `step` counts the steps taken so far: a new mask for each
  bool training = true;    // batch statistics and dropout
  std::uint64_t seed = 0;  // of the initial values and of dropout masks
  std::map<std::string, NodeId, std::less<>> leaf_of;  // params and states by name
  std::set<std::uint64_t> streams;                     // that draws are taken from
  std::uint64_t free_stream = 0;                       // all below it are among them
};

// The recording seen from one place of the model: `scope / "layers" / "0"` names its params `layers.0.weight`. It
// points to the recording: once that has been moved, assigned to or destroyed it is of no use.
class Scope {
 public:
  explicit Scope(Recording& recording) : recording_(&recording) {}
  Scope operator/(std::string_view part) const;
  Scope operator/(Index part) const { return *this / std::string_view(std::to_string(part)); }

  // A new param with its initial value; a stochastic scheme draws from the stream `seed`, else from the block's seeds,
  // else from the smallest stream that the plan has not used. A name that is there already is the same param: a layer
  // that is applied again shares its weights; an error if the shapes differ.
  Var param(std::string_view name, const Shape& shape, Initialiser scheme, Seed seed = {}) const;
  // A param that does not learn, of exactly these values: a table, a mask.
  Var buffer(std::string_view name, const spec::Tensor<float>& value) const;
  // A leaf that is not trained and begins as `initial` everywhere.
  Var state(std::string_view name, const Shape& shape, double initial) const;
  // After each training step the state becomes `next`, computed by that very step.
  void update(Var state, Var next) const;
  // x / (1 − p) where the mask of (seed, path, step) keeps it, else 0; x itself unless training. The seed is that of
  // the recording unless it, or the block's, is given.
  Var dropout(const Var& x, double p, Seed seed = {}) const;
  // The same place, where what is drawn takes its seeds from the block's, one after another.
  Scope seeded(const BlockSeeds& seeds) const;
  // The same place, where params do not learn.
  Scope frozen() const;
  // The same place, for what is added to a layer: its params learn and take no seed of a block.
  Scope beside() const;
  // The same place, where each linear layer y of x, and each one below, becomes hook(its place, x, y).
  using LinearHook = std::function<Var(const Scope&, const Var& x, const Var& y)>;
  Scope with_linear(LinearHook hook) const;
  Var after_linear(const Var& x, const Var& y) const { return hook_ == nullptr ? y : (*hook_)(*this, x, y); }
  // The same place for the i-th use of one layer: params are shared, dropout masks are not.
  Scope repeated(Index i) const;
  // How many seeds the block has gone through so far.
  std::uint64_t seeds_passed() const { return cursor_ == nullptr ? 0 : cursor_->passed; }

  bool training() const { return recording_->training; }
  const std::string& path() const { return path_; }
  Recording& recording() const { return *recording_; }

 private:
  struct Cursor {
    BlockSeeds seeds;
    std::uint64_t passed = 0;
    std::map<std::string, Seed, std::less<>> dropouts = {};  // by path: a layer that is applied again takes no other
  };
  std::string name_of(std::string_view leaf) const;
  Seed pass(bool drawn) const;
  Recording* recording_;
  std::string path_, repeat_;
  std::shared_ptr<Cursor> cursor_;  // shared by all places of a block
  bool frozen_ = false;
  std::shared_ptr<const LinearHook> hook_;
};

}  // namespace plumbline::runtime::nn
