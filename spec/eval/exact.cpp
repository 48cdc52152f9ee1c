// Certified values by refinement.
#include "spec/eval/exact.h"

#include <algorithm>
#include <cmath>

#include "spec/eval/refine.h"
#include "spec/num/dual.h"

namespace plumbline::spec {

namespace {

// ±2^e, far beyond every binary64 number and further apart than any two formats.
Ball huge(double sign, Index exponent, int precision) {
  return Ball::exact(sign, precision) * pow(Ball::exact(2, precision), Ball(exponent));
}

Index count_infinities(const Tensors<double>& data) {
  Index n = 0;
  for (const auto& tensor : data)
    for (double x : tensor.elements()) n += std::isinf(x);
  return n;
}

// Whether an op reads the leaf as a real variable (not an index, a mask or a condition).
std::vector<char> real_variables(const Graph& graph) {
  std::vector<char> real(static_cast<std::size_t>(graph.size()), 0);
  for (const Node& node : graph.nodes())
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
      if (node.op->differentiable(i)) real[static_cast<std::size_t>(node.inputs[i])] = 1;
  return real;
}

bool same_limit(const Ball& a, const Ball& b) {
  if (!a.has_value() || !b.has_value()) return a.state() == b.state();
  const auto x = nearest_double(a), y = nearest_double(b);
  return x && y && *x == *y;
}

Ball intersection(const Ball& a, const Ball& b) {
  if (a.is_nan() || b.is_nan()) return a.is_nan() ? a : b;
  if (!a.has_value() || !b.has_value()) return a.has_value() ? b : a;
  if (a.may_be_nan() != b.may_be_nan()) return a.may_be_nan() ? b : a;
  mpfr_srcptr lo = mpfr_cmp(a.lo(), b.lo()) > 0 ? a.lo() : b.lo();
  mpfr_srcptr hi = mpfr_cmp(a.hi(), b.hi()) < 0 ? a.hi() : b.hi();
  if (mpfr_lessequal_p(lo, hi) == 0) return a;  // a method that is not the textbook's equal: the law `methods` says so
  return Ball::between(lo, hi, std::max(a.precision(), b.precision()));
}

}  // namespace

bool has_infinity(const Tensors<double>& data) { return count_infinities(data) > 0; }

Tensors<Ball> as_balls(const Graph& graph, const Tensors<double>& data, int precision, Path path) {
  // Exponents: above binary64's, and above what exponentials of moderate data are (a gate σ(−768) beside an infinity);
  // more than a rounding apart.
  constexpr Index beyond = Index{1} << 22, apart = 3, further = Index{1} << 22;
  const Index infinities = count_infinities(data);
  const std::vector<char> real = real_variables(graph);
  const std::vector<NodeId> leaves = graph.leaves();
  Tensors<Ball> out;
  Index seen = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const bool far = path == Path::far || path == Path::far_zeros;
    const bool shrink = (path == Path::zeros || path == Path::far_zeros) && real[static_cast<std::size_t>(leaves[i])];
    out.push_back(Tensor<Ball>::generate(data[i].shape(), [&](Index k) {
      const double x = data[i][k];
      if (std::isinf(x) && path != Path::none) {
        const Index rank = path == Path::backwards ? infinities - seen : path == Path::together ? 0 : seen;
        ++seen;
        return huge(std::copysign(1.0, x), (beyond + apart * rank) * (far ? further : 1), precision);
      }
      if (x == 0 && shrink) return huge(std::copysign(1.0, x), -beyond / 2 * (far ? further : 1), precision);
      return Ball::exact(x, precision);
    }));
  }
  return out;
}

Tensors<Ball> enclose(const Graph& graph, const Tensors<double>& data, std::span<const NodeId> wanted, int precision,
                      Path path) {
  const Tensors<Ball> leaves = as_balls(graph, data, precision, path);
  auto textbook = interpret<Ball>(graph, leaves, wanted);
  bool has_method = false;
  for (const Node& node : graph.nodes()) has_method |= node.op && !node.op->methods().empty();
  Tensors<Ball> out;
  for (NodeId id : wanted) out.push_back(textbook[static_cast<std::size_t>(id)]);
  if (!has_method) return out;
  const auto methodical =
      interpret<Ball>(graph, leaves, wanted, [&](NodeId id) { return default_method(graph.node(id).op); });
  for (std::size_t k = 0; k < out.size(); ++k) {
    const auto& other = methodical[static_cast<std::size_t>(wanted[k])];
    out[k] = Tensor<Ball>::generate(out[k].shape(), [&](Index i) { return intersection(out[k][i], other[i]); });
  }
  return out;
}

namespace {

// The limit of something whose value is x at huge inputs and y at much larger ones. Logarithms are still far from
// infinity at x: they are told by their growth, and their reciprocals by its lack.
Ball settled(const Ball& x, const Ball& y, int precision) {
  if (same_limit(x, y) || !x.has_value() || !y.has_value()) return x;
  if (less(abs(x) * Ball(Index{2}), abs(y)).exact == Tri::yes)
    return huge(less(y, Ball(Index{0})).exact == Tri::yes ? -1 : 1, 2000, precision);
  if (less(abs(y) * Ball(Index{2}), abs(x)).exact == Tri::yes) return Ball::exact(0, precision);
  return x;
}

}  // namespace

