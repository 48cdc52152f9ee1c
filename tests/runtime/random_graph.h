// Random graphs over the catalogue, with data, for the tests of the runtime.
#pragma once

#include <cstring>
#include <random>
#include <vector>

#include "runtime/core/program.h"
#include "runtime/session/session.h"
#include "spec/graph/catalogue.h"

namespace plumbline::runtime {

// A generator of choices from a seed.
struct SeededChoices final : spec::Choices {
  explicit SeededChoices(std::uint64_t seed) : engine(seed) {}
  std::int64_t pick(std::int64_t lo, std::int64_t hi) override {
    return std::uniform_int_distribution<std::int64_t>(lo, hi)(engine);
  }
  std::mt19937_64 engine;
};

struct Data {
  std::vector<float> reals;
  std::vector<std::int64_t> integers;
};

// A graph and data for its leaves, in order.
struct RandomCase {
  spec::Graph graph;
  std::vector<Data> data;
};

inline Data draw(SeededChoices& choices, const spec::Node& leaf, const spec::Domain& domain) {
  Data data;
  const auto n = static_cast<std::size_t>(leaf.shape.size());
  for (std::size_t i = 0; i < n; ++i) {
    if (leaf.extent >= 0) data.integers.push_back(choices.pick(0, leaf.extent - 1));
    else if (domain.truth) data.reals.push_back(static_cast<float>(choices.pick(0, 1)));
    else data.reals.push_back(std::normal_distribution<float>(0.0f, 2.0f)(choices.engine));
  }
  return data;
}

// One op of the catalogue as it is sampled, each input a leaf.
inline RandomCase single_op(const spec::OpEntry& entry, SeededChoices& choices) {
  const spec::OpSample sample = entry.sample(choices);
  RandomCase out;
  std::vector<spec::Var> in;
  for (std::size_t i = 0; i < sample.shapes.size(); ++i) {
    const Index extent = sample.op->index_extent(i, sample.shapes);
    const std::string name = spec::concat('x', i);
    in.push_back(extent >= 0 ? out.graph.index_input(name, sample.shapes[i], extent)
                             : out.graph.input(name, sample.shapes[i]));
    out.data.push_back(draw(choices, out.graph.node(in.back().id()), sample.domains[i]));
  }
  out.graph.output(out.graph.apply(sample.op, in));
  return out;
}

// Up to `ops` ops over leaves of a few shapes that broadcast: long elementwise stretches, cut by others.
inline RandomCase random_graph(const spec::Catalogue& catalogue, SeededChoices& choices, int ops) {
  RandomCase out;
  const Index m = choices.pick(1, 70), n = choices.pick(1, 70);
  std::vector<spec::Var> vars;
  for (const Shape& shape : {Shape{m, n}, Shape{m, n}, Shape{n}, Shape{m, 1}, Shape{n, n}, Shape{}}) {
    vars.push_back(out.graph.param(spec::concat("p", vars.size()), shape));
    out.data.push_back(draw(choices, out.graph.node(vars.back().id()), {}));
  }
  const auto entries = catalogue.entries();
  for (int tries = 0, made = 0; made < ops && tries < 50 * ops; ++tries) {
    const spec::OpEntry& entry = *choices.one_of(entries);
    const auto op = catalogue.parse(entry.name, {});
    if (!op || entry.least_inputs == 0) continue;
    std::vector<spec::NodeId> in;
    for (int i = 0; i < entry.least_inputs; ++i) {
      const bool recent = choices.coin();
      in.push_back(recent ? vars.back().id() : choices.one_of(vars).id());
    }
    const auto id = out.graph.try_apply(*op, in);
    if (!id || out.graph.node(*id).shape.size() > 100000) continue;
    vars.push_back(out.graph.var(*id)), ++made;
  }
  out.graph.output(vars.back());
  return out;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0);
}

// In the elements of a dtype.
template <class T>
std::vector<T> stored(const std::vector<float>& x) {
  std::vector<T> out;
  for (float v : x) out.push_back(rounded<T>(static_cast<double>(v)));
  return out;
}

// The values of the graph's outputs, in the dtype of T.
template <class T = float>
std::vector<std::vector<T>> run_compiled(const RandomCase& c, const KernelTable& kernels, PlanOptions options) {
  options.dtype = dtype_of<T>;
  Program program = spec::value_or_throw(compile(c.graph, kernels, options));
  const auto leaves = c.graph.leaves();
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const bool index = c.graph.node(leaves[i]).extent >= 0;
    const auto ok = index ? program.set(leaves[i], std::span(c.data[i].integers))
                          : program.set(leaves[i], stored<T>(c.data[i].reals));
    if (!ok) throw ok.error();
  }
  program.poison(0x7fc0dead);
  if (auto ok = program.run(); !ok) throw ok.error();
  std::vector<std::vector<T>> out;
  for (NodeId id : c.graph.outputs()) {
    const auto value = program.value<T>(id);
    out.emplace_back(value.begin(), value.end());
  }
  return out;
}

// The same nodes one after another in a session; the values of the graph's outputs.
template <class T = float>
std::vector<std::vector<T>> run_eager(const RandomCase& c, const KernelTable& kernels, SessionOptions options) {
  options.dtype = dtype_of<T>;
  Session session(kernels, options);
  std::vector<spec::Var> vars;
  std::size_t leaf = 0;
  for (const spec::Node& node : c.graph.nodes()) {
    if (node.leaf == spec::Leaf::none) {
      std::vector<spec::Var> in;
      for (NodeId i : node.inputs) in.push_back(vars[static_cast<std::size_t>(i)]);
      vars.push_back(session.apply(node.op, in));
      continue;
    }
    const Data& d = c.data[leaf++];
    vars.push_back(node.extent >= 0 ? session.input(node.name, node.shape, node.extent, d.integers)
                                    : session.param(node.name, node.shape, stored<T>(d.reals)));
  }
  std::vector<std::vector<T>> out;
  for (NodeId id : c.graph.outputs()) {
    const auto value = session.value<T>(vars[static_cast<std::size_t>(id)]);
    out.emplace_back(value.begin(), value.end());
  }
  return out;
}

}  // namespace plumbline::runtime
