// The vacuity guard.
#include "crosscheck/judge/vacuity.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "crosscheck/judge/hypotheses.h"
#include "crosscheck/judge/order.h"
#include "spec/num/round.h"
#include "spec/num/verdict.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::NodeId;

namespace {

// What a kernel that does nothing hands out for given data; empty where it does not fit the shape.
struct Idler {
  std::string_view what;
  std::optional<Values> (*output)(const spec::Shape& shape, const std::vector<Values>& data, const Filtered& expected);
};

std::optional<Values> zeros(const spec::Shape& shape, const std::vector<Values>&, const Filtered&) {
  return Values::full(shape, 0);
}

// The constant in the middle of the first element's enclosure: if any constant passes, one near it does.
std::optional<Values> constant(const spec::Shape& shape, const std::vector<Values>&, const Filtered& expected) {
  if (shape.size() == 1) return std::nullopt;  // every right answer is a constant
  double lo = -spec::upward::infinity, hi = spec::upward::infinity;
  for (const auto& x : expected.elements()) {
    if (!x.is_value() || !x.judged()) continue;
    lo = std::max(lo, lower(x.exact) - x.d), hi = std::min(hi, upper(x.exact) + x.d);
  }
  if (!(lo <= hi) || !std::isfinite(lo + hi)) return std::nullopt;
  return Values::full(shape, lo + (hi - lo) / 2);
}

std::optional<Values> copy_rotated(const spec::Shape& shape, const std::vector<Values>& data, Index by) {
  for (const Values& x : data)
    if (x.size() == shape.size() && x.size() > 0)
      return Values::generate(shape, [&](Index i) { return x[(i + by) % x.size()]; });
  return std::nullopt;
}
std::optional<Values> copy(const spec::Shape& shape, const std::vector<Values>& data, const Filtered&) {
  return copy_rotated(shape, data, 0);
}
std::optional<Values> rotated(const spec::Shape& shape, const std::vector<Values>& data, const Filtered&) {
  return copy_rotated(shape, data, 1);
}

constexpr std::array idlers{Idler{"zeros would pass", zeros}, Idler{"a constant would pass", constant},
                            Idler{"a copy of the input would pass", copy},
                            Idler{"a permuted input would pass", rotated}};

bool accepted(const Filtered& expected, const Values& y, double lambda = spec::upward::infinity) {
  for (Index i = 0; i < y.size(); ++i) {
    const spec::Judged element = spec::judge(expected[i], y[i], lambda);
    if (!element.unjudged && element.verdict != Verdict::pass) return false;
  }
  return true;
}

// Whether the second tier, in whatever order the sums are taken, would not let it pass.
bool suspected(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const Values& y,
               const ClaimsOf& claims_of, double lambda) {
  const Reading reading(graph, data, {node}, claims_of, /*lanes=*/true);
  return !accepted(reading.filtered()[static_cast<std::size_t>(node)], y, lambda);
}

// Right to the last bit or so: what the op itself gives, whatever the claims would forgive.
bool right(const Filtered& expected, const Values& y) {
  for (Index i = 0; i < y.size(); ++i) {
    const spec::Judged element = spec::judge(expected[i], y[i], spec::upward::infinity);
    if (!element.unjudged && (element.verdict != Verdict::pass || element.ulps > 1)) return false;
  }
  return true;
}

bool tells_anything(const Filtered& expected) {
  return std::any_of(expected.elements().begin(), expected.elements().end(),
                     [](const auto& x) { return x.is_value() && x.judged(); });
}

// Data of another kind: signs changed, order and spacing too. Indices and masks stay as they are.
std::vector<Values> altered(const spec::Graph& graph, const std::vector<Values>& data, bool positive) {
  const auto leaves = graph.leaves();
  std::vector<Values> out;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const bool index = graph.node(leaves[i]).extent >= 0;
    out.push_back(Values::generate(data[i].shape(), [&](Index k) {
      if (index) return data[i][k];
      const auto hashed = static_cast<double>((k * 2654435761 + static_cast<Index>(i) * 40503 + 12345) % 4093);
      return (k % 3 == 0 && !positive ? -1.0 : 1.0) * (1 + hashed / 1024);
    }));
  }
  return out;
}

}  // namespace

