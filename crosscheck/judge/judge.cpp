// Judging a tensor: filter, refine what is open, look again at what is suspect, ask whether the case proves anything.
#include "crosscheck/judge/judge.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "crosscheck/judge/accumulations.h"
#include "crosscheck/judge/ensemble.h"
#include "crosscheck/judge/gravity.h"
#include "crosscheck/judge/independence.h"
#include "crosscheck/judge/infinite.h"
#include "crosscheck/judge/order.h"
#include "crosscheck/judge/part.h"
#include "crosscheck/judge/reading.h"
#include "crosscheck/judge/ties.h"
#include "crosscheck/judge/vacuity.h"
#include "crosscheck/judge/zero_sign.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Judged;
using spec::NodeId;

namespace {

constexpr int first_precision = 128;
constexpr double one_rounding = 0.5625;  // ulps: half of one, with room for the bound's own rounding up

// All elements of one tensor, judged; and how each was judged.
class TensorJudge {
 public:
  TensorJudge(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const Values& got,
              const ClaimsOf& claims_of, const JudgeOptions& options)
      : graph_(graph), data_(data), node_(node), got_(got), claims_of_(claims_of), options_(options) {
    lambda_ = options.lambda();
  }

  Judgement judge(Expectation expected) {
    expected_ = std::move(expected.filtered);
    fixed_ = std::move(expected.fixed);
    elements_.reserve(static_cast<std::size_t>(got_.size()));
    for (Index i = 0; i < got_.size(); ++i) {
      const auto k = static_cast<std::size_t>(i);
      elements_.push_back(!fixed_.empty() && fixed_[k] ? *fixed_[k] : spec::judge(expected_[i], got_[i], lambda_));
    }
    refine(expected.refinement);
    accept_other_formulas();
    reconsider_suspects();
    Judgement out = summary();
    if (out.verdict == Verdict::pass && other_formula_)
      out.note = spec::concat("beyond the bound of this formula, but within the claimed ulps of the exact value",
                              options_.first_term ? ", or of terms that cancel in it" : "");
    else if (out.verdict == Verdict::pass && fixed_.empty())
      suspect_together(out);
    if (options_.vacuity && out.verdict == Verdict::pass) distrust(out);
    return out;
  }

 private:
  bool open() const {
    return std::any_of(elements_.begin(), elements_.end(),
                       [](const Judged& j) { return j.verdict == Verdict::undecided; });
  }

  // A case proves nothing if the claims bound no element, or if a kernel that does nothing had passed.
  void distrust(Judgement& out) const {
    std::optional<std::string> why;
    if (out.unjudged > 0 && out.unjudged == out.elements) why = "the claims bound no element of it";
    else if (fixed_.empty()) why = vacuous(graph_, data_, node_, expected_, got_, claims_of_, lambda_);
    if (!why) return;
    out.verdict = Verdict::mistrusted;
    out.note = *why;
  }

  // What is open, by balls: alone if the op is elementwise, else with all others. Beside a refusal one look is enough.
  void refine(Refinement* shared) {
    std::optional<Refinement> own;
    for (int precision = first_precision; open() && precision <= options_.most_precision; precision *= 2) {
      if (precision > first_precision && failed()) return;
      const std::vector<Index> at = open_elements();
      const auto part = shared == nullptr ? part_of(graph_, data_, node_, at) : std::nullopt;
      if (part) {
        const ClaimsOf claims_of = [&](NodeId) { return claims_of_(node_); };
        Refinement narrow(Reading(part->graph, part->data, {part->node}, claims_of));
        const Certified& certified = narrow.at(precision, part->node);
        for (std::size_t k = 0; k < at.size(); ++k) judge_again(at[k], certified[static_cast<Index>(k)], precision);
        continue;
      }
      if (shared == nullptr) shared = &own.emplace(Reading(graph_, data_, {node_}, claims_of_));
      const Certified& certified = shared->at(precision, node_);
      for (Index i : at) judge_again(i, certified[i], precision);
    }
  }
  template <class Expected>
  void judge_again(Index i, const Expected& expected, int precision) {
    elements_[static_cast<std::size_t>(i)] = spec::judge(expected, got_[i], lambda_);
    if (precision == first_precision) ++refined_;
  }
  std::vector<Index> open_elements() const {
    std::vector<Index> out;
    for (Index i = 0; i < got_.size(); ++i)
      if (elements_[static_cast<std::size_t>(i)].verdict == Verdict::undecided) out.push_back(i);
    return out;
  }
  bool failed() const {
    return std::any_of(elements_.begin(), elements_.end(), [](const Judged& j) { return j.verdict == Verdict::fail; });
  }

