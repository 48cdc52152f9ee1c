// Auditing every node of a run: judged on its own inputs, then end to end, and its error split in two.
#include <atomic>
#include <chrono>
#include <cmath>
#include <future>

#include "crosscheck/judge/reading.h"
#include "spec/eval/exact.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::NodeId;

namespace {

// The largest |x_i − exact_i|, from the middle of the filter's enclosure.
double largest_error(const Filtered& exact, const Values& x) {
  double most = 0;
  for (Index i = 0; i < x.size(); ++i)
    if (exact[i].is_value()) {
      const double error = std::abs(x[i] - exact[i].exact.centre() - exact[i].exact.tail());
      most = std::isnan(error) ? spec::upward::infinity : std::max(most, error);
    }
  return most;
}

// The largest distance between two exact values.
double largest_distance(const Filtered& x, const Filtered& y) {
  double most = 0;
  for (Index i = 0; i < x.size(); ++i)
    if (x[i].is_value() && y[i].is_value()) {
      const auto &a = x[i].exact, &b = y[i].exact;
      most = std::max(most, std::abs(a.centre() - b.centre() + (a.tail() - b.tail())));
    }
  return most;
}

// The largest bound of the elements that have one.
double largest_bound(const Filtered& x) {
  double most = 0;
  for (const auto& element : x.elements())
    if (element.d < spec::upward::infinity) most = std::max(most, element.d);
  return most;
}

// The exact op on the node's own inputs, as the graph of that op alone.
struct Local {
  spec::Graph graph;
  std::vector<Values> data;
};

Local local_case(const spec::Graph& graph, const std::vector<Values>& values, NodeId id) {
  const spec::Node& node = graph.node(id);
  Local out;
  for (NodeId i : node.inputs) out.data.push_back(values[static_cast<std::size_t>(i)]);
  out.graph = spec::value_or_throw(spec::graph_of(node.op, graph.shapes_of(node.inputs)));
  return out;
}

enum class Extent : std::uint8_t { whole, filter, none };

// One run, and how its nodes are judged; nodes are judged in any order, by any thread.
class Run {
 public:
  Run(const spec::Graph& graph, const std::vector<Values>& values, const ClaimsOf& claims_of,
      const JudgeOptions& options)
      : graph_(graph), values_(values), claims_of_(claims_of), options_(options) {
    for (NodeId id : graph.leaves()) leaves_.push_back(values[static_cast<std::size_t>(id)]);
    for (NodeId id = 0; id < graph.size(); ++id) {
      const Values& x = values[static_cast<std::size_t>(id)];
      if (graph.node(id).leaf != spec::Leaf::none || x.shape() != graph.node(id).shape) continue;
      computed_.push_back(id);
      elements_ += x.size();
    }
    extent_ = elements_ > options.most_compounded ? Extent::none
              : elements_ > options.most_refined  ? Extent::filter
                                                  : Extent::whole;
    options_.vacuity = false;
    if (extent_ == Extent::filter) options_.tier = Tier::proof;
    infinite_ = spec::has_infinity(leaves_);
    if (extent_ != Extent::none) ideal_ = whole_.emplace(graph, leaves_, computed_, claims_of).filtered();
    refinement_.emplace(Reading(graph, leaves_, computed_, claims_of));
  }

  const std::vector<NodeId>& computed() const { return computed_; }

  // The node on its own inputs.
  void judge_alone(NodeReport& report, const JudgeOptions& options) const {
    const NodeId id = report.node;
    const Values& got = values_[static_cast<std::size_t>(id)];
    const Stop stop(report.seconds);
    const Local local = local_case(graph_, values_, id);
    const auto claims_here = [&](NodeId) { return claims_of_(id); };
    const NodeId output = local.graph.outputs().front();
    const Reading alone(local.graph, local.data, {output}, claims_here);
    Filtered own = alone.filtered()[static_cast<std::size_t>(output)];
    report.introduced = largest_error(own, got);
    report.bound = largest_bound(own);
    if (extent_ != Extent::none) {
      const Filtered& ideal = ideal_[static_cast<std::size_t>(id)];
      report.propagated = largest_distance(own, ideal), report.compounded = largest_bound(ideal);
    }
    report.local = spec::has_infinity(local.data)
                       ? judge_node(local.graph, local.data, output, got, claims_here, options)
                       : judge_expected(local.graph, local.data, output, got, claims_here, options, {std::move(own)});
  }

