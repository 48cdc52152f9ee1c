// SessionIR: an imperative session that records the typed graph while ops are called, and runs its own tape backwards.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "runtime/session/session.h"
#include "spec/lang/tensor.h"

namespace plumbline::runtime {

using spec::Result;

// A mutable parameter outside of any recording. Copies are the same parameter.
template <class T>
class Param {
 public:
  Param(spec::Tensor<T> init, std::string name, bool requires_grad)
      : state_(std::make_shared<State>(State{std::move(init), std::move(name), requires_grad})) {}
  const std::string& name() const { return state_->name; }
  bool requires_grad() const { return state_->requires_grad; }
  const spec::Tensor<T>& value() const { return state_->value; }
  // An error if the shape differs. What was recorded by `use` stays as it was.
  Result<void> set(spec::Tensor<T> value);
  bool operator==(const Param&) const = default;  // the same parameter

 private:
  template <class>
  friend class SessionIR;
  struct State {
    spec::Tensor<T> value;
    std::string name;
    bool requires_grad;
  };
  std::shared_ptr<State> state_;
};

// What a session hands out for a recorded node; of no use after the next reset_tape.
struct Ref {
  NodeId id = -1;
  std::uint64_t recording = 0;
};
struct TensorRef : Ref {};
struct NatRef : Ref {};
struct NatVecRef : Ref {};

// Of float or double elements. Leaves that are tensors come before all ops: reset_tape, then `use` and `input`, then
// ops, then backward and a step. Natural numbers are another environment, which has no derivatives: they may come at
// any time and change later, and what was computed from them is then computed again. Mistakes are errors that leave the
// session as it was. Names that are taken get a number: two uses of `w` are the leaves w and w.1. The constructor
// throws what a Session's throws.
template <class T>
class SessionIR {
 public:
  explicit SessionIR(Kernels kernels = {}, SessionOptions options = {});

  // A new recording: no leaves, no ops, no natural numbers. Parameters live on.
  void reset_tape();
  // Not recorded yet; a name is made where none is given.
  Param<T> param(spec::Tensor<T> init, std::string name = {}, bool requires_grad = true);
  // Records the parameter's present value as a leaf.
  Result<TensorRef> use(const Param<T>& param);
  // An external input. Its gradient can be asked for; no step changes it.
  Result<TensorRef> input(spec::Tensor<T> value, std::string name = {});

  // Natural numbers below `extent`: labels, indices, counts. −1: one more than the largest given.
  Result<NatRef> nat(Index value, Index extent = -1);
  Result<NatVecRef> nat_vec(std::span<const Index> values, Index extent = -1);
  Result<Index> get_nat(NatRef ref) const;
  Result<std::vector<Index>> get_nat_vec(NatVecRef ref) const;
  Result<void> set_nat(NatRef ref, Index value);
  Result<void> set_nat_vec(NatVecRef ref, std::span<const Index> values);

  // Computes the op now and records it. An index input is a NatRef or a NatVecRef.
  Result<TensorRef> apply(const spec::Op& op, const std::vector<Ref>& in);
  template <class O>
  Result<TensorRef> apply(const O& definition, const std::vector<Ref>& in) {
    return apply(spec::make_op(definition), in);
  }
  Result<spec::Tensor<T>> get_value(TensorRef ref);
  Result<Shape> shape(TensorRef ref) const;

  // The tape, from `output` back: the vjp of each node where it stands, cotangents added as they arrive; the whole
  // graph is never differentiated. `seed` has the shape of `output`; by default ones. Bit for bit append_grad's.
  Result<void> backward(TensorRef output);
  Result<void> backward(TensorRef output, const spec::Tensor<T>& seed);
  // The cotangent of a node after backward; zeros where none arrived.
  Result<spec::Tensor<T>> grad(TensorRef ref) const;
  // p ← p − lr · g of every parameter that was used and requires a gradient, once for each; after backward. What was
  // recorded keeps its values: the next recording uses the new ones.
  Result<void> sgd_step_all(T lr);

  const spec::Graph& graph() const { return session_->graph(); }

 private:
  struct Nats {
    NodeId leaf;
    std::vector<Index> values;
  };
  Result<TensorRef> leaf(const char* what, std::string name, const spec::Tensor<T>& value, bool is_param);
  Result<NodeId> add_nats(Shape shape, std::span<const Index> values, Index extent);
  Result<NodeId> node_of(const Ref& ref) const;
  Result<const Nats*> nats_of(const Ref& ref) const;
  Result<void> change(const Ref& ref, std::span<const Index> values);
  void replay();
  spec::Tensor<T> tensor(Session& session, NodeId id) const;

  Kernels kernels_;
  SessionOptions options_;  // with the workers of all recordings
  std::unique_ptr<Session> session_;
  std::uint64_t recording_ = 0;
  std::size_t made_params_ = 0;
  bool has_ops_ = false, stale_ = false;  // stale: natural numbers have changed
  std::vector<Nats> nats_;
  std::vector<std::pair<Param<T>, NodeId>> used_;
  std::optional<std::vector<std::optional<spec::Tensor<T>>>> cotangents_;  // by node, after backward
};

extern template class SessionIR<float>;
extern template class SessionIR<double>;
extern template class Param<float>;
extern template class Param<double>;

}  // namespace plumbline::runtime