std::optional<std::string> vacuous(const spec::Graph& graph, const std::vector<Values>& data, NodeId node,
                                   const Filtered& expected, const Values& got, const ClaimsOf& claims_of,
                                   double lambda) {
  if (got.size() == 0 || data.empty()) return std::nullopt;
  std::optional<std::vector<Values>> other;
  std::optional<Reading> reading;  // of the other data; what is expected there refers to its claims
  Filtered other_expected;
  for (const Idler& idler : idlers) {
    const auto idle = idler.output(got.shape(), data, expected);
    if (!idle || !accepted(expected, *idle)) continue;
    if (lambda < spec::upward::infinity && suspected(graph, data, node, *idle, claims_of, lambda) &&
        !order_speaks(graph, data, node, claims_of))
      continue;
    // Where a function is not defined for negative numbers, positive ones say more.
    for (const bool positive : {false, true}) {
      if (other && (!positive || tells_anything(other_expected))) break;
      other = altered(graph, data, positive);
      reading.emplace(graph, *other, std::vector<NodeId>{node}, claims_of);
      other_expected = reading->filtered()[static_cast<std::size_t>(node)];
    }
    const auto inherent = idler.output(got.shape(), *other, other_expected);
    if (!inherent || !right(other_expected, *inherent)) return std::string(idler.what);
  }
  return std::nullopt;
}

namespace {

// The sentences of the other values of attributes that would pass on these data, and of all that were tried.
struct Variants {
  std::vector<std::string> tried, accepted;
};
Variants variants(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const spec::Claims& claims) {
  const Reading reading(graph, data, {node}, [&](NodeId) { return claims; });
  const Filtered expected = reading.filtered()[static_cast<std::size_t>(node)];
  Variants out;
  if (!tells_anything(expected)) return out;
  const Values none;
  const Suspicion nothing_known{graph, data, node, none, none, claims};
  suppose_changed_attributes(nothing_known, [&](const Values& y, const std::string& sentence) {
    out.tried.push_back(sentence);
    const Values stored = map(y, [&](double v) { return spec::round_to_format(v, claims.output); });
    if (stored.shape() == expected.shape() && accepted(expected, stored)) out.accepted.push_back(sentence);
  });
  return out;
}

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

std::vector<std::string> untold_attributes(const spec::Graph& graph, const std::vector<Values>& data, NodeId node,
                                           const spec::Claims& claims) {
  const Variants here = variants(graph, data, node, claims);
  std::vector<std::string> out;
  if (here.accepted.empty()) return out;
  std::vector<Variants> others;  // on ordinary numbers and on small ones, beside which an eps is large
  const std::vector<spec::NodeId> leaves = graph.leaves();
  for (const double scale : {1.0, 0x1p-10}) {
    std::vector<Values> other = altered(graph, data, /*positive=*/false);
    for (std::size_t i = 0; i < other.size(); ++i)
      if (graph.node(leaves[i]).extent < 0) other[i] = map(other[i], [&](double v) { return v * scale; });
    others.push_back(variants(graph, other, node, claims));
  }
  std::string last;  // attribute
  for (const std::string& sentence : here.accepted) {
    const std::string attribute = sentence.substr(0, sentence.find('='));
    const bool matters = std::any_of(others.begin(), others.end(), [&](const Variants& v) {
      return contains(v.tried, sentence) && !contains(v.accepted, sentence);
    });
    if (attribute != last && matters) out.push_back(sentence), last = attribute;
  }
  return out;
}

}  // namespace plumbline::crosscheck
