// Counting what a run found.
#include "crosscheck/report/report.h"

#include <algorithm>

namespace plumbline::crosscheck {

std::uint64_t Report::total(Verdict v) const {
  std::uint64_t n = 0;
  for (const Cell& cell : cells)
    if (const auto at = cell.verdicts.find(v); at != cell.verdicts.end()) n += at->second;
  return n;
}

std::uint64_t Report::cases() const {
  std::uint64_t n = 0;
  for (const Cell& cell : cells) n += cell.cases;
  return n;
}

std::uint64_t Report::elements() const {
  std::uint64_t n = 0;
  for (const Cell& cell : cells) n += cell.elements;
  return n;
}

int Report::exit_code() const {
  const auto any = [&](std::initializer_list<Verdict> of) {
    return std::any_of(of.begin(), of.end(), [&](Verdict v) {
      return total(v) > 0 || std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return f.verdict == v; });
    });
  };
  if (interrupted) return 130;
  if (any({Verdict::fail, Verdict::suspect, Verdict::nondeterministic, Verdict::crash})) return 1;
  return any({Verdict::undecided, Verdict::mistrusted}) ? 3 : 0;
}

}  // namespace plumbline::crosscheck