  // With all errors since the leaves; one at a time, since nodes share readings of growing precision.
  void judge_end_to_end(NodeReport& report) {
    const NodeId id = report.node;
    const Values& got = values_[static_cast<std::size_t>(id)];
    const Stop stop(report.seconds_end_to_end);
    Judgement& out = report.end_to_end;
    if (extent_ == Extent::none || (extent_ == Extent::filter && infinite_)) {
      out.verdict = Verdict::skipped;
      out.elements = out.unjudged = got.size();
    } else if (infinite_) {
      out = judge_node(graph_, leaves_, id, got, claims_of_, options_);
    } else if (extent_ == Extent::filter) {
      const Filtered& ideal = ideal_[static_cast<std::size_t>(id)];
      out = judge_expected(graph_, leaves_, id, got, claims_of_, options_, {ideal, nullptr, filtered(ideal, got)});
    } else {
      out = judge_expected(graph_, leaves_, id, got, claims_of_, options_,
                           {ideal_[static_cast<std::size_t>(id)], &*refinement_});
    }
    if (out.verdict == Verdict::skipped && extent_ == Extent::filter)
      out.note = "end to end: left out, infinities among the leaves";
    else if (extent_ == Extent::none)
      out.note = spec::concat("end to end: left out, ", elements_, " elements, above ", options_.most_compounded);
    else if (extent_ == Extent::filter && out.note.empty())
      out.note = spec::concat("end to end: the filter's proven bound alone, ", elements_, " elements, above ",
                              options_.most_refined);
  }

 private:
  using Clock = std::chrono::steady_clock;
  // Counts seconds until it goes.
  struct Stop {
    explicit Stop(double& to) : seconds(to) {}
    ~Stop() { seconds = std::chrono::duration<double>(Clock::now() - begin).count(); }
    double& seconds;
    Clock::time_point begin = Clock::now();
  };

  // What the filter leaves open stays unjudged.
  std::vector<std::optional<spec::Judged>> filtered(const Filtered& ideal, const Values& got) const {
    std::vector<std::optional<spec::Judged>> out;
    for (Index i = 0; i < got.size(); ++i) {
      spec::Judged judged = spec::judge(ideal[i], got[i], options_.lambda());
      if (judged.verdict == Verdict::undecided) judged.verdict = Verdict::pass, judged.unjudged = true;
      out.emplace_back(judged);
    }
    return out;
  }

  const spec::Graph& graph_;
  const std::vector<Values>& values_;
  const ClaimsOf& claims_of_;
  JudgeOptions options_;
  std::vector<Values> leaves_;
  std::vector<NodeId> computed_;
  Index elements_ = 0;
  Extent extent_ = Extent::whole;
  bool infinite_ = false;
  std::vector<Filtered> ideal_;
  std::optional<Reading> whole_;  // what the filter read refers to its claims
  std::optional<Refinement> refinement_;
};

// f(0), …, f(n − 1), by threads that take what is next; the first exception is passed on.
template <class F>
void side_by_side(std::size_t n, int threads, const F& f) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::future<void>> workers;
  const auto work = [&] {
    for (std::size_t i = next++; i < n; i = next++) f(i);
  };
  for (int t = 1; t < threads; ++t) workers.push_back(std::async(std::launch::async, work));
  work();
  for (auto& w : workers) w.get();
}

}  // namespace

std::vector<NodeReport> audit_nodes(const spec::Graph& graph, const std::vector<Values>& values,
                                    const std::function<std::pair<std::string, bool>(NodeId)>& kernel_of,
                                    const ClaimsOf& claims_of, const JudgeOptions& options) {
  Run run(graph, values, claims_of, options);
  std::vector<NodeReport> out;
  for (const NodeId id : run.computed()) {
    const spec::Node& node = graph.node(id);
    NodeReport& report = out.emplace_back();
    report.node = id;
    report.name = node.name.empty() ? spec::concat('%', id) : node.name;
    report.op = node.op.name();
    std::tie(report.kernel, report.fallback) = kernel_of(id);
  }
  side_by_side(out.size(), options.threads, [&](std::size_t i) { run.judge_alone(out[i], options); });
  for (NodeReport& report : out) run.judge_end_to_end(report);
  return out;
}

}  // namespace plumbline::crosscheck
