// Tracing dependence: real input elements are replaced, in blocks or slices, and what changes is joined.
#include "crosscheck/judge/independence.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <unordered_map>

#include "crosscheck/judge/in_double.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::NodeId;

namespace {

constexpr double most_work = 0x1p29;          // elements that are read or computed, over all replacements
constexpr double most_work_halving = 0x1p26;  // of an input whose elements may be replaced one by one

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
      if (classes_.count() > 1 && !trace(leaf)) return std::nullopt;
    if (classes_.count() > 1) join_alike();
    std::vector<Index> out;
    std::map<Index, Index> number;
    for (Index i = 0; i < base_.size(); ++i)
      out.push_back(number.try_emplace(classes_.root(i), static_cast<Index>(number.size())).first->second);
    return out;
  }

 private:
  Values evaluate(const std::vector<Values>& data) const { return in_double(graph_, data, node_, claims_of_); }

  // Joins what elements of a leaf reach: one by one where it is small, else by whole slices, if there are axes of
  // which no output needs more than one.
  bool trace(std::size_t leaf) {
    const double n = static_cast<double>(data_[leaf].size());
    if (n * (n + static_cast<double>(base_.size())) <= most_work_halving) return replace(leaf, 0, data_[leaf].size());
    std::vector<Index> cells(static_cast<std::size_t>(base_.size()), 0), axes;
    for (Index axis = 0; axis < data_[leaf].shape().rank(); ++axis)
      if (data_[leaf].shape()[axis] > 1 && separates(leaf, axis, cells)) axes.push_back(axis);
    if (work_ > most_work) return false;
    if (axes.empty()) return replace(leaf, 0, data_[leaf].size());
    join_cells(leaf, axes, cells);
    return true;
  }

  // Whether each output needs one slice along an axis at most, which then refines the cell of the leaf that the output
  // needs; −1 for none. All slices that have a bit in their number are replaced together, then all others, for each
  // bit: what one slice reaches changes once of the two.
  bool separates(std::size_t leaf, Index axis, std::vector<Index>& cells) {
    const spec::Shape& shape = data_[leaf].shape();
    const Index extent = shape[axis], step = shape.strides()[static_cast<std::size_t>(axis)];
    std::vector<Index> slice(cells.size(), 0);
    for (Index bit = 1; bit < extent; bit *= 2) {
      if (work_ > most_work) return false;
      const auto with = changed_by(leaf, [&](Index k) { return (k / step % extent & bit) != 0; });
      const auto without = changed_by(leaf, [&](Index k) { return (k / step % extent & bit) == 0; });
      for (std::size_t i = 0; i < slice.size(); ++i) {
        const bool none = with[i] == 0 && without[i] == 0;
        if ((with[i] != 0 && without[i] != 0) || (bit > 1 && none != (slice[i] < 0))) return false;
        slice[i] = none ? -1 : with[i] != 0 ? slice[i] + bit : slice[i];
      }
    }
    for (std::size_t i = 0; i < slice.size(); ++i)
      cells[i] = cells[i] < 0 || slice[i] < 0 ? -1 : cells[i] * extent + slice[i];
    return true;
  }

  // Outputs of the same cell may need the same elements.
  void join_cells(std::size_t leaf, const std::vector<Index>& axes, const std::vector<Index>& cells) {
    std::unordered_map<Index, Index> first;
    for (Index i = 0; i < base_.size(); ++i) {
      const Index cell = cells[static_cast<std::size_t>(i)];
      if (cell < 0) continue;
      if (const auto [at, fresh] = first.try_emplace(cell, i); !fresh) classes_.join(at->second, i);
    }
    const spec::Shape& shape = data_[leaf].shape();
    const auto steps = shape.strides();
    for (Index k = 0; k < data_[leaf].size(); ++k) {
      Index cell = 0;
      for (Index axis : axes) cell = cell * shape[axis] + k / steps[static_cast<std::size_t>(axis)] % shape[axis];
      if (const auto at = first.find(cell); at != first.end()) note_significand(at->second, data_[leaf][k]);
    }
  }
  void note_significand(Index output, double x) {
    int exponent = 0;
    reached_.push_back({output, std::abs(std::frexp(x, &exponent))});
  }

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
    for (Index k = begin; k < end && !reached.empty(); ++k) note_significand(reached.front(), data_[leaf][k]);
    return true;
  }

  std::vector<Index> reached_from(std::size_t leaf, Index begin, Index end) {
    const auto changed = changed_by(leaf, [&](Index k) { return begin <= k && k < end; });
    std::vector<Index> out;
    for (Index i = 0; i < base_.size(); ++i)
      if (changed[static_cast<std::size_t>(i)] != 0) out.push_back(i);
    return out;
  }

  // NaN shows what is computed from the elements; other numbers what NaN does not reach, as a choice between two.
  template <class Replaced>
  std::vector<char> changed_by(std::size_t leaf, Replaced&& replaced) {
    std::vector<char> changed(static_cast<std::size_t>(base_.size()), 0);
    for (const bool nan : {true, false}) {
      std::vector<Values> data = data_;
      data[leaf] = Values::generate(data_[leaf].shape(), [&](Index k) {
        const double x = data_[leaf][k];
        return !replaced(k) ? x : nan ? std::numeric_limits<double>::quiet_NaN() : x * 1.25 + 1;
      });
      const Values y = evaluate(data);
      for (Index i = 0; i < y.size(); ++i)
        if (std::bit_cast<std::uint64_t>(y[i]) != std::bit_cast<std::uint64_t>(base_[i]))
          changed[static_cast<std::size_t>(i)] = 1;
      work_ += static_cast<double>(y.size() + data_[leaf].size());
    }
    return changed;
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
