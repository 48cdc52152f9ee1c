// Judging outputs of data that hold infinities.
#include "crosscheck/judge/infinite.h"

#include <algorithm>
#include <cmath>

#include "crosscheck/judge/part.h"
#include "crosscheck/judge/reading.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Judged;
using spec::NodeId;

bool is_elementwise(const spec::Op& op, const spec::Shapes& in, const spec::Shape& out) {
  const auto scalar = op->shape(spec::Shapes(in.size()));
  if (!scalar || *scalar != spec::Shape{}) return false;
  spec::Shape joint;
  for (const spec::Shape& s : in) {
    const auto both = spec::broadcast(joint, s);
    if (!both) return false;
    joint = *both;
  }
  return joint == out;
}

namespace {

// The accuracy that the claims give a result whose exact value is y: the ulps of their least accurate function.
double ulps_of_claims(const spec::Claims& claims, double y) {
  const double ulps = *std::max_element(claims.ulps.begin(), claims.ulps.end());
  return 2 * ulps * spec::roundoff(claims.output, std::abs(y));
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

// |got| may also be the other side of the overflow threshold, within the bound.
bool near(double got, double exact, double bound, const spec::Format& format) {
  if (same(got, exact)) return true;
  const double largest = format.largest();
  if (std::isinf(exact) || std::abs(exact) > largest)
    return std::isinf(got) && std::signbit(got) == std::signbit(exact);
  if (std::isinf(got)) return std::abs(exact) + bound > largest && std::signbit(got) == std::signbit(exact);
  return std::abs(got - exact) <= bound;
}

// The node in IEEE arithmetic: its formulas as a float implementation would evaluate them.
template <class F>
Values in_ieee(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, bool textbook) {
  spec::Tensors<F> leaves;
  for (const Values& x : data)
    leaves.push_back(spec::Tensor<F>::generate(x.shape(), [&](Index i) { return static_cast<F>(x[i]); }));
  const NodeId wanted[] = {node};
  const auto values = spec::interpret<F>(graph, leaves, wanted, [&](NodeId id) {
    return textbook ? std::string_view() : spec::default_method(graph.node(id).op);
  });
  const auto& y = values[static_cast<std::size_t>(node)];
  return Values::generate(y.shape(), [&](Index i) { return static_cast<double>(y[i]); });
}

// The double that y is, or else the float: what is below the smallest float cannot be told from 0. NaN if y is neither.
double one_float(const spec::Ball& y) {
  if (const auto d = spec::nearest_double(y)) return *d;
  const auto lo = static_cast<float>(lower(y)), hi = static_cast<float>(upper(y));
  return lo == hi ? double{lo} : std::nan("");
}

// The ways to read an op of several variables at infinities: its formulas in IEEE arithmetic, the textbook or the
// method; and the limit with the zeros of the data held fixed, where they are no limits of anything.
std::vector<Values> alternatives(const spec::Graph& graph, const std::vector<Values>& data, NodeId node,
                                 int precision) {
  std::vector<Values> out;
  for (const bool textbook : {false, true}) {
    out.push_back(in_ieee<double>(graph, data, node, textbook));
    out.push_back(in_ieee<float>(graph, data, node, textbook));
  }
  const NodeId wanted[] = {node};
  std::vector<Values> limits;
  for (const spec::Path path : {spec::Path::forwards, spec::Path::backwards, spec::Path::together}) {
    const auto y = spec::enclose(graph, data, wanted, precision, path)[0];
    limits.push_back(Values::generate(y.shape(), [&](Index i) { return one_float(y[i]); }));
  }
  out.push_back(Values::generate(limits[0].shape(), [&](Index i) {
    return limits[0][i] == limits[1][i] && limits[0][i] == limits[2][i] ? limits[0][i] : std::nan("");
  }));
  return out;
}

}  // namespace

namespace {

// What the size of the numbers that stand for the infinities tells of an element.
enum class Settled : std::uint8_t { no, yes, unbounded };

// Settled is an element whose value does not change with that size, and that IEEE arithmetic, given the infinities
// themselves, agrees with: its limit is that value, and the finite reading bounds it, if anything does. (pow(+inf,
// -2^-149) is 0, though a large finite number to that power is nearly 1.)
std::vector<Settled> settled(const Filtered& near_reading, const Filtered& far_reading, const Values& ieee) {
  std::vector<Settled> out(static_cast<std::size_t>(ieee.size()), Settled::no);
  for (Index i = 0; i < ieee.size(); ++i) {
    const auto &x = near_reading[i], &y = far_reading[i];
    Settled& is = out[static_cast<std::size_t>(i)];
    const bool nan = !x.is_value() && known(x.exact) == spec::Known::nan && known(y.exact) == spec::Known::nan;
    if (std::isnan(ieee[i]) && nan) is = Settled::yes;
    const bool same = x.is_value() && y.is_value() && lower(x.exact) <= upper(y.exact) &&
                      lower(y.exact) <= upper(x.exact);
    if (same && !x.judged()) is = Settled::unbounded;
    // Within the bound of all that the value may be: a comparison that the reading left open may hide which it is.
    const bool agrees = ieee[i] >= upper(x.exact) - x.d && ieee[i] <= lower(x.exact) + x.d;
    if (same && x.judged() && agrees) is = Settled::yes;
  }
  return out;
}

// The same claims with room for the largest doubles: all but the result, which has to fit.
spec::Claims roomier(spec::Claims claims) {
  for (spec::Format* f : {&claims.operands, &claims.intermediate, &claims.accumulator})
    if (f->has_infinity) f->emax = spec::binary64.emax;
  return claims;
}

// The limits of some elements: of these alone where the op is elementwise, else of all.
spec::Tensor<spec::Ball> limits_of(const spec::Graph& graph, const std::vector<Values>& data, NodeId node,
                                   const std::vector<Index>& elements, int precision) {
  const auto part = part_of(graph, data, node, elements);
  if (!part) return spec::limit(graph, data, node, precision);
  const auto some = spec::limit(part->graph, part->data, part->node, precision);
  auto out = spec::Tensor<spec::Ball>::full(graph.node(node).shape, spec::Ball(Index{0}));
  for (std::size_t k = 0; k < elements.size(); ++k)
    out.mutable_elements()[static_cast<std::size_t>(elements[k])] = some[static_cast<Index>(k)];
  return out;
}

// The elements that are not settled, against the limit and the other readings of the formulas.
class LimitJudge {
 public:
  LimitJudge(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const Filtered& bounded,
             const Values& ieee, const ClaimsOf& claims_of, const std::vector<Index>& elements, int precision)
      : graph_(graph), data_(data), node_(node), bounded_(bounded), ieee_(ieee), claims_of_(claims_of),
        claims_(claims_of(node)), precision_(precision), limit_(limits_of(graph, data, node, elements, precision)) {
    const spec::Node& op = graph.node(node);
    strict_ = op.inputs.size() == 1 && is_elementwise(op.op, graph.shapes_of(op.inputs), op.shape);
  }