Tensor<Ball> limit(const Graph& graph, const Tensors<double>& data, NodeId wanted, int precision) {
  const NodeId nodes[] = {wanted};
  const auto along = [&](Path path) { return enclose(graph, data, nodes, precision, path)[0]; };
  const auto ieee = interpret<double>(graph, data, nodes)[static_cast<std::size_t>(wanted)];
  const bool undefined = std::any_of(ieee.elements().begin(), ieee.elements().end(), [](double y) { return y != y; });
  const auto a = along(Path::forwards), b = along(Path::backwards), d = along(Path::together), e = along(Path::far);
  const auto c = undefined ? along(Path::zeros) : a, f = undefined ? along(Path::far_zeros) : e;
  return Tensor<Ball>::generate(a.shape(), [&](Index i) {
    const Ball x = settled(a[i], e[i], precision);
    const bool exists = same_limit(x, settled(b[i], e[i], precision)) &&
                        same_limit(x, settled(d[i], e[i], precision)) &&
                        (!std::isnan(ieee[i]) || same_limit(x, settled(c[i], f[i], precision)));
    return exists ? x : Ball::undefined(Ball::State::nan, precision);
  });
}

std::optional<double> nearest_double(const Ball& x) {
  if (x.is_nan() || x.is_pole()) return std::nan("");
  if (x.may_be_nan()) return std::nullopt;
  const auto round = [](mpfr_srcptr v) {
    double d = mpfr_get_d(v, MPFR_RNDN);
    return d == 0 ? 0.0 : d;
  };
  const double lo = round(x.lo()), hi = round(x.hi());
  if (lo == hi) return lo;
  return std::nullopt;
}

ExactValues exact_value(const Graph& graph, const Tensors<double>& data, NodeId wanted, int most_precision) {
  const bool infinite = has_infinity(data);
  const NodeId nodes[] = {wanted};
  return refine(
      [&](int precision) {
        return infinite ? limit(graph, data, wanted, precision) : enclose(graph, data, nodes, precision)[0];
      },
      most_precision);
}

ExactValues exact_jvp(const Graph& graph, const Tensors<double>& data, const Tensors<double>& tangents, NodeId wanted,
                      int most_precision) {
  const NodeId nodes[] = {wanted};
  return refine(
      [&](int precision) {
        const Tensors<Ball> x = as_balls(graph, data, precision);
        Tensors<Dual<Ball>> leaves;
        for (std::size_t i = 0; i < x.size(); ++i)
          leaves.push_back(Tensor<Dual<Ball>>::generate(x[i].shape(), [&](Index k) {
            const bool moves = i < tangents.size() && tangents[i].size() == x[i].size();
            return Dual<Ball>{x[i][k], moves ? Ball::exact(tangents[i][k], precision) : Ball(Index{0})};
          }));
        const auto values = interpret<Dual<Ball>>(graph, leaves, nodes);
        const auto& y = values[static_cast<std::size_t>(wanted)];
        return Tensor<Ball>::generate(y.shape(), [&](Index i) { return y[i].slope; });
      },
      most_precision);
}

Result<GradGraph> grad_graph(const Graph& graph) {
  GradGraph out{graph, {}, {}};
  if (graph.outputs().size() != 1) return fail("[graph] a gradient needs one output, found ", graph.outputs().size());
  const NodeId output = graph.outputs().front();
  const std::vector<NodeId> leaves = graph.leaves();
  std::vector<NodeId> wrt;
  const std::vector<char> real = real_variables(graph);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (!real[static_cast<std::size_t>(leaves[i])]) continue;
    wrt.push_back(leaves[i]);
    out.leaves.push_back(i);
  }
  if (wrt.empty())
    return fail("[", graph.node(output).op ? graph.node(output).op.name() : "graph", "] has no gradient");
  const Var seed = out.graph.input(graph.unused("ct"), graph.node(output).shape);
  for (const Var& v : append_grad(out.graph, output, seed, wrt)) out.cotangents.push_back(v.id());
  return out;
}

Result<std::vector<ExactValues>> exact_vjp(const Graph& graph, const Tensors<double>& data, const Tensor<double>& ct,
                                           int most_precision) {
  auto grad = grad_graph(graph);
  if (!grad) return tl::unexpected(grad.error());
  if (ct.shape() != graph.node(graph.outputs().front()).shape)
    return fail("[vjp] shape of the cotangent differs: ", graph.node(graph.outputs().front()).shape, " vs ",
                ct.shape());
  Tensors<double> leaves = data;
  leaves.push_back(ct);
  std::vector<ExactValues> out;
  for (std::size_t k = 0; k < grad->cotangents.size(); ++k) {
    const Shape& shape = data[grad->leaves[k]].shape();
    if (grad->cotangents[k] < 0)
      out.push_back({Tensor<double>::full(shape, 0), Tensor<Ball>::full(shape, Ball(Index{0})), 0});
    else out.push_back(exact_value(grad->graph, leaves, grad->cotangents[k], most_precision));
  }
  return out;
}

std::string certified_digits(const Ball& x, int digits) {
  if (!x.has_value()) return x.is_pole() ? "pole" : "nan";
  if (mpfr_zero_p(x.lo()) != 0 && mpfr_zero_p(x.hi()) != 0) return "0";
  for (int n = digits; n > 0; --n) {
    char *lo = nullptr, *hi = nullptr;
    mpfr_asprintf(&lo, "%.*Rg", n, x.lo());
    mpfr_asprintf(&hi, "%.*Rg", n, x.hi());
    const std::string a = lo, b = hi;
    mpfr_free_str(lo);
    mpfr_free_str(hi);
    if (a == b) return a;
  }
  return concat(x);
}

}  // namespace plumbline::spec
