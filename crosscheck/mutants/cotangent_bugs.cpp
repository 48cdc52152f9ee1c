// What any gradient can get wrong: its sign, its scale, whose it is, broadcasting that is not summed.
#include "crosscheck/laws/evidence.h"
#include "crosscheck/mutants/values.h"
#include "crosscheck/sample/choices.h"

namespace plumbline::crosscheck {

using spec::Index;

namespace {

template <class F>
BackwardBug each(F f) {
  return [f](const BackwardCall& c, Gradients& g) {
    for (std::size_t k = 0; k < g.size(); ++k) g[k] = f(c, g[k], k);
  };
}
Values negated(const BackwardCall&, const Values& g, std::size_t) { return scaled(g, -1); }
Values zero(const BackwardCall&, const Values& g, std::size_t) { return Values::full(g.shape(), 0); }
Values doubled(const BackwardCall&, const Values& g, std::size_t) { return scaled(g, 2); }
Values passed_through(const BackwardCall& c, const Values& g, std::size_t) {
  return g.size() == c.ct.size() ? c.ct.reshaped(g.shape()) : g;
}
Values ones_seeded(const BackwardCall& c, const Values& g, std::size_t k) {  // the cotangent is ignored
  const Gradients other = c.again(c.in, Values::full(c.ct.shape(), 1));
  return k < other.size() ? other[k] : g;
}
Values last_missing(const BackwardCall&, const Values& g, std::size_t) {
  return changed(g, [&](Index i, double v) { return i + 1 == g.size() ? 0 : v; });
}
Values in_bf16(const BackwardCall&, const Values& g, std::size_t) { return narrowed(g, spec::bfloat16); }
Values stale(const BackwardCall& c, const Values& g, std::size_t k) {
  const Gradients other = c.again(other_data(c.op, c.in), c.ct);
  return k < other.size() ? other[k] : g;
}
Values grown(const BackwardCall&, const Values& g, std::size_t) { return scaled(g, 1 + std::ldexp(1.0, -10)); }
Values transposed(const BackwardCall&, const Values& g, std::size_t) { return read_transposed(g); }

// Gradients of two operands exchanged; a longer one takes the shorter one's elements in turn.
void swapped(const BackwardCall&, Gradients& g) {
  if (g.size() < 2 || g[0].size() == 0 || g[1].size() == 0) return;
  const Values first = g[0], second = g[1];
  g[0] = Values::generate(first.shape(), [&](Index i) { return second[i % second.size()]; });
  g[1] = Values::generate(second.shape(), [&](Index i) { return first[i % first.size()]; });
}
void first_only(const BackwardCall&, Gradients& g) {
  for (std::size_t k = 1; k < g.size(); ++k) g[k] = Values::full(g[k].shape(), 0);
}

// Of the cotangents that meet in one element by broadcasting only the first arrives.
void unsummed(const BackwardCall& c, Gradients& g) {
  for (std::size_t k = 0; k < g.size(); ++k) {
    if (!spec::broadcast(g[k].shape(), c.ct.shape()) || g[k].size() == c.ct.size()) continue;
    std::vector<char> seen(static_cast<std::size_t>(g[k].size()), 0);
    const auto at = spec::broadcast_offsets(g[k].shape(), c.ct.shape());
    const Values masked = Values::generate(c.ct.shape(), [&](Index i) {
      char& taken = seen[static_cast<std::size_t>(at[static_cast<std::size_t>(i)])];
      return std::exchange(taken, 1) ? 0 : c.ct[i];
    });
    const Gradients other = c.again(c.in, masked);
    if (k < other.size()) g[k] = other[k];
  }
}

void plant(std::vector<Mutant>& list, std::initializer_list<std::string_view> ops, std::string_view name,
           std::string_view bug, const BackwardBug& backward) {
  for (std::string_view op : ops) list.push_back(backward_mutant(op, name, bug, backward));
}

// Whether a gradient of the op is computed from its data: not so for floor, whose gradient is zero, or detach.
bool has_gradient(const spec::OpEntry& entry) {
  constexpr std::uint64_t samples = 8;
  for (std::uint64_t i = 0; i < samples && entry.has_vjp; ++i) {
    RandomChoices choices(1, "gradient", entry.name, i);
    const spec::OpSample sample = entry.sample(choices);
    const auto graph = spec::graph_of(sample.op, sample.shapes);
    const auto grad = graph ? spec::grad_graph(*graph) : tl::unexpected(graph.error());
    if (!grad) continue;
    for (spec::NodeId id : grad->cotangents)
      if (id >= 0 && grad->graph.node(id).leaf == spec::Leaf::none && depends_on_data(grad->graph, id)) return true;
  }
  return false;
}

// A bug that needs no knowledge of an op is planted in every op that has a gradient.
void plant_everywhere(std::vector<Mutant>& list) {
  const auto catalogue = spec::Catalogue::builtin();
  for (const spec::OpEntry* entry : catalogue.entries())
    if (has_gradient(*entry))
      plant(list, {entry->name}, "grad_grown", "the gradient is 1/1024 too large", each(grown));
}

}  // namespace

void add_cotangent_bugs(std::vector<Mutant>& list) {
  plant(list, {"exp", "tanh", "matmul", "softmax", "layer_norm", "mse", "conv2d", "sub"}, "grad_negated",
        "the gradient has the wrong sign", each(negated));
  plant(list, {"mul", "relu", "linear", "logsumexp", "gelu", "embedding"}, "grad_zero", "the gradient stays zero",
        each(zero));
  plant(list, {"div", "sum", "mean", "max", "layer_norm", "cross_entropy", "silu"}, "grad_doubled",
        "the gradient is accumulated twice", each(doubled));
  plant(list, {"exp", "log", "tanh", "sigmoid", "relu", "abs", "clamp", "softmax", "permute", "dropout"},
        "grad_passed_through", "the cotangent is passed on as it is", each(passed_through));
  plant(list, {"mul", "matmul", "softmax", "conv2d", "mse"}, "grad_unseeded", "the incoming cotangent is ignored",
        each(ones_seeded));
  plant(list, {"mul", "tanh", "matmul", "conv2d", "max_pool2d", "where"}, "grad_last_missing",
        "the last element of the gradient is not written", each(last_missing));
  plant(list, {"mul", "matmul", "softmax", "gelu", "layer_norm"}, "grad_bf16", "the gradient in bfloat16",
        each(in_bf16));
  plant(list, {"mul", "tanh", "matmul", "softmax", "max"}, "grad_stale", "the gradient for other data", each(stale));
  plant(list, {"matmul", "linear", "softmax"}, "grad_transposed", "the gradient is written by columns",
        each(transposed));
  plant(list, {"mul", "sub", "div", "pow", "matmul", "maximum", "where", "mse"}, "grads_swapped",
        "the gradients of the operands exchanged", swapped);
  plant(list, {"mul", "matmul", "linear", "conv2d", "layer_norm"}, "grad_first_only",
        "only the first operand gets a gradient", first_only);
  plant(list, {"add", "sub", "mul", "div", "maximum", "where", "broadcast_to"}, "grad_unsummed",
        "the gradient of a broadcast operand is not summed", unsummed);
  plant_everywhere(list);
}

}  // namespace plumbline::crosscheck