  Judged judge(Index i, double got) const {
    const auto rounded = spec::nearest_double(limit_[i]);
    const bool exists = rounded && !std::isnan(*rounded);
    const double y = exists ? *rounded : std::nan("");
    double bound = bounded_[i].d < spec::upward::infinity ? bounded_[i].d : 0;
    if (exists) bound = std::max(bound, ulps_of_claims(claims_, y));
    const bool at_limit = exists && near(got, y, bound, claims_.output);
    const bool undefined = !exists && (std::isnan(got) || near(got, ieee_[i], 0, claims_.output));
    const bool pole = limit_[i].is_pole() && !std::isfinite(got);
    if (at_limit || undefined || pole) return spec::judging::passed_if(true);
    if (!rounded) return {};
    if (strict_) return spec::judging::passed_if(false);
    const bool overflow = bounded_[i].may_overflow() && !std::isfinite(got);
    const auto at_y = std::isfinite(y) ? bound_about(i, y) : std::nullopt;  // [overflow B3]
    if (at_y && near(got, y, *at_y, claims_.output)) return spec::judging::passed_if(true);
    // Nothing bounds the roundings beside an infinity, as of scores that meet one: only the class of a number tells.
    const bool bound_holds = std::isfinite(y) ? at_y.has_value() : bounded_[i].is_value() && bounded_[i].judged();
    const bool loose = !bound_holds && std::isfinite(got) && (std::isfinite(y) || std::isfinite(ieee_[i]));
    // Undefined, perhaps, even for finite numbers in place of the infinities: 0/0 of what rounding may have moved.
    const bool undefined_anyway =
        !bounded_[i].judged() && (bounded_[i].is_unreal() || known(bounded_[i].exact) == spec::Known::nan);
    const bool open = overflow || loose || undefined_anyway || follows_a_formula(i, got, bound);
    return open ? spec::judging::unjudged() : spec::judging::passed_if(false);
  }

