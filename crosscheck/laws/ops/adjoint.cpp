// adjoint: ⟨ct, jvp(dx)⟩ = ⟨vjp(ct), dx⟩, exactly over the rationals, else by refined enclosures.
#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/list.h"
#include "spec/eval/exact.h"
#include "spec/eval/interpret.h"
#include "spec/num/ball.h"
#include "spec/num/dual.h"
#include "spec/num/rational.h"

namespace plumbline::crosscheck {

using spec::Ball;
using spec::Dual;
using spec::Index;
using spec::Rational;
using spec::Tensor;
using spec::Tensors;
using spec::Tri;

namespace {

// The two sides, Σ of the magnitudes of all their terms, and the sum of all values and slopes on the way: undefined
// where one of them is, used or not (a root at 0 whose result is thrown away has the gradient 0·∞).
template <class N>
struct Sides {
  N forward{Index{0}}, reverse{Index{0}}, magnitude{Index{0}}, values{Index{0}};
  bool by_method = false;  // the textbook overflows
};

template <class N>
void accumulate(N& total, N& magnitude, const N& x, const N& y) {
  const N term = x * y;
  magnitude = magnitude + abs(term);
  total = total + term;
}

// `read` turns a datum into a number. By the textbook, or by each op's own method where the textbook overflows.
template <class N, class Read>
Sides<N> sides(const Case& c, const spec::GradGraph& grad, const std::vector<Values>& dx, Read&& read,
               bool by_method = false) {
  const auto method_in = [by_method](const spec::Graph& graph) {
    return [by_method, &graph](spec::NodeId id) {
      return by_method ? spec::default_method(graph.node(id).op) : std::string_view();
    };
  };
  const auto tensor = [&](const Values& v) {
    return Tensor<N>::generate(v.shape(), [&](Index i) { return read(v[i]); });
  };
  Sides<N> out;
  Tensors<Dual<N>> moving;
  for (std::size_t i = 0; i < c.data.size(); ++i)
    moving.push_back(Tensor<Dual<N>>::generate(c.data[i].shape(), [&](Index k) {
      return dx[i].size() == 0 ? Dual<N>(read(c.data[i][k]), N(Index{0})) : Dual<N>(read(c.data[i][k]), read(dx[i][k]));
    }));
  std::vector<spec::NodeId> nodes(static_cast<std::size_t>(c.graph.size()));
  std::iota(nodes.begin(), nodes.end(), 0);
  const auto all = spec::interpret<Dual<N>>(c.graph, moving, nodes, method_in(c.graph));
  const Tensor<Dual<N>>& y = all[static_cast<std::size_t>(c.output())];
  for (const Tensor<Dual<N>>& value : all)
    for (Index i = 0; i < value.size(); ++i) {
      out.values = out.values + value[i].value;
      if (&value != &y) out.values = out.values + value[i].slope;
    }
  for (Index i = 0; i < y.size(); ++i) accumulate(out.forward, out.magnitude, read(c.cotangent[i]), y[i].slope);

  Tensors<N> leaves;
  for (const Values& v : c.data) leaves.push_back(tensor(v));
  leaves.push_back(tensor(c.cotangent));
  std::vector<spec::NodeId> wanted;
  for (spec::NodeId id : grad.cotangents)
    if (id >= 0) wanted.push_back(id);
  const auto values = spec::interpret<N>(grad.graph, leaves, wanted, method_in(grad.graph));
  for (std::size_t k = 0; k < grad.cotangents.size(); ++k) {
    if (grad.cotangents[k] < 0) continue;
    const Tensor<N>& g = values[static_cast<std::size_t>(grad.cotangents[k])];
    for (Index i = 0; i < g.size(); ++i) accumulate(out.reverse, out.magnitude, g[i], read(dx[grad.leaves[k]][i]));
  }
  return out;
}

std::string both(std::string forward, std::string reverse) {
  return spec::concat("<ct, jvp(dx)> = ", forward, " but <vjp(ct), dx> = ", reverse);
}

class Adjoint final : public Law {
 public:
  std::string_view name() const override { return "adjoint"; }
  std::string_view summary() const override { return "<ct, jvp(dx)> = <vjp(ct), dx>, exactly"; }
  bool needs_subject() const override { return false; }
  bool applies(const Case& c) const override {
    return c.cotangent.shape() == c.graph.node(c.output()).shape && spec::grad_graph(c.graph).has_value();
  }
  Wish wish() const override {
    Wish w;
    w.most_elements = 600, w.cotangent = true;
    return w;
  }

  Outcome check(const Case& c, Subject&, const JudgeOptions& options) const override {
    const spec::GradGraph grad = spec::value_or_throw(spec::grad_graph(c.graph));
    const std::vector<Values> dx = tangents(c, grad);
    Outcome out;
    out.judgement.elements = moves(dx) ? c.graph.node(c.output()).shape.size() : 0;
    const auto exact = sides<Rational>(c, grad, dx, [](double x) { return Rational(x); });
    if (exact.forward.is_exact() && exact.reverse.is_exact()) {
      out.judgement.zero_tolerance = out.judgement.elements;
      if (equal(exact.forward, exact.reverse).exact != Tri::yes)
        return failed(both(exact.forward.text(), exact.reverse.text()));
      const bool zero = equal(exact.magnitude, Rational(0)).exact == Tri::yes && moving(grad);
      return with_vacuity(std::move(out), zero, options);
    }
    return refined(c, grad, dx, std::move(out), options);
  }

 private:
  static constexpr int first_precision = 128;

