// Tracing dependence: real input elements are replaced, block by block, and what changes is joined.
#include "crosscheck/judge/independence.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "crosscheck/judge/in_double.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::NodeId;

namespace {

constexpr double most_work = 0x1p27;  // elements that are read or computed, over all replacements

// Disjoint sets of outputs.
class Classes {
 public:
  explicit Classes(Index n) : parent_(static_cast<std::size_t>(n)), count_(n) {
    std::iota(parent_.begin(), parent_.end(), Index{0});
  }
  Index root(Index i) {
    Index& up = parent_[static_cast<std::size_t>(i)];
    if (up != i) up = root(up);
    return up;
  }
  void join(Index i, Index j) {
    i = root(i), j = root(j);
    if (i == j) return;
    parent_[static_cast<std::size_t>(std::max(i, j))] = std::min(i, j);
    --count_;
  }
  Index count() const { return count_; }

 private:
  std::vector<Index> parent_;
  Index count_;
};

class Trace {
 public:
  Trace(const spec::Graph& graph, const std::vector<Values>& data, NodeId node, const ClaimsOf& claims_of)
      : graph_(graph), data_(data), node_(node), claims_of_(claims_of), base_(evaluate(data)),
        classes_(base_.size()) {}

  // nullopt where the work is too much.
  std::optional<std::vector<Index>> classes() {
    auto leaves = real_leaves(graph_);
    // Small tensors first: a weight that all elements share ends the search at once.
    std::sort(leaves.begin(), leaves.end(), [&](auto a, auto b) { return data_[a].size() < data_[b].size(); });
    for (std::size_t leaf : leaves)
      if (classes_.count() > 1 && !replace(leaf, 0, data_[leaf].size())) return std::nullopt;
    if (classes_.count() > 1) join_alike();
    std::vector<Index> out;
    std::map<Index, Index> number;
    for (Index i = 0; i < base_.size(); ++i)
      out.push_back(number.try_emplace(classes_.root(i), static_cast<Index>(number.size())).first->second);
    return out;
  }

 private:
  Values evaluate(const std::vector<Values>& data) const { return in_double(graph_, data, node_, claims_of_); }

  // Joins what each of the elements from `begin` below `end` of a leaf reaches: a block that reaches one class needs no
  // closer look, others are halved. False where the work is too much.
  bool replace(std::size_t leaf, Index begin, Index end) {
    if (begin == end || classes_.count() == 1) return true;
    const std::vector<Index> reached = reached_from(leaf, begin, end);
    if (work_ > most_work) return false;
    const bool one_class = std::all_of(reached.begin(), reached.end(), [&](Index i) {
      return classes_.root(i) == classes_.root(reached.front());
    });
    if (!one_class && end - begin > 1) {
      const Index middle = begin + (end - begin) / 2;
      return replace(leaf, begin, middle) && replace(leaf, middle, end);
    }
    for (Index i : reached) classes_.join(reached.front(), i);
    for (Index k = begin; k < end && !reached.empty(); ++k) {
      int exponent = 0;
      reached_.push_back({reached.front(), std::abs(std::frexp(data_[leaf][k], &exponent))});
    }
    return true;
  }

  // NaN shows what is computed from the elements; other numbers what NaN does not reach, as a choice between two.
  std::vector<Index> reached_from(std::size_t leaf, Index begin, Index end) {
    std::vector<char> changed(static_cast<std::size_t>(base_.size()), 0);
    for (const bool nan : {true, false}) {
      std::vector<Values> data = data_;
      const auto x = data[leaf].mutable_elements();
      for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k)
        x[k] = nan ? std::numeric_limits<double>::quiet_NaN() : x[k] * 1.25 + 1;
      const Values y = evaluate(data);
      for (Index i = 0; i < y.size(); ++i)
        if (std::bit_cast<std::uint64_t>(y[i]) != std::bit_cast<std::uint64_t>(base_[i]))
          changed[static_cast<std::size_t>(i)] = 1;
      work_ += static_cast<double>(y.size() + data_[leaf].size());
    }
    std::vector<Index> out;
    for (Index i = 0; i < base_.size(); ++i)
      if (changed[static_cast<std::size_t>(i)] != 0) out.push_back(i);
    return out;
  }

  // The same significands round alike, whatever their signs and exponents.
  void join_alike() {
    std::map<Index, std::vector<double>> significands;
    for (const auto& [output, significand] : reached_) significands[classes_.root(output)].push_back(significand);
    std::map<std::vector<double>, Index> seen;
    for (const auto& [root, list] : significands)
      if (const auto [at, fresh] = seen.try_emplace(list, root); !fresh) classes_.join(at->second, root);
  }

  struct Reached {
    Index output;
    double significand;
  };
  const spec::Graph& graph_;
  const std::vector<Values>& data_;
  NodeId node_;
  const ClaimsOf& claims_of_;
  Values base_;
  Classes classes_;
  std::vector<Reached> reached_;
  double work_ = 0;
};

}  // namespace

std::optional<std::vector<Index>> dependence_classes(const spec::Graph& graph, const std::vector<Values>& data,
                                                     NodeId node, const ClaimsOf& claims_of) {
  return Trace(graph, data, node, claims_of).classes();
}

}  // namespace plumbline::crosscheck
