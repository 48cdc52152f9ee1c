// Probing an op: which terms its outputs are sums of, told by tags that stand for the inputs.
#include "crosscheck/judge/accumulations.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <unordered_set>

#include "crosscheck/judge/hash.h"
#include "crosscheck/judge/in_double.h"
#include "crosscheck/judge/summands.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::NodeId;

namespace {

constexpr double most_work = 0x1p24;  // elements that are read or computed
constexpr Index probes = 24;          // elements of a factor that are looked at one by one
constexpr int fewest_digits = 6;      // of a number, to speak of its last ones
constexpr double fewest_terms = 8;    // of one output: fewer do not mix their digits

double significand(double x) {
  int exponent = 0;
  return std::abs(std::frexp(x, &exponent));
}

class Probe {
 public:
  Probe(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const ClaimsOf& claims_of)
      : graph_(graph), data_(data), node_(node), claims_of_(claims_of), leaves_(real_leaves(graph)) {
    std::sort(leaves_.begin(), leaves_.end(), [&](auto a, auto b) { return data_[a].size() < data_[b].size(); });
  }

  std::optional<std::vector<Index>> classes() {
    double size = static_cast<double>(graph_.node(node_).shape.size());
    for (std::size_t leaf : leaves_) size += static_cast<double>(data_[leaf].size());
    if (size * probes > most_work || !plain() || !sums_of_products(graph_, data_, node_, claims_of_) ||
        !terms_of_their_own())
      return std::nullopt;
    return by_terms();
  }

 private:
  // All real leaves replaced, element by element: f(leaf, k, value).
  template <class F>
  std::vector<Values> replaced(F&& f) const {
    std::vector<Values> out = data_;
    for (std::size_t leaf : leaves_)
      out[leaf] = Values::generate(data_[leaf].shape(), [&](Index k) { return double{f(leaf, k, data_[leaf][k])}; });
    return out;
  }
  Values evaluate(const std::vector<Values>& data) const { return in_double(graph_, data, node_, claims_of_); }

  // Numbers that no kernel rounds before it uses them, with the digits of ordinary ones, however short; some may be
  // powers of two and zeros, which only choose among the others.
  bool plain() const {
    bool ordinary = false;
    for (std::size_t leaf : leaves_) {
      const auto x = data_[leaf].elements();
      if (!std::all_of(x.begin(), x.end(), [&](double v) {
            return std::isfinite(v) && spec::representable(v, claims_of_(node_).operands);
          }))
        return false;
      if (chooses(data_[leaf])) continue;
      if (!digits_vary(data_[leaf])) return false;
      ordinary = true;
    }
    return ordinary;
  }
  static bool chooses(const Values& x) {
    return std::ranges::all_of(x.elements(), [](double v) { return v == 0 || significand(v) == 0.5; });
  }
  // The first six digits, and the last six of the longest number, meet half as many of 64 values as chance would.
  static bool digits_vary(const Values& x) {
    constexpr double bins = 64;
    int length = 0;
    for (double v : x.elements()) length = std::max(length, digits(v));
    std::unordered_set<double> first, last;
    double count = 0;
    for (double v : x.elements()) {
      if (v == 0) continue;
      const double m = significand(v);
      ++count, first.insert(std::floor((2 * m - 1) * bins)), last.insert(std::fmod(std::ldexp(m, length), bins));
    }
    const double by_chance = bins * -std::expm1(-count / bins);  // bins that are met
    return length > fewest_digits && 2 * static_cast<double>(std::min(first.size(), last.size())) >= by_chance;
  }
  // Binary digits of a significand, from the first to the last that is not 0.
  static int digits(double x) {
    if (x == 0) return 0;
    const auto bits = static_cast<std::uint64_t>(std::ldexp(significand(x), 53));
    return 53 - std::countr_zero(bits);
  }

  static double tag(std::size_t leaf, Index k) {
    return static_cast<double>((mixed(static_cast<std::uint64_t>(k) * 64 + leaf) >> 14) + 2);  // below 2^51
  }

  // Some leaf is a factor, or all there is: alone, each of its elements gives different outputs different elements of
  // the other leaves, or reaches one output at most.
  bool terms_of_their_own() const {
    std::unordered_set<double> tags;
    for (std::size_t leaf : leaves_)
      for (Index k = 0; k < data_[leaf].size(); ++k) tags.insert(tag(leaf, k));
    for (std::size_t factor : leaves_) {
      const Values base = only(factor, -1);
      const bool bare = std::all_of(base.elements().begin(), base.elements().end(),
                                    [&](double y) { return y == 0 || tags.contains(std::abs(y)); });
      if (bare) return all_apart(factor, base, tags);
    }
    return false;
  }
  // The output for the k-th element of a leaf alone, as 1; none for k = −1.
  Values only(std::size_t factor, Index k) const {
    return evaluate(replaced([&](std::size_t leaf, Index i, double) {
      return leaf != factor ? tag(leaf, i) : i == k ? 1.0 : 0.0;
    }));
  }
  bool all_apart(std::size_t factor, const Values& base, const std::unordered_set<double>& tags) const {
    const Index n = data_[factor].size();
    for (Index probe = 0; probe < std::min(n, probes); ++probe) {
      const auto k = n <= probes ? probe : static_cast<Index>(mixed(static_cast<std::uint64_t>(probe)) %
                                                              static_cast<std::uint64_t>(n));
      const Values y = only(factor, k);
      std::unordered_set<double> seen;
      for (Index i = 0; i < y.size(); ++i) {
        const double term = std::abs(y[i] - base[i]);
        if (term == 0) continue;
        if ((term != 1 && !tags.contains(term)) || !seen.insert(term).second) return false;
      }
    }
    return true;
  }

  // The same significands in the same places give the same sum of their hashes, and so do all choices among the same
  // numbers, whose partial sums may be the same. Outputs of few terms have no class.
  std::vector<Index> by_terms() const {
    std::vector<char> chosen_by(data_.size(), 0);
    for (std::size_t leaf : leaves_) chosen_by[leaf] = chooses(data_[leaf]);
    const Values y = evaluate(replaced([&](std::size_t leaf, Index, double x) {
      if (chosen_by[leaf] != 0) return 1.0;
      if (x == 0) return 0.0;
      const auto bits = static_cast<std::uint64_t>(std::ldexp(significand(x), 53));
      return static_cast<double>((mixed(bits) >> 44) + 1);
    }));
    const Values terms = evaluate(replaced([](std::size_t, Index, double x) { return x == 0 ? 0.0 : 1.0; }));
    std::vector<Index> out;
    std::map<double, Index> number;
    for (Index i = 0; i < y.size(); ++i)
      out.push_back(terms[i] < fewest_terms
                        ? no_class
                        : number.try_emplace(y[i], static_cast<Index>(number.size())).first->second);
    return out;
  }

  const spec::Graph& graph_;
  const std::vector<Values>& data_;
  NodeId node_;
  const ClaimsOf& claims_of_;
  std::vector<std::size_t> leaves_;
};

}  // namespace

std::optional<std::vector<Index>> accumulation_classes(const spec::Graph& graph, const std::vector<Values>& data,
                                                       NodeId node, const ClaimsOf& claims_of) {
  return Probe(graph, data, node, claims_of).classes();
}

}  // namespace plumbline::crosscheck
