// init_values: the bits of each scheme; normal values within the bound of the exact image; others by their property.
#include <cmath>
#include <numbers>

#include "crosscheck/judge/formula.h"
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/init/init_laws.h"
#include "crosscheck/laws/init/unit_samples.h"
#include "spec/num/binary.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::PlannedParameter;

namespace {

// Equality of bits as a judgement: each element is of zero tolerance.
Judgement judge_bits(const spec::InitPlan& plan, const PlannedParameter& p, const Values& got) {
  using Number = spec::Binary<spec::binary32>;
  const auto exact = spec::initialise(p.scheme, p.shape, plan.stream_of(p), Number(0.0));
  Values expected = Values::generate(p.shape, [&](Index i) { return exact[i].value(); });
  Judgement out;
  out.elements = out.zero_tolerance = got.size();
  if (same_bits(expected, got)) return out;
  out.verdict = Verdict::fail;
  out.note = spec::concat("parameter ", p.name, ", ", print(p.scheme), ": expected vs got at ",
                          first_difference(expected, got));
  out.max_ratio = spec::upward::infinity;
  return out;
}

Judgement judge_normal(const spec::InitPlan& plan, const PlannedParameter& p, const Values& got,
                       const spec::Claims& claims, const JudgeOptions& options) {
  const spec::DrawStream stream = plan.stream_of(p);
  return judge_formula(got, options, [&]<class C>(Index i, const C& like) {
    using Number = spec::Rounded<C>;
    const Number base(like, &claims);
    return std::visit(spec::InitialElement<Number>{p.shape, stream, base, i}, p.scheme).adopted(&claims);
  });
}

// What a defining property comes to: the largest share of its bound that was used, and where it was broken.
struct Property {
  Judgement judgement;
  template <class Where>
  void ratio(double used, const Where& where) {
    judgement.max_ratio = std::max(judgement.max_ratio, used);
    if (used <= 1) return;
    ++judgement.mismatched;
    if (judgement.verdict == Verdict::pass)
      judgement.verdict = Verdict::fail, judgement.note = spec::concat(where(), ": ", used, " of the bound");
  }
};

// F(x) = u, to within the error that x may have: F(x − e) ≤ u ≤ F(x + e), decided with enclosures. The share of e that
// is used is told by the slope of F.
std::optional<double> quantile_ratio(const TruncatedShare& share, const spec::TruncatedNormalInit& s, double x,
                                     double u) {
  const double error = truncated_error(s, x);
  const spec::Approx zero(0.0), goal = spec::Approx(u) * share.mass(), below = share.mass_below(x - error) - goal,
                     above = share.mass_below(x + error) - goal;
  const auto yes = [](spec::Truth t) { return t.exact == spec::Tri::yes; };
  if (yes(less(zero, below)) || yes(less(above, zero))) return 2;
  if (!yes(less(below, zero)) || !yes(less(zero, above)))
    return u == 0 && x == s.a ? std::optional<double>(0) : std::nullopt;
  const double middle = (below.centre() + above.centre()) / 2, reach = (above.centre() - below.centre()) / 2;
  return std::min(1.0, std::abs(middle) / reach);
}

Judgement judge_truncated(const spec::InitPlan& plan, const PlannedParameter& p, const Values& got) {
  const auto& s = std::get<spec::TruncatedNormalInit>(p.scheme);
  const spec::DrawStream stream = plan.stream_of(p);
  const TruncatedShare share(s);
  Property out;
  out.judgement.elements = got.size();
  for (Index i = 0; i < got.size(); ++i) {
    const auto where = [&] {
      return spec::concat("element ", i, " of ", p.name, ", F(x) against draw ", stream.unit_at(i));
    };
    if (!(got[i] >= static_cast<float>(s.a) && got[i] <= static_cast<float>(s.b))) {
      out.ratio(spec::upward::infinity, where);
      continue;
    }
    const auto used = quantile_ratio(share, s, got[i], stream.unit_at(i));
    if (used)
      out.ratio(*used, where);
    else
      ++out.judgement.unjudged;
  }
  return out.judgement;
}

// QᵀQ = gain² I, and Qᵀ G is gain times an upper triangle with a positive diagonal, G the normal draws: to within the
// rounding of Q's elements to binary32 and what Householder's method in binary64 leaves [init B8].
Judgement judge_orthogonal(const spec::InitPlan& plan, const PlannedParameter& p, const Values& got) {
  const double gain = std::get<spec::OrthogonalInit>(p.scheme).gain;
  const Index rows = p.shape[0], columns = rows == 0 ? 0 : p.shape.size() / rows;
  const bool high = rows >= columns;
  const Index n = high ? rows : columns, m = high ? columns : rows;
  const spec::DrawStream stream = plan.stream_of(p);
  const auto at = [&](Index i, Index j) { return high ? i * m + j : j * n + i; };
  std::vector<double> g(static_cast<std::size_t>(got.size()));
  for (Index k = 0; k < got.size(); ++k) {
    const double radius = std::sqrt(-2 * std::log(1 - stream.unit_at(2 * k)));
    g[static_cast<std::size_t>(k)] = radius * std::cos(2 * std::numbers::pi * stream.unit_at(2 * k + 1));
  }
  const double u = spec::unit_roundoff(spec::binary32), own = 64 * static_cast<double>(n * m) * 0x1p-53;
  const double least = static_cast<double>(n) * 0x1p-149;
  Property out;
  out.judgement.elements = got.size();
  double all = 0;
  for (const double x : g) all += x * x;
  const auto where = [&](std::string_view of, Index i, Index j) {
    return [=, &p] { return spec::concat("parameter ", p.name, ": ", of, " at ", i, ", ", j); };
  };
  for (Index i = 0; i < m; ++i)
    for (Index j = 0; j < m; ++j) {
      double dot = 0, r = 0, length = 0;
      for (Index k = 0; k < n; ++k) {
        const double q = got[at(k, i)], draw = g[static_cast<std::size_t>(at(k, j))];
        dot += q * got[at(k, j)], r += q * draw, length += draw * draw;
      }
      const double bound = gain * gain * (2 * u + u * u + own) + 4 * gain * least;
      out.ratio(bound == 0 ? std::abs(dot) : std::abs(dot - (i == j ? gain * gain : 0)) / bound, where("QQ", i, j));
      const double off = gain * (u * std::sqrt(length) + own * std::sqrt(all)) + least * std::sqrt(length);
      if (i > j && off > 0) out.ratio(std::abs(r) / off, where("the triangle", i, j));
      if (i == j && off > 0) out.ratio(-r / off, where("the diagonal", i, j));
    }
  return out.judgement;
}

class InitValues final : public InitLaw {
 public:
  std::string_view name() const override { return "init_values"; }
  std::string_view summary() const override {
    return "initial values are the bits of the scheme, or lie within the bound of its exact image or property";
  }
  bool applies(const spec::Initialiser&) const override { return true; }

