// What the cases of a suite reached of each op: values of attributes, shapes, classes of floats, branches of `eval`.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crosscheck/sample/case.h"
#include "spec/graph/catalogue.h"

namespace plumbline::crosscheck {

using Tally = std::map<std::string, std::uint64_t, std::less<>>;

struct AttributeCoverage {
  Tally values;              // cases by value: true, false, the words; else by class: negative, zero, one, larger, …
  std::uint64_t default_value = 0, other_value = 0;
  // Some case would be accepted with the default; of a number, with 0, with −1. Defaults that say nothing, as the empty
  // shape of a gradient, never are.
  bool takes_default = false, takes_zero = false, takes_negative = false;
  bool operator==(const AttributeCoverage&) const = default;
};

// A place in a definition where a number decides: how often it said yes, and how often no.
struct BranchCoverage {
  std::uint64_t taken = 0, not_taken = 0;
  bool operator==(const BranchCoverage&) const = default;
};

// `huge` stands for floats whose square overflows.
inline constexpr std::array<std::string_view, 6> float_kinds{"zero", "subnormal", "normal", "huge", "infinite", "nan"};
using FloatTally = std::array<std::uint64_t, float_kinds.size()>;

struct OpCoverage {
  std::uint64_t cases = 0;
  std::map<std::string, AttributeCoverage, std::less<>> attributes;
  Tally shapes;                    // cases: rank 0, …, empty, extent 1, broadcast
  std::vector<FloatTally> floats;  // of each input: elements by kind; none of index inputs
  std::map<std::string, BranchCoverage, std::less<>> branches;  // `spec/ops/norm/softmax.h:24 less`
  // `approximate=tanh`, `eps other than 1e-05`: truth values and words that no case has, and whether an attribute never
  // has its default value although it might, or never another one.
  std::vector<std::string> missed;
  std::vector<std::string> untried;  // `p=0`: numbers that are allowed, and no case has; not a failure
};
using CoverageOfOps = std::map<std::string, OpCoverage, std::less<>>;

class Coverage {
 public:
  // A case of one op; with `branches` its definition is read once more, to see which way it goes.
  void add(const spec::OpEntry& entry, const Case& c, bool branches);
  void merge(const Coverage& more);
  // With what is missed and untried of the attributes that the ops declare.
  CoverageOfOps finished(const spec::Catalogue& catalogue) const;

 private:
  CoverageOfOps ops_;
};

void merge(CoverageOfOps& coverage, const CoverageOfOps& more);

// One row for each op, then the branches that only ever went one way.
std::string text_coverage(const CoverageOfOps& coverage, bool color);

}  // namespace plumbline::crosscheck
