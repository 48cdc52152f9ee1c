// Random rational functions, read over any number type, with derivatives by the rules of the school book.
#pragma once

#include <cstddef>
#include <vector>

#include "spec/lang/number.h"
#include "tests/num/bit_patterns.h"

namespace plumbline::test {

enum class Kind { variable, constant, add, subtract, multiply, divide, negate, cube, reciprocal, absolute, greater };

// Nodes in topological order; `a` and `b` are operands, `literal` an integer over 8 of a constant.
struct Node {
  Kind kind;
  std::size_t a = 0, b = 0;
  spec::Index literal = 0;
};

struct Expression {
  std::vector<Node> nodes;

  std::size_t push(Kind kind, std::size_t a = 0, std::size_t b = 0, spec::Index literal = 0) {
    nodes.push_back({kind, a, b, literal});
    return nodes.size() - 1;
  }
};

inline constexpr std::size_t variables = 3;

// The first nodes are the variables; `smooth` leaves out |x| and max.
inline Expression draw_expression(Draw& draw, bool smooth) {
  Expression e;
  for (std::size_t i = 0; i < variables; ++i) e.push(Kind::variable, i);
  const auto extra = draw.pick(1, 12);
  for (std::int64_t i = 0; i < extra; ++i) {
    const auto any = [&] {
      return static_cast<std::size_t>(draw.pick(0, static_cast<std::int64_t>(e.nodes.size()) - 1));
    };
    const auto kind = static_cast<Kind>(draw.pick(1, static_cast<int>(smooth ? Kind::reciprocal : Kind::greater)));
    const std::size_t a = any(), b = any();
    e.push(kind, a, b, draw.pick(-24, 24));
  }
  return e;
}

// The values of all nodes at x.
template <spec::Number N>
std::vector<N> evaluate(const Expression& e, const std::vector<N>& x) {
  std::vector<N> y;
  y.reserve(e.nodes.size());
  for (const auto& [kind, a, b, literal] : e.nodes) {
    switch (kind) {
      case Kind::variable:
        y.push_back(x[a]);
        break;
      case Kind::constant:
        y.push_back(real(x[0], static_cast<double>(literal) / 8));
        break;
      case Kind::add:
        y.push_back(y[a] + y[b]);
        break;
      case Kind::subtract:
        y.push_back(y[a] - y[b]);
        break;
      case Kind::multiply:
        y.push_back(y[a] * y[b]);
        break;
      case Kind::divide:
        y.push_back(y[a] / y[b]);
        break;
      case Kind::negate:
        y.push_back(-y[a]);
        break;
      case Kind::cube:
        y.push_back(pow(y[a], N(spec::Index{3})));
        break;
      case Kind::reciprocal:
        y.push_back(pow(y[a], N(spec::Index{-1})));
        break;
      case Kind::absolute:
        y.push_back(abs(y[a]));
        break;
      case Kind::greater:
        y.push_back(maximum(y[a], y[b]));
        break;
    }
  }
  return y;
}

// Appends the partial derivative of every smooth node in variable `v`; the result is where each one stands.
inline std::vector<std::size_t> differentiate(Expression& e, std::size_t v) {
  const std::size_t n = e.nodes.size(), zero = e.push(Kind::constant), one = e.push(Kind::constant, 0, 0, 8);
  const std::size_t three = e.push(Kind::constant, 0, 0, 24);
  std::vector<std::size_t> d;
  for (std::size_t i = 0; i < n; ++i) {
    const Node node = e.nodes[i];
    const std::size_t a = node.a, b = node.b;
    const auto times = [&](std::size_t p, std::size_t q) { return e.push(Kind::multiply, p, q); };
    switch (node.kind) {
      case Kind::variable:
        d.push_back(a == v ? one : zero);
        break;
      case Kind::add:
        d.push_back(e.push(Kind::add, d[a], d[b]));
        break;
      case Kind::subtract:
        d.push_back(e.push(Kind::subtract, d[a], d[b]));
        break;
      case Kind::multiply:
        d.push_back(e.push(Kind::add, times(d[a], b), times(a, d[b])));
        break;
      case Kind::divide:
        d.push_back(e.push(Kind::divide, e.push(Kind::subtract, times(d[a], b), times(a, d[b])), times(b, b)));
        break;
      case Kind::negate:
        d.push_back(e.push(Kind::negate, d[a]));
        break;
      case Kind::cube:
        d.push_back(times(three, times(times(a, a), d[a])));
        break;
      case Kind::reciprocal:
        d.push_back(e.push(Kind::negate, e.push(Kind::divide, d[a], times(a, a))));
        break;
      default:
        d.push_back(zero);
        break;
    }
  }
  return d;
}

}  // namespace plumbline::test