  // Directions of all differentiable leaves, full of significant bits unless the data are a grid.
  static std::vector<Values> tangents(const Case& c, const spec::GradGraph& grad) {
    std::vector<Values> dx(c.data.size());
    std::uint64_t attempt = 0;  // other data, other directions
    for (const Values* v : {&c.data.front(), &c.cotangent})
      for (double x : v->elements()) attempt = mix(attempt ^ std::bit_cast<std::uint64_t>(x));
    RandomChoices choices(c.seed, "tangents", c.op_name(), c.number, attempt);
    const Pattern pattern = c.number % pattern_count == 0 ? Pattern::grid : Pattern::normal;
    for (std::size_t leaf : grad.leaves) {
      dx[leaf] = fill(choices, pattern, c.data[leaf].shape(), spec::Domain::any());
      for (double& x : dx[leaf].mutable_elements()) x = x == 0 ? 1 : x;  // a pole that moves by 0 would be no pole
    }
    return dx;
  }

  static Outcome with_vacuity(Outcome out, bool zero, const JudgeOptions& options) {
    if (!zero || !options.vacuity || out.judgement.elements == 0) return out;
    out.verdict = out.judgement.verdict = Verdict::mistrusted;
    out.message = out.judgement.note = "both sides are zero";
    return out;
  }

  // Whether a gradient depends on the data at all.
  static bool moving(const spec::GradGraph& grad) {
    return std::any_of(grad.cotangents.begin(), grad.cotangents.end(),
                       [&](spec::NodeId id) { return id >= 0 && depends_on_data(grad.graph, id); });
  }
  static bool moves(const std::vector<Values>& dx) {
    return std::any_of(dx.begin(), dx.end(), [](const Values& x) { return x.size() > 0; });
  }
  static bool known(const Ball& x) { return x.is_bounded() && !x.may_be_nan(); }
  // Nearer to 0 than the exponents of enclosures reach, at any precision: (e^x)′ far below 0.
  static bool vanishes(const Ball& magnitude) {
    constexpr mpfr_exp_t deep = -(mpfr_exp_t{1} << 29);  // half of what MPFR's exponents reach
    return known(magnitude) && mpfr_regular_p(magnitude.hi()) != 0 && mpfr_get_exp(magnitude.hi()) < deep;
  }
  static bool undefined(const Ball& x) { return x.is_nan() || x.is_pole(); }

  // A side that the textbook leaves open is read by the ops' own methods.
  template <class Read>
  static Sides<Ball> best_known(const Case& c, const spec::GradGraph& grad, const std::vector<Values>& dx,
                                Read&& read) {
    Sides<Ball> s = sides<Ball>(c, grad, dx, read);
    if (known(s.forward) && known(s.reverse)) return s;
    Sides<Ball> by_method = sides<Ball>(c, grad, dx, read, /*by_method=*/true);
    s.by_method = true;
    if (!known(s.forward)) s.forward = by_method.forward;
    if (!known(s.reverse)) s.reverse = by_method.reverse;
    if (!known(s.magnitude)) s.magnitude = by_method.magnitude;
    return s;
  }

  static Outcome refined(const Case& c, const spec::GradGraph& grad, const std::vector<Values>& dx, Outcome out,
                         const JudgeOptions& options) {
    std::optional<Ball> distance;  // of the sides at the precision before
    bool beyond = false;           // every exponent: the data prove nothing, and no precision helps
    bool by_method = false;        // whose ties (of maxima) may be those of the textbook's overflow
    for (int precision = first_precision; precision <= options.most_precision; precision *= 2) {
      const auto read = [&](double x) { return Ball::exact(x, precision); };
      const Sides<Ball> s = best_known(c, grad, dx, read);
      const bool no_forward = undefined(s.forward), no_reverse = undefined(s.reverse);
      // Where a value on the way does not exist, neither does the derivative, whatever a side says.
      const bool lopsided = (no_forward && known(s.reverse)) || (no_reverse && known(s.forward));
      // Nor where one side is 0 because nothing moves at a pole.
      const bool still = no_reverse && equal(s.forward, Ball::exact(0, precision)).exact == Tri::yes;
      if (lopsided && !still && !s.values.may_be_nan())
        return failed(both(spec::concat(s.forward), spec::concat(s.reverse)));
      if (no_forward || no_reverse) {
        out.verdict = out.judgement.verdict = Verdict::mistrusted;
        out.message = out.judgement.note = "the derivative is not defined on these data";
        return out;
      }
      out.judgement.refined = precision > first_precision ? out.judgement.elements : 0;
      beyond = !known(s.forward) || !known(s.reverse), by_method = s.by_method;
      if (beyond) continue;
      if (equal(s.forward, s.reverse).exact == Tri::no)
        return failed(both(spec::concat(s.forward), spec::concat(s.reverse)));
      const Ball zero = Ball::exact(0, precision), half = pow(Ball::exact(2, precision), Ball(Index{-precision / 2}));
      if (equal(s.magnitude, zero).exact == Tri::yes || vanishes(s.magnitude))
        return with_vacuity(std::move(out), moving(grad), options);
      const Ball gap = abs(s.forward - s.reverse), widest = Ball::between(gap.hi(), gap.hi(), precision);
      if (less(gap, s.magnitude * half).exact == Tri::yes) return out;
      // Tiny next to what they were made of: enclosures that shrink together hold one number.
      if (distance &&
          less(widest, *distance * pow(Ball::exact(2, precision), Ball(Index{-precision / 4}))).exact == Tri::yes)
        return out;
      distance = widest;
    }
    out.verdict = out.judgement.verdict = beyond || by_method ? Verdict::mistrusted : Verdict::undecided;
    out.message = out.judgement.note =
        beyond || by_method ? "the two sides overflow"
               : spec::concat("the two sides stay too wide at ", options.most_precision, " bits");
    return out;
  }
};

}  // namespace

std::unique_ptr<Law> adjoint_law() { return std::make_unique<Adjoint>(); }

}  // namespace plumbline::crosscheck