  // Where one rounding is all that the formula takes, there is no other way to cut it.
  void accept_other_formulas() {
    if (!(options_.formula_ulps > 0) || !fixed_.empty()) return;
    for (Index i = 0; i < got_.size(); ++i) {
      Judged& element = elements_[static_cast<std::size_t>(i)];
      if (element.verdict != Verdict::fail && element.verdict != Verdict::suspect) continue;
      const auto& x = expected_[i];
      const spec::Format& format = claims_of_(node_).output;
      const double ulp = ulp_bound(format, x.magnitude()), ulp_of_terms = ulp_bound(format, magnitude_of_terms(i));
      const double least = options_.one_rounding_too ? 0 : one_rounding * ulp;
      if (!(x.d > least) || !(element.ulps * ulp <= options_.formula_ulps * ulp_of_terms)) continue;
      element.verdict = Verdict::pass;
      element.ratio = 1;
      other_formula_ = true;
    }
  }

  // Of the larger terms that another formula adds to the element.
  double magnitude_of_terms(Index i) const {
    const double exact = expected_[i].magnitude(), t = options_.first_term ? std::abs((*options_.first_term)[i]) : 0;
    return std::isfinite(t) ? std::max(exact, t) : exact;
  }

  // A suspicion stands only if no common order of summation explains it, on data whose order the tier may speak of.
  void reconsider_suspects() {
    const auto is_suspect = [](const Judged& j) { return j.verdict == Verdict::suspect; };
    if (std::none_of(elements_.begin(), elements_.end(), is_suspect)) return;
    const Reading reading(graph_, data_, {node_}, claims_of_, /*lanes=*/true);
    const Filtered again = reading.filtered()[static_cast<std::size_t>(node_)];
    for (Index i = 0; i < got_.size(); ++i) {
      Judged& element = elements_[static_cast<std::size_t>(i)];
      if (!is_suspect(element)) continue;
      const Judged second = spec::judge(again[i], got_[i], lambda_);
      if (second.verdict != Verdict::undecided) element = second;
    }
    if (std::none_of(elements_.begin(), elements_.end(), is_suspect)) return;
    if (const auto why = order_speaks(graph_, data_, node_, claims_of_)) {
      note_ = "the statistical tier stood down: " + *why;
      for (Judged& element : elements_) {
        if (!is_suspect(element)) continue;
        element.verdict = Verdict::pass;
        ++stood_down_;
      }
    }
  }

  // The errors of all elements that passed and that rounding may have moved, in units of their own deviation.
  std::vector<UnitError> unit_errors(const Filtered& expected, double share) const {
    std::vector<UnitError> out;
    for (Index i = 0; i < got_.size(); ++i) {
      const auto& x = expected[i];
      const double s = x.deviation();
      const bool counts = x.judged() && x.is_value() && !x.may_overflow() && s > 0 && std::isfinite(got_[i]);
      if (!counts || elements_[static_cast<std::size_t>(i)].unjudged) continue;
      const auto gap = real(x.exact, got_[i]) - x.exact;
      out.push_back({lower(gap) / s, upper(gap) / s, x.b / s + share, upper(x.exact) < 0 ? -1.0 : 1.0, i,
                     x.smallest() / s});
    }
    return out;
  }

  // How independent elements are told, and what constants may add to all of them alike.
  struct Grouping {
    std::optional<std::vector<Index>> (*classes)(const spec::Graph&, const std::vector<Values>&, NodeId,
                                                 const ClaimsOf&);
    double share;
    std::string_view none;  // why there are no classes
  };
  static constexpr std::string_view too_large = "too large to trace which elements are independent";
  static constexpr std::array<Grouping, 2> groupings{
      {{dependence_classes, constants_share, too_large}, {accumulation_classes, 0, ""}}};