  Outcome check(const InitCase& c, InitSubject& subject, const JudgeOptions& options, double) const override {
    const auto values = subject.initialise(c.plan);
    if (!values) return failed(spec::concat("refused: ", values.error().what()));
    if (values->size() != c.plan.parameters.size())
      return failed(spec::concat(values->size(), " parameters instead of ", c.plan.parameters.size()));
    Outcome out;
    for (std::size_t i = 0; i < values->size(); ++i) {
      const PlannedParameter& p = c.plan.parameters[i];
      const Judgement one = judge_initial(c.plan, p, (*values)[i], subject.claims(), options);
      if (one.verdict != Verdict::pass && out.verdict == Verdict::pass)
        out.node = p.name, out.message = one.note.empty() ? message_of(one) : one.note;
      join(out.judgement, one);
      out.verdict = graver(out.verdict, one.verdict);
    }
    return out;
  }
};

}  // namespace

Judgement judge_initial(const spec::InitPlan& plan, const PlannedParameter& p, const Values& got,
                        const spec::Claims& claims, const JudgeOptions& options) {
  if (got.shape() != p.shape) {
    Judgement out;
    out.verdict = Verdict::fail;
    out.note = spec::concat("parameter ", p.name, " has shape ", got.shape(), " instead of ", p.shape);
    return out;
  }
  if (spec::normal_law(p.scheme, p.shape)) return judge_normal(plan, p, got, claims, options);
  if (std::holds_alternative<spec::TruncatedNormalInit>(p.scheme)) return judge_truncated(plan, p, got);
  if (std::holds_alternative<spec::OrthogonalInit>(p.scheme)) return judge_orthogonal(plan, p, got);
  return judge_bits(plan, p, got);
}

std::unique_ptr<InitLaw> init_values_law() { return std::make_unique<InitValues>(); }

}  // namespace plumbline::crosscheck
