// Judging a tensor: filter, refine what is open, look again at what is suspect, ask whether the case proves anything.
#include "crosscheck/judge/judge.h"

#include <algorithm>
#include <cmath>

#include "crosscheck/judge/infinite.h"
#include "crosscheck/judge/order.h"
#include "crosscheck/judge/reading.h"
#include "crosscheck/judge/vacuity.h"
#include "crosscheck/judge/zero_sign.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Judged;
using spec::NodeId;

namespace {

constexpr int first_precision = 128;

// All elements of one tensor, judged; and how each was judged.
class TensorJudge {
 public:
  TensorJudge(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const Values& got,
              const ClaimsOf& claims_of, const JudgeOptions& options)
      : graph_(graph), data_(data), node_(node), got_(got), claims_of_(claims_of), options_(options) {
    lambda_ = options.tier == Tier::statistics ? spec::lambda(options.false_alarm, options.run_elements)
                                               : std::numeric_limits<double>::infinity();
  }

  // `expected` is the filter's reading of the node.
  Judgement judge(Filtered expected) {
    expected_ = std::move(expected);
    elements_.reserve(static_cast<std::size_t>(got_.size()));
    for (Index i = 0; i < got_.size(); ++i) elements_.push_back(spec::judge(expected_[i], got_[i], lambda_));
    refine();
    reconsider_suspects();
    Judgement out = summary();
    if (options_.vacuity && out.verdict == Verdict::pass)
      if (const auto why = vacuous(graph_, data_, node_, expected_, got_, claims_of_)) {
        out.verdict = Verdict::mistrusted;
        out.note = *why;
      }
    return out;
  }

 private:
  bool open() const {
    return std::any_of(elements_.begin(), elements_.end(),
                       [](const Judged& j) { return j.verdict == Verdict::undecided; });
  }

  void refine() {
    if (!open()) return;
    const Reading reading(graph_, data_, {node_}, claims_of_);
    for (int precision = first_precision; open() && precision <= options_.most_precision; precision *= 2) {
      const Certified certified = reading.certified(precision)[static_cast<std::size_t>(node_)];
      for (Index i = 0; i < got_.size(); ++i) {
        Judged& element = elements_[static_cast<std::size_t>(i)];
        if (element.verdict != Verdict::undecided) continue;
        element = spec::judge(certified[i], got_[i], lambda_);
        if (precision == first_precision) ++refined_;
      }
    }
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
    if (const auto why = order_speaks(graph_, data_)) {
      note_ = "the statistical tier stood down: " + *why;
      for (Judged& element : elements_)
        if (is_suspect(element)) element.verdict = Verdict::pass;
    }
  }

  Judgement summary() const {
    Judgement out;
    out.elements = got_.size();
    out.refined = refined_;
    out.note = note_;
    std::vector<double> ratios;
    Index worst = -1;
    for (Index i = 0; i < got_.size(); ++i) {
      const Judged& element = elements_[static_cast<std::size_t>(i)];
      out.unjudged += element.unjudged;
      out.zero_tolerance += element.zero_tolerance;
      out.mismatched += element.verdict == Verdict::fail || element.verdict == Verdict::suspect;
      if (!element.unjudged) {
        ratios.push_back(element.ratio);
        out.max_ulp = std::max(out.max_ulp, element.ulps);
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
    const auto rank = [](Verdict v) {
      return v == Verdict::fail ? 3 : v == Verdict::suspect ? 2 : v == Verdict::undecided ? 1 : 0;
    };
    return rank(a.verdict) != rank(b.verdict) ? rank(a.verdict) > rank(b.verdict) : !a.unjudged && a.ratio > b.ratio;
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
  Filtered expected_;
  std::vector<Judged> elements_;
  Index refined_ = 0;
  std::string note_;
};

}  // namespace

Judgement judge_node(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const Values& got,
                     const ClaimsOf& claims_of, const JudgeOptions& options) {
  if (got.shape() != graph.node(node).shape) {
    Judgement out;
    out.verdict = Verdict::fail;
    out.note = spec::concat("shape differs: ", graph.node(node).shape, " expected, got ", got.shape());
    return out;
  }
  if (spec::has_infinity(data)) return judge_infinite(graph, data, node, got, claims_of, options);
  return judge_expected(graph, data, node, got, claims_of, options,
                        Reading(graph, data, {node}, claims_of).filtered()[static_cast<std::size_t>(node)]);
}

Judgement judge_expected(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const Values& got,
                         const ClaimsOf& claims_of, const JudgeOptions& options, Filtered expected) {
  return TensorJudge(graph, data, node, got, claims_of, options).judge(std::move(expected));
}

Judgement judge_op(const spec::Op& op, const std::vector<Values>& in, const Values& got, const spec::Claims& claims,
                   const JudgeOptions& options) {
  spec::Shapes shapes;
  for (const Values& x : in) shapes.push_back(x.shape());
  const spec::Graph graph = spec::value_or_throw(spec::graph_of(op, shapes));
  Judgement out = judge_node(graph, in, graph.outputs().front(), got, [&](NodeId) { return claims; }, options);
  judge_zero_signs(op, in, got, out);
  return out;
}

}  // namespace plumbline::crosscheck
