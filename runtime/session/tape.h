// Tape: from the values of a recorded graph to cotangents, last node first: ct of each input += vjp of each node.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "runtime/session/session.h"
#include "spec/lang/tensor.h"

namespace plumbline::runtime {

// T is the element type of the sessions' dtype. The vjp of each node is recorded and run where it stands, on copies of
// its inputs and its value, in a session of the tape's own: nothing is appended to the recorded graph.
template <class T>
class Tape {
 public:
  // `recorded` outlives the tape.
  Tape(Session& recorded, Kernels kernels, const SessionOptions& options)
      : recorded_(recorded), own_(kernels, options) {}

  // What an index leaf holds; each one that an op reads has to be told.
  void set_naturals(NodeId leaf, std::vector<Index> values) { naturals_[leaf] = std::move(values); }
  // The cotangent of each node for `seed` at `output`; nullopt where none arrives.
  std::vector<std::optional<spec::Tensor<T>>> backward(NodeId output, const spec::Tensor<T>& seed);

 private:
  Var value(NodeId node);
  Var copied(NodeId node);
  void pull(NodeId node);
  std::vector<char> receiving() const;

  Session& recorded_;
  Session own_;
  std::map<NodeId, std::vector<Index>> naturals_;
  std::map<NodeId, Var> copies_, exchanged_;   // of values, in the tape's own session
  std::vector<std::optional<Var>> cotangent_;  // there, by recorded node
  std::vector<char> receives_;
};

extern template class Tape<float>;
extern template class Tape<double>;

}  // namespace plumbline::runtime
