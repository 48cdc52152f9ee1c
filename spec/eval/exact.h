// Certified values: enclosures of the exact real value of a graph's nodes, refined until they are decided.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "spec/eval/interpret.h"
#include "spec/num/ball.h"

namespace plumbline::spec {

// An infinite input stands for a huge number: the value of an op there is its limit, if it has one. The paths let the
// infinities of the data grow at different rates, in opposite orders, or all alike; `zeros` lets exact zeros of the
// data shrink as well, and `far` and `far_zeros` go much further than the others, to tell slow growth from a limit.
enum class Path { none, forwards, backwards, zeros, together, far, far_zeros };

// The data as balls of a precision. Indices and other finite values are exact.
Tensors<Ball> as_balls(const Graph& graph, const Tensors<double>& data, int precision, Path path = Path::none);

// Enclosures of the wanted nodes at one precision. Both the textbook and every named method enclose the same real
// value: their intersection is returned.
Tensors<Ball> enclose(const Graph& graph, const Tensors<double>& data, std::span<const NodeId> wanted, int precision,
                      Path path = Path::none);

// The value at infinite inputs: the enclosure where all paths agree, `nan` where the limit does not exist.
Tensor<Ball> limit(const Graph& graph, const Tensors<double>& data, NodeId wanted, int precision);

bool has_infinity(const Tensors<double>& data);

// The nearest binary64 number, if the enclosure decides it: ±inf beyond its range, NaN where undefined, and at a pole
// the infinity that IEEE 754 would give cannot be known: NaN.
std::optional<double> nearest_double(const Ball& x);

struct ExactValues {
  Tensor<double> rounded;   // correctly rounded to binary64; NaN where undefined
  Tensor<Ball> enclosure;
  Index undecided = 0;      // elements whose rounding stayed open at the largest precision: nearest to the middle
};

// The value of one node, refined from 128 bits on until every element rounds to one binary64 number.
ExactValues exact_value(const Graph& graph, const Tensors<double>& data, NodeId wanted, int most_precision = 4096);

// The derivative of one node in the direction `tangents` (one for each leaf; empty: zero), by dual numbers.
ExactValues exact_jvp(const Graph& graph, const Tensors<double>& data, const Tensors<double>& tangents, NodeId wanted,
                      int most_precision = 4096);

// The cotangents of the differentiable leaves of a graph for the cotangent `ct` of its output, in order.
Result<std::vector<ExactValues>> exact_vjp(const Graph& graph, const Tensors<double>& data, const Tensor<double>& ct,
                                           int most_precision = 4096);

// The graph extended by the reverse mode of its output: a new leaf `ct`, and the cotangents of the leaves that are
// differentiable, in order.
struct GradGraph {
  Graph graph;
  std::vector<NodeId> cotangents;   // node of each; −1 where nothing depends on the leaf: the cotangent is zero
  std::vector<std::size_t> leaves;  // which leaf of the original graph each belongs to
};
Result<GradGraph> grad_graph(const Graph& graph);

// `digits` certified decimal digits of a value, e.g. 1.4142135624, or as many as the enclosure certifies.
std::string certified_digits(const Ball& x, int digits);

}  // namespace plumbline::spec