  // Cheap questions first: a suspicion must survive independent elements, other orders of summation, data whose order
  // speaks, and at last the classes of elements that are certainly independent, or that accumulate on their own.
  void suspect_together(Judgement& out) const {
    for (const Grouping& g : groupings) {
      if (options_.tier != Tier::statistics || !suspicious(unit_errors(expected_, g.share), {}, options_)) continue;
      const Reading reading(graph_, data_, {node_}, claims_of_, /*lanes=*/true);
      auto errors = unit_errors(reading.filtered()[static_cast<std::size_t>(node_)], g.share);
      if (!suspicious(errors, {}, options_)) continue;
      const auto stand_down = [&](std::string_view why) {
        if (!why.empty() && out.note.empty())
          out.note = spec::concat("the statistical tier stood down on the tensor as a whole: ", why);
      };
      if (const auto why = order_speaks(graph_, data_, node_, claims_of_)) return stand_down(*why);
      const auto classes = g.classes(graph_, data_, node_, claims_of_);
      const auto classless = [&](const UnitError& e) {
        return classes && (*classes)[static_cast<std::size_t>(e.at)] == no_class;
      };
      std::erase_if(errors, classless);
      const auto found = classes ? suspicious(errors, *classes, options_) : std::nullopt;
      if (!found) {
        stand_down(classes ? "its elements share inputs, so that their errors may share a cause" : g.none);
        continue;
      }
      out.verdict = Verdict::suspect;
      out.mismatched = static_cast<Index>(errors.size());
      out.note = found->what;
      return;
    }
  }

  Judgement summary() const {
    Judgement out;
    out.elements = got_.size();
    out.refined = refined_;
    out.stood_down = stood_down_;
    out.note = note_;
    const double normal = claims_of_(node_).output.smallest_normal();  // units in the last place say nothing below it
    std::vector<double> ratios;
    Index worst = -1;
    for (Index i = 0; i < got_.size(); ++i) {
      const Judged& element = elements_[static_cast<std::size_t>(i)];
      out.unjudged += element.unjudged;
      out.zero_tolerance += element.zero_tolerance;
      out.mismatched += element.verdict == Verdict::fail || element.verdict == Verdict::suspect;
      if (!element.unjudged) {
        ratios.push_back(element.ratio);
        if (expected_[i].smallest() >= normal) out.max_ulp = std::max(out.max_ulp, element.ulps);
        out.max_ratio = std::max(out.max_ratio, element.ratio);
      }
      if (worst < 0 || worse(element, elements_[static_cast<std::size_t>(worst)])) worst = i;
    }
    if (!ratios.empty()) {
      const auto middle = ratios.begin() + static_cast<std::ptrdiff_t>(ratios.size() / 2);
      std::nth_element(ratios.begin(), middle, ratios.end());
      out.median_ratio = *middle;
    }
    if (worst >= 0) {
      out.verdict = elements_[static_cast<std::size_t>(worst)].verdict;
      out.worst = report(worst);
    }
    return out;
  }

  static bool worse(const Judged& a, const Judged& b) {
    const int x = gravity(a.verdict), y = gravity(b.verdict);
    return x != y ? x > y : !a.unjudged && a.ratio > b.ratio;
  }

  ElementReport report(Index i) const {
    const Judged& element = elements_[static_cast<std::size_t>(i)];
    const auto& x = expected_[i];
    ElementReport out;
    out.element = i;
    out.exact_lo = hex(lower(x.exact));
    out.exact_hi = hex(upper(x.exact));
    out.bound = x.d;
    out.got = got_[i];
    out.ratio = element.ratio;
    out.ulps = element.ulps;
    return out;
  }

  const spec::Graph& graph_;
  const std::vector<Values>& data_;
  NodeId node_;
  const Values& got_;
  const ClaimsOf& claims_of_;
  const JudgeOptions& options_;
  double lambda_;
  bool other_formula_ = false;
  Filtered expected_;
  std::vector<Judged> elements_;
  std::vector<std::optional<Judged>> fixed_;
  Index refined_ = 0, stood_down_ = 0;
  std::string note_;
};

}  // namespace

