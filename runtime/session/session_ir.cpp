// Leaves, ops and steps of a linked session.
#include "runtime/session/session_ir.h"

#include <algorithm>

#include "runtime/session/tape.h"

namespace plumbline::runtime {

template <class T>
Result<void> Param<T>::set(spec::Tensor<T> value) {
  if (value.shape() != state_->value.shape())
    return spec::fail("[session] parameter ", name(), ": found shape ", value.shape(), ", expected ",
                      state_->value.shape());
  state_->value = std::move(value);
  return {};
}

namespace {

SessionOptions completed(SessionOptions options, DType dtype) {
  options.dtype = dtype;
  if (options.workers == nullptr) options.workers = std::make_shared<Workers>(options.threads);
  return options;
}

}  // namespace

template <class T>
SessionIR<T>::SessionIR(Kernels kernels, SessionOptions options)
    : kernels_(kernels), options_(completed(std::move(options), dtype_of<T>)) {
  reset_tape();
}

template <class T>
void SessionIR<T>::reset_tape() {
  session_ = std::make_unique<Session>(kernels_, options_);
  ++recording_;
  has_ops_ = stale_ = false;
  nats_.clear(), used_.clear(), cotangents_.reset();
}

template <class T>
Param<T> SessionIR<T>::param(spec::Tensor<T> init, std::string name, bool requires_grad) {
  if (name.empty()) name = spec::concat("param", made_params_);
  ++made_params_;
  return Param<T>(std::move(init), std::move(name), requires_grad);
}

template <class T>
Result<TensorRef> SessionIR<T>::leaf(const char* what, std::string name, const spec::Tensor<T>& value,
                                     bool is_param) {
  if (has_ops_)
    return spec::fail("[session] found ", what, ' ', name,
                      " after an op, expected leaves first: reset_tape begins anew");
  try {
    name = graph().unused(std::move(name));
    const Var v = is_param ? session_->param(std::move(name), value.shape(), value.elements())
                           : session_->input(std::move(name), value.shape(), value.elements());
    return TensorRef{{v.id(), recording_}};
  } catch (const spec::Error& e) {
    return tl::unexpected(e);
  }
}

template <class T>
Result<TensorRef> SessionIR<T>::use(const Param<T>& param) {
  auto ref = leaf("use of", param.name(), param.value(), true);
  if (ref) used_.emplace_back(param, ref->id);
  return ref;
}

template <class T>
Result<TensorRef> SessionIR<T>::input(spec::Tensor<T> value, std::string name) {
  if (name.empty()) name = spec::concat('x', graph().size());
  return leaf("input", std::move(name), value, false);
}

namespace {

Result<void> check_naturals(std::span<const Index> values, Index extent) {
  for (const Index v : values)
    if (v < 0 || v >= extent)
      return spec::fail("[session] found natural number ", v, ", expected one in [0, ", extent, ")");
  return {};
}

}  // namespace

template <class T>
Result<NodeId> SessionIR<T>::add_nats(Shape shape, std::span<const Index> values, Index extent) {
  if (extent < 0) extent = values.empty() ? 1 : std::max<Index>(0, *std::ranges::max_element(values)) + 1;
  if (auto ok = check_naturals(values, extent); !ok) return tl::unexpected(ok.error());
  try {
    std::string name = graph().unused(spec::concat("nat", graph().size()));
    const Var v = session_->input(std::move(name), std::move(shape), extent, values);
    nats_.push_back({v.id(), {values.begin(), values.end()}});
    return v.id();
  } catch (const spec::Error& e) {
    return tl::unexpected(e);
  }
}

template <class T>
Result<NatRef> SessionIR<T>::nat(Index value, Index extent) {
  return add_nats({}, std::span(&value, 1), extent).map([&](NodeId id) { return NatRef{{id, recording_}}; });
}

template <class T>
Result<NatVecRef> SessionIR<T>::nat_vec(std::span<const Index> values, Index extent) {
  return add_nats({static_cast<Index>(values.size())}, values, extent).map([&](NodeId id) {
    return NatVecRef{{id, recording_}};
  });
}

template <class T>
Result<NodeId> SessionIR<T>::node_of(const Ref& ref) const {
  if (ref.recording != recording_)
    return spec::fail("[session] found a reference from before the last reset_tape, expected one of this tape");
  if (ref.id < 0 || ref.id >= graph().size())
    return spec::fail("[session] found node ", ref.id, ", expected one of the ", graph().size(), " of this session");
  return ref.id;
}

template <class T>
auto SessionIR<T>::nats_of(const Ref& ref) const -> Result<const Nats*> {
  const auto id = node_of(ref);
  if (!id) return tl::unexpected(id.error());
  const auto at = std::ranges::find(nats_, *id, &Nats::leaf);
  if (at == nats_.end()) return spec::fail("[session] node ", *id, ": found a tensor, expected natural numbers");
  return &*at;
}

template <class T>
Result<Index> SessionIR<T>::get_nat(NatRef ref) const {
  return nats_of(ref).map([](const Nats* n) { return n->values.front(); });
}

template <class T>
Result<std::vector<Index>> SessionIR<T>::get_nat_vec(NatVecRef ref) const {
  return nats_of(ref).map([](const Nats* n) { return n->values; });
}

template <class T>
Result<void> SessionIR<T>::change(const Ref& ref, std::span<const Index> values) {
  const auto found = nats_of(ref);
  if (!found) return tl::unexpected(found.error());
  if (values.size() != (*found)->values.size())
    return spec::fail("[session] found ", values.size(), " natural numbers, expected ", (*found)->values.size());
  if (auto ok = check_naturals(values, graph().node((*found)->leaf).extent); !ok) return ok;
  nats_[static_cast<std::size_t>(*found - nats_.data())].values.assign(values.begin(), values.end());
  stale_ = true;
  cotangents_.reset();
  return {};
}

template <class T>
Result<void> SessionIR<T>::set_nat(NatRef ref, Index value) {
  return change(ref, std::span(&value, 1));
}

template <class T>
Result<void> SessionIR<T>::set_nat_vec(NatVecRef ref, std::span<const Index> values) {
  return change(ref, values);
}

// Every node again, with the natural numbers as they are now.
template <class T>
void SessionIR<T>::replay() {
  if (!stale_) return;
  auto fresh = std::make_unique<Session>(kernels_, options_);
  for (NodeId id = 0; id < graph().size(); ++id) {
    const spec::Node& n = graph().node(id);
    if (n.leaf == spec::Leaf::none) {
      std::vector<Var> in;
      for (const NodeId i : n.inputs) in.push_back(fresh->graph().var(i));
      fresh->apply(n.op, in);
    } else if (n.extent >= 0) {
      fresh->input(n.name, n.shape, n.extent, std::ranges::find(nats_, id, &Nats::leaf)->values);
    } else {
      const auto data = session_->template value<T>(session_->graph().var(id));
      n.leaf == spec::Leaf::param ? fresh->param(n.name, n.shape, data) : fresh->input(n.name, n.shape, data);
    }
  }
  session_ = std::move(fresh);
  stale_ = false;
}

template <class T>
Result<TensorRef> SessionIR<T>::apply(const spec::Op& op, const std::vector<Ref>& in) {
  try {
    replay();
    std::vector<Var> vars;
    for (const Ref& ref : in) vars.push_back(session_->graph().var(spec::value_or_throw(node_of(ref))));
    const TensorRef out{{session_->apply(op, vars).id(), recording_}};
    has_ops_ = true;
    return out;
  } catch (const spec::Error& e) {
    return tl::unexpected(e);
  }
}

template <class T>
spec::Tensor<T> SessionIR<T>::tensor(Session& session, NodeId id) const {
  const auto data = session.template value<T>(session.graph().var(id));
  return {session.graph().node(id).shape, {data.begin(), data.end()}};
}

template <class T>
Result<spec::Tensor<T>> SessionIR<T>::get_value(TensorRef ref) {
  const auto id = node_of(ref);
  if (!id) return tl::unexpected(id.error());
  if (graph().node(*id).extent >= 0)
    return spec::fail("[session] node ", *id, ": found natural numbers, expected a tensor");
  try {
    replay();
    return tensor(*session_, *id);
  } catch (const spec::Error& e) {
    return tl::unexpected(e);
  }
}

template <class T>
Result<Shape> SessionIR<T>::shape(TensorRef ref) const {
  return node_of(ref).map([&](NodeId id) { return graph().node(id).shape; });
}

template <class T>
Result<void> SessionIR<T>::backward(TensorRef output) {
  const auto s = shape(output);
  if (!s) return tl::unexpected(s.error());
  return backward(output, spec::Tensor<T>::full(*s, T(1)));
}

template <class T>
Result<void> SessionIR<T>::backward(TensorRef output, const spec::Tensor<T>& seed) {
  const auto id = node_of(output);
  if (!id) return tl::unexpected(id.error());
  const spec::Node& node = graph().node(*id);
  if (node.extent >= 0)
    return spec::fail("[session] backward: found natural numbers, expected a tensor");
  if (node.shape != seed.shape())
    return spec::fail("[session] seed: found shape ", seed.shape(), ", expected ", node.shape);
  try {
    replay();
    Tape<T> tape(*session_, kernels_, options_);
    for (const Nats& n : nats_) tape.set_naturals(n.leaf, n.values);
    cotangents_ = tape.backward(*id, seed);
  } catch (const spec::Error& e) {
    return tl::unexpected(e);
  }
  return {};
}

template <class T>
Result<spec::Tensor<T>> SessionIR<T>::grad(TensorRef ref) const {
  const auto id = node_of(ref);
  if (!id) return tl::unexpected(id.error());
  if (!cotangents_) return spec::fail("[session] grad: found no gradients, expected backward before it");
  const auto at = static_cast<std::size_t>(*id);
  if (at < cotangents_->size() && (*cotangents_)[at]) return *(*cotangents_)[at];
  return spec::Tensor<T>::full(graph().node(*id).shape, T(0));
}

template <class T>
Result<void> SessionIR<T>::sgd_step_all(T lr) {
  if (!cotangents_) return spec::fail("[session] sgd_step_all: found no gradients, expected backward before it");
  std::vector<Param<T>> stepped;
  for (const auto& [param, first] : used_) {
    if (!param.requires_grad() || std::ranges::find(stepped, param) != stepped.end()) continue;
    stepped.push_back(param);
    std::optional<spec::Tensor<T>> total;  // of every use of the same parameter
    for (const auto& [other, node] : used_) {
      const auto& g = (*cotangents_)[static_cast<std::size_t>(node)];
      if (!(other == param) || !g) continue;
      total = total ? spec::zip(*total, *g, [](T a, T b) { return T(a + b); }) : *g;
    }
    if (!total) continue;
    param.state_->value =
        spec::zip(param.state_->value, *total, [lr](T value, T slope) { return T(value - T(lr * slope)); });
  }
  return {};
}

template class Param<float>;
template class Param<double>;
template class SessionIR<float>;
template class SessionIR<double>;

}  // namespace plumbline::runtime
