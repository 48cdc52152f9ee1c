// methods: every named method computes the same real function as the textbook formula.
#include <algorithm>

#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/list.h"
#include "spec/eval/interpret.h"
#include "spec/num/ball.h"
#include "spec/num/rational.h"

namespace plumbline::crosscheck {

using spec::Ball;
using spec::Index;
using spec::Rational;
using spec::Tensor;
using spec::Tensors;
using spec::Tri;

namespace {

enum class Agreement : std::uint8_t { equal, different, open };

// Defined for one and certainly undefined for the other is a difference; undefined for both is agreement.
Agreement compare(const Ball& x, const Ball& y, const Ball& scale) {
  if (x.is_nan() && y.is_nan()) return Agreement::equal;
  if (x.is_pole() && y.is_pole()) return Agreement::equal;
  const bool x_defined = x.is_bounded() && !x.may_be_nan(), y_defined = y.is_bounded() && !y.may_be_nan();
  if ((x.is_nan() && y_defined) || (y.is_nan() && x_defined)) return Agreement::different;
  if (!x_defined || !y_defined) return Agreement::open;
  if (equal(x, y).exact != Tri::unknown) return equal(x, y).exact == Tri::yes ? Agreement::equal : Agreement::different;
  return less(abs(x - y), scale * abs(x)).exact == Tri::yes ? Agreement::equal : Agreement::open;
}

// Nothing is left open where both are rational numbers, or certainly undefined, be it as poles or as nothing at all.
Agreement compare(const Rational& x, const Rational& y) {
  const auto known = [](const Rational& q) { return q.state() != Rational::State::inexact; };
  if (!known(x) || !known(y)) return Agreement::open;
  if (x.is_exact() != y.is_exact()) return Agreement::different;
  return !x.is_exact() || equal(x, y).exact == Tri::yes ? Agreement::equal : Agreement::different;
}

class Methods final : public Law {
 public:
  std::string_view name() const override { return "methods"; }
  std::string_view summary() const override {
    return "every named method equals the textbook formula as a real function";
  }
  bool needs_subject() const override { return false; }
  bool applies(const Case& c) const override {
    return c.op_name() != "graph" && !c.graph.node(c.output()).op->methods().empty();
  }
  Wish wish() const override {
    Wish w;
    w.most_elements = 600;
    return w;
  }

  Outcome check(const Case& c, Subject&, const JudgeOptions& options) const override {
    const spec::Op& op = c.graph.node(c.output()).op;
    const std::vector<Values> in = inputs_of(c.graph, c.output(), leaf_values(c.graph, c.data));
    Outcome out;
    for (std::string_view method : op->methods()) {
      Outcome one = check_method(op, in, method, options);
      join(out.judgement, one.judgement);
      if (one.verdict == Verdict::fail) return one;
      if (graver(out.verdict, one.verdict) != out.verdict) out.verdict = one.verdict, out.message = one.message;
    }
    return out;
  }

 private:
  static constexpr int first_precision = 128;

  template <class N, class Read>
  static Tensor<N> value(const spec::Op& op, const std::vector<Values>& in, std::string_view method, Read&& read) {
    Tensors<N> x;
    for (const Values& v : in) x.push_back(Tensor<N>::generate(v.shape(), [&](Index i) { return read(v[i]); }));
    return static_cast<const spec::Reading<N>&>(*op).read(x, method);
  }

  static Outcome different(Index i, std::string_view method, const std::string& got, const std::string& textbook) {
    return failed(spec::concat("element ", i, ": ", method, " gives ", got, " but the textbook ", textbook));
  }

  // Rational numbers judge the elements where no elementary function occurs, enclosures the others.
  static Outcome check_method(const spec::Op& op, const std::vector<Values>& in, std::string_view method,
                              const JudgeOptions& options) {
    const auto read = [](double x) { return Rational(x); };
    const auto x = value<Rational>(op, in, "", read), y = value<Rational>(op, in, method, read);
    Outcome out;
    std::vector<char> open(static_cast<std::size_t>(x.size()), 0);
    out.judgement.elements = x.size();
    for (Index i = 0; i < x.size(); ++i) {
      const Agreement a = compare(x[i], y[i]);
      if (a == Agreement::different) return different(i, method, y[i].text(), x[i].text());
      open[static_cast<std::size_t>(i)] = a == Agreement::open;
    }
    out.judgement.zero_tolerance = std::count(open.begin(), open.end(), 0);
    if (out.judgement.zero_tolerance == x.size()) return out;
    return by_enclosures(op, in, method, options, std::move(open), std::move(out));
  }

  // An element is decided when both enclosures overlap and agree in half of their bits, or shrink together towards one
  // number: a difference that is at most 2^(−p/4) of the enclosures' distance at half the precision.
  static Outcome by_enclosures(const spec::Op& op, const std::vector<Values>& in, std::string_view method,
                               const JudgeOptions& options, std::vector<char> unsettled, Outcome out) {
    std::vector<Ball> previous;
    Index open = 0;
    for (int precision = first_precision; precision <= options.most_precision; precision *= 2) {
      const auto read = [&](double x) { return Ball::exact(x, precision); };
      const auto x = value<Ball>(op, in, "", read), y = value<Ball>(op, in, method, read);
      const auto power = [&](int p) { return pow(Ball::exact(2, precision), Ball(Index{-p})); };
      const Ball half = power(precision / 2), quarter = power(precision / 4);
      open = 0;
      std::vector<Ball> distance(static_cast<std::size_t>(x.size()), Ball(Index{0}));
      for (Index i = 0; i < x.size(); ++i) {
        const auto k = static_cast<std::size_t>(i);
        if (!unsettled[k]) continue;
        const Agreement a = compare(x[i], y[i], half);
        if (a == Agreement::different) return different(i, method, spec::concat(y[i]), spec::concat(x[i]));
        if (a == Agreement::equal) continue;
        distance[k] = abs(x[i] - y[i]);
        open += previous.empty() || less(distance[k], upper_end(previous[k]) * quarter).exact != Tri::yes;
      }
      out.judgement.refined = precision > first_precision ? x.size() : 0;
      if (open == 0) return out;
      previous = std::move(distance);
    }
    out.judgement.unjudged = open;  // the textbook overflows beyond every precision
    if (open < out.judgement.elements) return out;
    out.verdict = out.judgement.verdict = Verdict::mistrusted;
    out.message = out.judgement.note = "the textbook formula is not decided on these data";
    return out;
  }

  static Ball upper_end(const Ball& x) {
    return x.is_bounded() ? Ball::between(x.hi(), x.hi(), x.precision()) : Ball(Index{0});
  }
};

}  // namespace

std::unique_ptr<Law> methods_law() { return std::make_unique<Methods>(); }

}  // namespace plumbline::crosscheck
