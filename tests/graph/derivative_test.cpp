// Derivatives as transforms of graphs, for every op: forward mode and second derivatives against dual numbers.
#include "spec/graph/derivative.h"

#include <gtest/gtest.h>

#include "crosscheck/sample/draw.h"
#include "spec/eval/exact.h"
#include "spec/num/dual.h"

namespace plumbline::spec {
namespace {

// f of each element, which may be of another type.
template <class A, class F>
auto mapped(const Tensor<A>& x, F&& f) {
  return Tensor<std::remove_cvref_t<decltype(f(x[0]))>>::generate(x.shape(), [&](Index i) { return f(x[i]); });
}

// The pushforward that is appended to a graph equals the dual numbers' derivative, for every op: every vjp is linear.
class Pushforward {
 public:
  Pushforward(const crosscheck::Case& c, std::uint64_t seed) : c_(c), graph_(c.graph) {
    std::vector<Var> tangents;
    const auto leaves = c.graph.leaves();
    crosscheck::RandomChoices choices(seed);
    const auto moving = value_or_throw(grad_graph(c.graph)).leaves;  // not indices, nor constants of the op
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      dx_.emplace_back();
      if (std::ranges::find(moving, i) == moving.end()) continue;
      wrt_.push_back(leaves[i]);
      tangents.push_back(graph_.input(concat("dx", i), c.graph.node(leaves[i]).shape));
      dx_.back() = Tensor<double>::generate(tangents.back().shape(),
                                            [&](Index) { return static_cast<double>(choices.pick(1, 9)) / 4; });
    }
    const NodeId output = c.output();
    dy_ = append_jvp(graph_, wrt_, tangents, std::span(&output, 1))[0];
  }

  template <class N, class Read>
  Tensor<N> by_graph(Read&& read) const {
    Tensors<N> leaves;
    for (const auto& x : c_.data) leaves.push_back(mapped(x, read));
    for (const auto& d : dx_)
      if (d) leaves.push_back(mapped(*d, read));
    const NodeId id = dy_.id();
    return interpret<N>(graph_, leaves, std::span(&id, 1))[static_cast<std::size_t>(id)];
  }
  template <class N, class Read>
  Tensor<N> by_duals(Read&& read) const {
    Tensors<Dual<N>> leaves;
    for (std::size_t i = 0; i < c_.data.size(); ++i)
      leaves.push_back(Tensor<Dual<N>>::generate(c_.data[i].shape(), [&](Index k) {
        return Dual<N>{read(c_.data[i][k]), dx_[i] ? read((*dx_[i])[k]) : N(Index{0})};
      }));
    const NodeId id = c_.output();
    const auto y = interpret<Dual<N>>(c_.graph, leaves, std::span(&id, 1))[static_cast<std::size_t>(id)];
    return mapped(y, [](const Dual<N>& v) { return v.slope; });
  }
  bool moves() const { return dy_.id() >= 0; }

