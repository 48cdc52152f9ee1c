// Finding the likely cause of a wrong tensor: plain observations first, then the mistake that comes nearest.
#include "crosscheck/judge/cause.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "crosscheck/judge/hypotheses.h"
#include "spec/eval/exact.h"
#include "spec/num/round.h"

namespace plumbline::crosscheck {

using spec::concat;
using spec::Index;

namespace {

// Distances differ by what rounding leaves: a mistake explains a result that is this much nearer to it.
constexpr double much_nearer = 8;

// Σ |got − values| over the elements where both are finite; ∞ where the classes differ.
double distance(const Values& got, const Values& values) {
  if (got.shape() != values.shape()) return std::numeric_limits<double>::infinity();
  double sum = 0;
  for (Index i = 0; i < got.size(); ++i) {
    if (std::isnan(got[i]) && std::isnan(values[i])) continue;
    if (got[i] == values[i]) continue;
    const double apart = std::abs(got[i] - values[i]);
    if (!std::isfinite(apart)) return std::numeric_limits<double>::infinity();
    sum += apart;
  }
  return sum;
}

template <class F>
Index count(const Values& x, F&& f) {
  Index n = 0;
  for (Index i = 0; i < x.size(); ++i) n += f(i) ? 1 : 0;
  return n;
}

// What the classes of the elements say: NaN and infinities on one side only.
std::string class_cause(const Suspicion& s) {
  const Index swallowed = count(s.got, [&](Index i) { return std::isnan(s.exact[i]) && !std::isnan(s.got[i]); });
  if (swallowed > 0) return concat("NaN is swallowed: ", swallowed, " elements should be NaN and are not");
  const Index nans = count(s.got, [&](Index i) { return std::isnan(s.got[i]) && !std::isnan(s.exact[i]); });
  if (nans > 0)
    return concat(
        nans,
        " elements are NaN where the exact value is a number: an overflow on the way, 0/0, or memory never written");
  const Index infinite = count(s.got, [&](Index i) { return std::isinf(s.got[i]) && std::isfinite(s.exact[i]); });
  if (infinite > 0)
    return concat(infinite, " elements are infinite where the exact value is finite: an overflow on the way");
  return {};
}

std::string constant_cause(const Suspicion& s) {
  const Index n = s.got.size();
  const bool varies = count(s.exact, [&](Index i) { return s.exact[i] != s.exact[0]; }) > 0;
  if (!varies || count(s.got, [&](Index i) { return s.got[i] != s.got[0]; }) > 0) return {};
  if (s.got[0] == 0) return concat("all ", n, " elements are zero: nothing was computed or written");
  return concat("all ", n, " elements are the same number: a value is broadcast, or the buffer was only filled");
}

std::string copy_cause(const Suspicion& s) {
  for (std::size_t k = 0; k < s.data.size(); ++k) {
    if (s.data[k].size() != s.got.size() || s.got.size() < 2) continue;
    if (count(s.got, [&](Index i) { return s.got[i] != spec::round_to_format(s.data[k][i], s.claims.output); }) == 0)
      return concat("the result is a copy of input ", k);
  }
  return {};
}

// Results that are all numbers of a narrower format although the exact values are not.
std::string narrow_cause(const Suspicion& s) {
  for (const spec::Format& f : {spec::e5m2, spec::e4m3, spec::bfloat16, spec::binary16, spec::tf32}) {
    if (f.precision >= s.claims.output.precision) continue;
    const auto in_format = [&](double x) { return !std::isfinite(x) || spec::round_to_format(x, f) == x; };
    const Index full = count(s.exact, [&](Index i) { return !in_format(s.exact[i]); });
    if (full >= 4 && count(s.got, [&](Index i) { return !in_format(s.got[i]); }) == 0)
      return concat("every element is a number of ", f.name, ": the result was accumulated or stored in ", f.name);
  }
  return {};
}

std::string flushed_cause(const Suspicion& s) {
  const double normal = s.claims.output.smallest_normal();
  const auto flushed = [&](Index i) { return s.got[i] == 0 && s.exact[i] != 0 && std::abs(s.exact[i]) < normal; };
  const Index n = count(s.got, flushed);
  if (n == 0) return {};
  const Index kept = count(s.got, [&](Index i) { return s.got[i] != 0 && std::abs(s.got[i]) < normal; });
  if (kept > 0) return {};
  return concat(n, " subnormal results are flushed to zero; --claim subnormals=flushed allows it");
}

// One element far from a tensor that is otherwise near: its bits and its place say more than the whole.
std::string outlier_cause(const Suspicion& s) {
  Index worst = 0;
  double apart = 0, second = 0;
  for (Index i = 0; i < s.got.size(); ++i) {
    const double d = std::abs(s.got[i] - s.exact[i]);
    second = std::max(second, std::min(d, apart));
    if (d > apart) apart = d, worst = i;
  }
  if (s.got.size() < 8 || !(apart > much_nearer * second)) return {};
  const double expected = spec::round_to_format(s.exact[worst], s.claims.output), got = s.got[worst];
  std::string text = "one element is wrong while the others agree";
  if (got == 0) return text + ": it is zero, as if it had not been written";
  for (Index i = 0; i < s.exact.size(); ++i)
    if (i != worst && s.exact[i] != s.exact[worst] && spec::round_to_format(s.exact[i], s.claims.output) == got)
      return text + concat(": it holds the value of element ", i);
  const auto bits = spec::encode(expected, s.claims.output) ^ spec::encode(got, s.claims.output);
  if (std::popcount(bits) == 1) return text + concat(": bit ", std::countr_zero(bits), " of it is flipped");
  if (got == -expected) return text + ": its sign is reversed";
  return text + ": an edge, a tail or a race rather than arithmetic";
}

Index work_of(Index result, const std::vector<Values>& data) {
  Index work = result;
  for (const Values& x : data) work += x.size();
  return work;
}

std::string nearest_mistake(const Suspicion& s) {
  const double to_exact = distance(s.got, s.exact);
  double least = to_exact / much_nearer;
  std::string best;
  const Hypothesis suppose = [&](const Values& values, const std::string& sentence) {
    const double d = distance(s.got, values);
    // Of mistakes that come equally near the first one is told: tf32 before binary16, which has as many bits.
    if (!(d < (best.empty() ? least : least / 2))) return;
    least = d;
    best = sentence;
  };
  suppose_rearranged(s, suppose);
  if (work_of(s.exact.size(), s.data) <= most_emulated_elements) {
    suppose_changed_data(s, suppose);
    suppose_changed_attributes(s, suppose);
  }
  if (best.empty()) return {};
  const std::string how = least == 0
                              ? " would give exactly this"
                              : concat(" would give this, ", to_exact / least, " times nearer than the exact value");
  return best + how;
}

}  // namespace

Values reference_values(const spec::Graph& graph, const std::vector<Values>& data, spec::NodeId node) {
  if (work_of(graph.node(node).shape.size(), data) <= most_exact_elements)
    return spec::exact_value(graph, data, node).rounded;
  const spec::NodeId wanted[] = {node};
  const auto values = spec::interpret<double>(graph, data, wanted,
                                              [&](spec::NodeId id) { return spec::default_method(graph.node(id).op); });
  return values[static_cast<std::size_t>(node)];
}

std::string likely_cause(const Suspicion& s) {
  if (s.got.size() == 0 || s.got.shape() != s.exact.shape()) return {};
  for (auto* look :
       {constant_cause, copy_cause, flushed_cause, nearest_mistake, class_cause, outlier_cause, narrow_cause})
    if (std::string text = look(s); !text.empty()) return text;
  return {};
}

}  // namespace plumbline::crosscheck
