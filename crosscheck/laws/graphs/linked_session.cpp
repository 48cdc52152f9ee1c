// linked_session [session B1..B2]: a session's own tape backward gives what backprop of the whole graph gives.
#include <algorithm>
#include <bit>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/list.h"
#include "runtime/core/program.h"
#include "runtime/session/session_ir.h"
#include "spec/eval/tape.h"
#include "spec/num/rational.h"

namespace plumbline::crosscheck {

using runtime::SessionIR;
using spec::Graph;
using spec::GradGraph;
using spec::Index;
using spec::NodeId;
using spec::Rational;
using spec::Tensor;
using spec::Tensors;

namespace {

bool same(const Rational& a, const Rational& b) {
  return a.state() == b.state() && (!a.is_exact() || mpq_equal(a.value(), b.value()) != 0);
}
bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (a != a && b != b);
}
bool same(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) || (a != a && b != b);
}

template <class N>
Tensor<N> as(const Values& v) {
  return Tensor<N>::generate(v.shape(), [&](Index i) { return N(v[i]); });
}

const runtime::KernelTable& kernels() {
  static const runtime::KernelTable table = runtime::KernelTable::builtin();
  return table;
}

// The first leaf whose cotangents differ, in words; `tape` and `backprop` by differentiable leaf.
template <class N>
std::optional<std::string> first_apart(const Graph& graph, const GradGraph& grad,
                                       const std::vector<std::optional<Tensor<N>>>& tape,
                                       const std::vector<std::optional<Tensor<N>>>& backprop, const char* what) {
  for (std::size_t k = 0; k < tape.size(); ++k) {
    const std::string leaf = graph.node(graph.leaves()[grad.leaves[k]]).name;
    if (tape[k].has_value() != backprop[k].has_value())
      return spec::concat(what, ": only one of tape and backprop reaches ", leaf);
    if (!tape[k]) continue;
    if (tape[k]->shape() != backprop[k]->shape())
      return spec::concat(what, ": gradient of ", leaf, " has another shape");
    for (Index i = 0; i < tape[k]->size(); ++i)
      if (!same((*tape[k])[i], (*backprop[k])[i]))
        return spec::concat(what, ": gradient of ", leaf, ", element ", i, ": tape and backprop differ");
  }
  return std::nullopt;
}

// Over a number type: the loop over values against the interpreted gradient graph.
template <class N>
std::optional<std::string> readings_apart(const Case& c, const GradGraph& grad, const char* what, Index& exact) {
  Tensors<N> leaves;
  for (const Values& v : c.data) leaves.push_back(as<N>(v));
  std::vector<NodeId> all;
  for (NodeId id = 0; id < c.graph.size(); ++id) all.push_back(id);
  const auto values = spec::interpret<N>(c.graph, leaves, all);
  const auto cotangents = spec::tape_backward<N>(c.graph, values, c.output(), as<N>(c.cotangent));
  leaves.push_back(as<N>(c.cotangent));
  std::vector<NodeId> wanted;
  for (const NodeId id : grad.cotangents)
    if (id >= 0) wanted.push_back(id);
  const auto whole = spec::interpret<N>(grad.graph, leaves, wanted);
  std::vector<std::optional<Tensor<N>>> tape, backprop;
  for (std::size_t k = 0; k < grad.cotangents.size(); ++k) {
    tape.push_back(cotangents[static_cast<std::size_t>(c.graph.leaves()[grad.leaves[k]])]);
    backprop.emplace_back();
    if (grad.cotangents[k] >= 0) backprop.back() = whole[static_cast<std::size_t>(grad.cotangents[k])];
    if constexpr (std::same_as<N, Rational>)
      if (tape.back())
        for (const Rational& q : tape.back()->elements()) exact += q.is_exact();
  }
  return first_apart(c.graph, grad, tape, backprop, what);
}

// The case's graph called op by op on a session: leaves first, as it asks. By node.
template <class T>
std::vector<runtime::Ref> replayed(SessionIR<T>& session, const Case& c) {
  std::vector<runtime::Ref> refs(static_cast<std::size_t>(c.graph.size()));
  const auto leaves = c.graph.leaves();
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const spec::Node& n = c.graph.node(leaves[i]);
    auto& ref = refs[static_cast<std::size_t>(leaves[i])];
    if (n.extent < 0) {
      ref = spec::value_or_throw(session.input(as<T>(c.data[i]), n.name));
      continue;
    }
    std::vector<Index> values;
    for (const double x : c.data[i].elements()) values.push_back(static_cast<Index>(x));
    if (n.shape.rank() == 0) ref = spec::value_or_throw(session.nat(values.front(), n.extent));
    else ref = spec::value_or_throw(session.nat_vec(values, n.extent));
  }
  for (NodeId id = 0; id < c.graph.size(); ++id) {
    const spec::Node& n = c.graph.node(id);
    if (n.leaf != spec::Leaf::none) continue;
    std::vector<runtime::Ref> in;
    for (const NodeId i : n.inputs) in.push_back(refs[static_cast<std::size_t>(i)]);
    refs[static_cast<std::size_t>(id)] = spec::value_or_throw(session.apply(n.op, in));
  }
  return refs;
}