namespace {

Judgement placed(Judgement judgement, const Values& got) {
  if (judgement.worst) judgement.worst->shape = got.shape();
  return judgement;
}

// The largest number of named methods of any op that the node depends on.
std::size_t most_methods(const spec::Graph& graph) {
  std::size_t most = 0;
  for (const spec::Node& n : graph.nodes())
    if (n.op) most = std::max(most, n.op->methods().size());
  return most;
}

// The signs of zeros of a node whose inputs are leaves; elsewhere its operands are not known exactly.
void judge_signs(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const Values& got,
                 Judgement& judgement) {
  const std::vector<NodeId> leaves = graph.leaves();
  std::vector<Values> in;
  for (NodeId i : graph.node(node).inputs) {
    const auto at = std::find(leaves.begin(), leaves.end(), i);
    if (at == leaves.end()) return;
    in.push_back(data[static_cast<std::size_t>(at - leaves.begin())]);
  }
  if (graph.node(node).op) judge_zero_signs(graph.node(node).op, in, got, judgement);
}

// One reading of the node: every op by the method that its claims name.
Judgement judge_reading(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const Values& got,
                        const ClaimsOf& claims_of, const JudgeOptions& options) {
  Judgement out =
      spec::has_infinity(data)
          ? judge_infinite(graph, data, node, got, claims_of, options)
          : judge_expected(graph, data, node, got, claims_of, options,
                           {Reading(graph, data, {node}, claims_of).filtered()[static_cast<std::size_t>(node)]});
  judge_signs(graph, data, node, got, out);
  return placed(std::move(out), got);
}

// The claims with the m-th method of the node's op, where they name none; behind the last one comes the textbook.
spec::Claims other_method(const spec::Graph& graph, NodeId id, spec::Claims claims, std::size_t m) {
  if (!graph.node(id).op || !claims.method.empty()) return claims;
  const auto methods = graph.node(id).op->methods();
  if (methods.empty() || m > methods.size()) return claims;
  if (m == methods.size()) claims.method = "textbook";
  else if (const auto excused = graph.node(id).op->methods_by_claim();
           std::ranges::find(excused, methods[m]) == excused.end())
    claims.method = methods[m];
  return claims;
}

bool refused(const Judgement& j) { return j.verdict == Verdict::fail || j.verdict == Verdict::suspect; }

}  // namespace

Judgement judge_node(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const Values& got,
                     const ClaimsOf& claims_of, const JudgeOptions& options) {
  if (got.shape() != graph.node(node).shape) {
    Judgement out;
    out.verdict = Verdict::fail;
    out.note = spec::concat("shape differs: ", graph.node(node).shape, " expected, got ", got.shape());
    return out;
  }
  Judgement first = judge_reading(graph, data, node, got, claims_of, options);
  for (std::size_t m = 1; options.any_method && refused(first) && m <= most_methods(graph); ++m) {
    const ClaimsOf otherwise = [&](NodeId id) { return other_method(graph, id, claims_of(id), m); };
    Judgement other = judge_reading(graph, data, node, got, otherwise, options);
    if (!refused(other) && other.unjudged <= first.unjudged) return other;
  }
  return first;
}

Judgement judge_expected(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const Values& got,
                         const ClaimsOf& claims_of, const JudgeOptions& options, Expectation expected) {
  const Filtered filtered = expected.filtered;
  Refinement* const refinement = expected.refinement;
  auto fixed = expected.fixed;
  Judgement out = TensorJudge(graph, data, node, got, claims_of, options).judge(std::move(expected));
  if (refused(out) && claims_of(node).ties == spec::Ties::any && pass_other_ties(graph, data, node, got, fixed))
    out = TensorJudge(graph, data, node, got, claims_of, options).judge({filtered, refinement, std::move(fixed)});
  return placed(std::move(out), got);
}

Judgement judge_op(const spec::Op& op, const std::vector<Values>& in, const Values& got, const spec::Claims& claims,
                   const JudgeOptions& options) {
  spec::Shapes shapes;
  for (const Values& x : in) shapes.push_back(x.shape());
  const spec::Graph graph = spec::value_or_throw(spec::graph_of(op, shapes));
  return judge_node(graph, in, graph.outputs().front(), got, [&](NodeId) { return claims; }, options);
}

}  // namespace plumbline::crosscheck