 private:
  const crosscheck::Case& c_;
  Graph graph_;
  std::vector<NodeId> wrt_;
  std::vector<std::optional<Tensor<double>>> dx_;  // of real leaves
  Var dy_;
};

TEST(Jvp, OfEachOpIsThatOfDualNumbers) {
  constexpr int precision = 192;
  const auto read = [](double x) { return Ball::exact(x, precision); };
  const auto catalogue = Catalogue::builtin();
  crosscheck::Wish wish;
  wish.most_elements = 60;
  for (const OpEntry* entry : catalogue.entries()) {
    if (!entry->has_vjp) continue;
    Index decided = 0;
    for (std::uint64_t number = 0; number < 16; ++number) {
      const auto c = draw_case(*entry, {1, "jvp", number, 0}, wish);
      if (!c) continue;
      const Pushforward push(*c, number);
      const Tensor<Ball> duals = push.by_duals<Ball>(read);
      if (!push.moves()) {
        decided += duals.size();
        for (Index i = 0; i < duals.size(); ++i)
          EXPECT_NE(equal(duals[i], Ball(Index{0})).exact, Tri::no) << entry->name << " element " << i;
        continue;
      }
      const Tensor<Ball> graph = push.by_graph<Ball>(read);
      ASSERT_EQ(graph.shape(), duals.shape()) << entry->name;
      for (Index i = 0; i < graph.size(); ++i) {
        if (!graph[i].is_bounded() || !duals[i].is_bounded() || graph[i].may_be_nan() || duals[i].may_be_nan())
          continue;
        ++decided;
        EXPECT_NE(equal(graph[i], duals[i]).exact, Tri::no)
            << entry->name << " case " << number << " element " << i << ": " << concat(graph[i]) << " vs "
            << concat(duals[i]) << "\n" << print(c->graph);
      }
    }
    EXPECT_GT(decided, 0) << entry->name;
  }
}

// The Hessian of ⟨ct, op(x)⟩ is symmetric: H v by reverse over reverse is the dual numbers' derivative of the gradient.
// A gradient whose own derivative is missing, or wrong, is seen here.
void expect_second_derivative(const crosscheck::Case& c, std::uint64_t seed, Index& decided) {
  constexpr int precision = 192;
  const auto read = [](double x) { return Ball::exact(x, precision); };
  auto grad = grad_graph(c.graph);
  if (!grad) return;
  const Graph first = grad->graph;
  crosscheck::RandomChoices choices(seed);
  const auto leaves = c.graph.leaves();
  std::vector<NodeId> outputs, wrt;
  std::vector<Var> seeds;
  Tensors<Dual<Ball>> moving;
  Tensors<Ball> still;
  for (const auto& x : c.data) {
    moving.push_back(mapped(x, [&](double v) { return Dual<Ball>{read(v), Ball(Index{0})}; }));
    still.push_back(mapped(x, read));
  }
  moving.push_back(mapped(c.cotangent, [&](double v) { return Dual<Ball>{read(v), Ball(Index{0})}; }));
  still.push_back(mapped(c.cotangent, read));
  for (std::size_t k = 0; k < grad->leaves.size(); ++k) {
    const std::size_t leaf = grad->leaves[k];
    const auto v = mapped(c.data[leaf], [&](double) { return static_cast<double>(choices.pick(1, 9)) / 4; });
    if (grad->cotangents[k] < 0) continue;
    wrt.push_back(leaves[leaf]), outputs.push_back(grad->cotangents[k]);
    seeds.push_back(grad->graph.input(concat('v', k), v.shape()));
    still.push_back(mapped(v, read));
    const auto tangent = moving[leaf].mutable_elements();
    for (Index i = 0; i < v.size(); ++i) tangent[static_cast<std::size_t>(i)].slope = read(v[i]);
  }
  const auto products = append_vjp(grad->graph, outputs, seeds, wrt);
  std::vector<NodeId> wanted;
  for (const Var& p : products)
    if (p.id() >= 0) wanted.push_back(p.id());
  const auto forward = interpret<Dual<Ball>>(first, moving, outputs);
  const auto reverse = interpret<Ball>(grad->graph, still, wanted);
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const auto& g = forward[static_cast<std::size_t>(outputs[k])];
    for (Index i = 0; i < g.size(); ++i) {
      const Ball hv = products[k].id() < 0 ? Ball(Index{0}) : reverse[static_cast<std::size_t>(products[k].id())][i];
      const Ball& dual = g[i].slope;
      if (!hv.is_bounded() || !dual.is_bounded() || hv.may_be_nan() || dual.may_be_nan()) continue;
      ++decided;
      EXPECT_NE(equal(hv, dual).exact, Tri::no)
          << c.op_name() << " leaf " << k << " element " << i << ": " << concat(hv) << " vs "
          << concat(dual) << "\n" << print(c.graph);
    }
  }
}

TEST(Hvp, OfEachOpIsTheDerivativeOfItsGradient) {
  const auto catalogue = Catalogue::builtin();
  crosscheck::Wish wish;
  wish.most_elements = 40, wish.cotangent = true;
  for (const OpEntry* entry : catalogue.entries()) {
    if (!entry->has_vjp) continue;
    Index decided = 0;
    for (std::uint64_t number = 0; number < 8; ++number)
      if (const auto c = draw_case(*entry, {1, "hvp", number, 0}, wish)) expect_second_derivative(*c, number, decided);
    EXPECT_GT(decided, 0) << entry->name;
  }
}

}  // namespace
}  // namespace plumbline::spec