  // What IEEE arithmetic gives by some formula: an intermediate may underflow there before it meets an infinity, and
  // 0·∞ is NaN, while another formula keeps its limit.
  bool follows_a_formula(Index i, double got, double bound = 0) const {
    if (strict_) return false;
    if (!others_) others_ = alternatives(graph_, data_, node_, precision_);
    return std::any_of(others_->begin(), others_->end(),
                       [&](const Values& other) { return near(got, other[i], bound, claims_.output); });
  }

 private:
  // The bound of a finite reading whose value the limit y may be. Stand-ins that are large enough for it may have to
  // be larger than the claimed formats hold: a gate of e^−176 before an infinity.
  std::optional<double> bound_about(Index i, double y) const {
    const auto of = [&](const Filtered& reading) -> std::optional<double> {
      const auto& x = reading[i];
      const bool about = x.is_value() && x.judged() && lower(x.exact) - x.d <= y && y <= upper(x.exact) + x.d;
      return about ? std::optional(x.d) : std::nullopt;
    };
    if (const auto d = of(bounded_)) return d;
    if (!far_) {
      const auto claims_of = [&](NodeId id) { return roomier(claims_of_(id)); };
      const std::vector<Values> large = finite_stand_in(data_, spec::binary64, /*below=*/8);
      far_ = large_.emplace(graph_, large, std::vector{node_}, claims_of).filtered()[static_cast<std::size_t>(node_)];
    }
    return of(*far_);
  }

  const spec::Graph& graph_;
  const std::vector<Values>& data_;
  NodeId node_;
  const Filtered& bounded_;
  const Values& ieee_;
  const ClaimsOf& claims_of_;
  const spec::Claims claims_;
  int precision_;
  spec::Tensor<spec::Ball> limit_;
  mutable std::optional<std::vector<Values>> others_;  // made when they are first asked for, and so is this:
  mutable std::optional<Reading> large_;
  mutable std::optional<Filtered> far_;
  bool strict_ = false;
};

}  // namespace

Judgement judge_infinite(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const Values& got,
                         const ClaimsOf& claims_of, const JudgeOptions& options) {
  const spec::Claims claims = claims_of(node);
  // 16 bits of storage may have no room between ordinary numbers and overflow; what computes on them has.
  const spec::Format& roomy = claims.operands.emax < claims.intermediate.emax ? claims.operands : claims.intermediate;
  const std::vector<Values> finite = finite_stand_in(data, roomy, /*below=*/8);
  const std::vector<Values> smaller = finite_stand_in(data, roomy, /*below=*/20);
  const Reading reading(graph, finite, {node}, claims_of), other(graph, smaller, {node}, claims_of);
  const Filtered bounded = reading.filtered()[static_cast<std::size_t>(node)];
  const Values ieee = in_ieee<double>(graph, data, node, /*textbook=*/false);
  const std::vector<Settled> easy = settled(bounded, other.filtered()[static_cast<std::size_t>(node)], ieee);
  Expectation expected{bounded};
  const auto kept = [&](Index i) {
    return easy[static_cast<std::size_t>(i)] == Settled::yes &&
           spec::judge(bounded[i], got[i], spec::upward::infinity).verdict != Verdict::fail;
  };
  std::vector<Index> open;
  for (Index i = 0; i < got.size(); ++i)
    if (!kept(i)) open.push_back(i);
  if (!open.empty()) {
    const LimitJudge limits(graph, data, node, bounded, ieee, claims_of, open, std::min(options.most_precision, 256));
    expected.fixed.resize(easy.size());
    for (Index i = 0; i < got.size(); ++i) {
      const auto k = static_cast<std::size_t>(i);
      if (easy[k] == Settled::unbounded) expected.fixed[k] = spec::judging::unjudged();
      if (kept(i) || easy[k] == Settled::unbounded) continue;
      // What IEEE arithmetic rounds to 0 on its way (a gate before an infinity) hides the limit, which forgives, and
      // so does what becomes of that 0 in a narrower format.
      const Judged at_limit = limits.judge(i, got[i]);
      const bool reached = at_limit.verdict == Verdict::pass && !at_limit.unjudged;
      if (easy[k] == Settled::no || reached) expected.fixed[k] = at_limit;
      else if (limits.follows_a_formula(i, got[i])) expected.fixed[k] = spec::judging::unjudged();
    }
  }
  return judge_expected(graph, finite, node, got, claims_of, options, std::move(expected));
}

}  // namespace plumbline::crosscheck