template <class T>
std::vector<std::optional<Tensor<T>>> compiled_backprop(const Case& c, const GradGraph& grad) {
  runtime::PlanOptions options;
  options.dtype = runtime::dtype_of<T>;
  for (const NodeId id : grad.cotangents)
    if (id >= 0) options.wanted.push_back(id);
  auto program = spec::value_or_throw(runtime::compile(grad.graph, kernels(), options));
  std::vector<Values> data = c.data;
  data.push_back(c.cotangent);
  const auto leaves = grad.graph.leaves();
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    spec::Result<void> ok;
    if (grad.graph.node(leaves[i]).extent >= 0) {
      std::vector<std::int64_t> index(data[i].elements().begin(), data[i].elements().end());
      ok = program.set(leaves[i], index);
    } else {
      const Tensor<T> x = as<T>(data[i]);
      ok = program.set(leaves[i], x.elements());
    }
    if (!ok) throw ok.error();
  }
  if (auto ok = program.run(); !ok) throw ok.error();
  std::vector<std::optional<Tensor<T>>> out;
  for (const NodeId id : grad.cotangents) {
    out.emplace_back();
    if (id < 0) continue;
    const auto value = program.template value<T>(id);
    out.back() = Tensor<T>(grad.graph.node(id).shape, {value.begin(), value.end()});
  }
  return out;
}

// In floats: the session's backward against the compiled gradient graph.
template <class T>
std::optional<std::string> sessions_apart(const Case& c, const GradGraph& grad, const char* what) {
  SessionIR<T> session(kernels());
  const auto refs = replayed(session, c);
  const runtime::TensorRef y{refs[static_cast<std::size_t>(c.output())]};
  if (auto ok = session.backward(y, as<T>(c.cotangent)); !ok) throw ok.error();
  const auto backprop = compiled_backprop<T>(c, grad);
  std::vector<std::optional<Tensor<T>>> tape;
  const auto leaves = c.graph.leaves();
  for (std::size_t k = 0; k < grad.cotangents.size(); ++k) {
    const runtime::TensorRef leaf{refs[static_cast<std::size_t>(leaves[grad.leaves[k]])]};
    tape.emplace_back();
    if (grad.cotangents[k] >= 0) tape.back() = spec::value_or_throw(session.grad(leaf));  // else zeros, by definition
  }
  return first_apart(c.graph, grad, tape, backprop, what);
}

// A session knows natural numbers and vectors of them, below their extents: none is ignored.
bool is_natural(const spec::Node& leaf, const Values& x) {
  if (leaf.extent < 0) return true;
  return leaf.shape.rank() <= 1 && std::ranges::all_of(x.elements(), [&](double v) {
           return v >= 0 && v < static_cast<double>(leaf.extent);
         });
}

class LinkedSession final : public Law {
 public:
  std::string_view name() const override { return "linked_session"; }
  std::string_view summary() const override {
    return "a session's tape backward is the graph's backprop: exactly over the rationals, bit for bit in floats";
  }
  Wish wish() const override {
    Wish w;
    w.most_elements = 400;
    w.cotangent = true;
    return w;
  }
  bool needs_subject() const override { return false; }
  bool applies(const Case& c) const override {
    if (c.op_name() != "graph" || c.graph.node(c.output()).leaf != spec::Leaf::none) return false;
    const auto leaves = c.graph.leaves();
    for (std::size_t i = 0; i < leaves.size(); ++i)
      if (!is_natural(c.graph.node(leaves[i]), c.data[i])) return false;
    return spec::grad_graph(c.graph).has_value();
  }

  Outcome check(const Case& c, Subject&, const JudgeOptions&) const override {
    const GradGraph grad = spec::value_or_throw(spec::grad_graph(c.graph));
    Outcome out;
    for (const Values& x : c.data) out.judgement.elements += x.size();
    Index ignored = 0;
    if (auto apart = readings_apart<Rational>(c, grad, "over the rationals", out.judgement.zero_tolerance))
      return failed(*apart);
    if (auto apart = readings_apart<double>(c, grad, "by the textbook in double", ignored)) return failed(*apart);
    if (auto apart = sessions_apart<float>(c, grad, "in float")) return failed(*apart);
    if (auto apart = sessions_apart<double>(c, grad, "in double")) return failed(*apart);
    return out;
  }
};

}  // namespace

std::unique_ptr<Law> linked_session_law() { return std::make_unique<LinkedSession>(); }

}  // namespace plumbline::crosscheck
