// Coverage as a table.
#include <fmt/format.h>

#include "crosscheck/audit/coverage.h"
#include "crosscheck/report/table.h"

namespace plumbline::crosscheck {

namespace {

std::string names_of(const Tally& tally) {
  std::string text;
  for (const auto& [name, n] : tally) text += fmt::format("{}{}", text.empty() ? "" : ", ", name);
  return text;
}

std::string attributes_text(const OpCoverage& op) {
  std::string text;
  for (const auto& [name, a] : op.attributes)
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", name, names_of(a.values));
  for (const std::string& value : op.missed) text += fmt::format("; NOT {}", value);
  for (const std::string& value : op.untried) text += fmt::format("; never {}", value);
  return text;
}

// The kinds that no input met.
std::string missing_kinds(const OpCoverage& op) {
  std::string text;
  for (std::size_t k = 0; k < float_kinds.size(); ++k) {
    bool met = false, floats = false;
    for (const FloatTally& t : op.floats)
      for (std::size_t j = 0; j < t.size(); ++j) floats |= t[j] > 0, met |= j == k && t[j] > 0;
    if (floats && !met) text += fmt::format("{}{}", text.empty() ? "" : ", ", float_kinds[k]);
  }
  return text.empty() ? "all" : "not " + text;
}

bool both_ways(const BranchCoverage& b) { return b.taken > 0 && b.not_taken > 0; }

}  // namespace

std::string text_coverage(const CoverageOfOps& coverage, bool color) {
  Table table({{"op"}, {"cases", true}, {"branches", true}, {"floats"}, {"shapes"}, {"attributes"}});
  Table one_way({{"branch that went one way"}, {"op"}, {"yes", true}, {"no", true}});
  for (const auto& [name, op] : coverage) {
    std::size_t both = 0;
    for (const auto& [place, b] : op.branches) {
      both += both_ways(b);
      if (!both_ways(b)) one_way.add({place, name, fmt::to_string(b.taken), fmt::to_string(b.not_taken)});
    }
    table.add({name, fmt::to_string(op.cases), fmt::format("{} of {}", both, op.branches.size()), missing_kinds(op),
               names_of(op.shapes), attributes_text(op)});
  }
  return table.print(color) + (one_way.empty() ? "" : "\n" + one_way.print(color));
}

}  // namespace plumbline::crosscheck
