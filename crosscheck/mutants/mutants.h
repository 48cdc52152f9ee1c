// The kill score: each planted bug is checked by the laws of the quick suite until one catches it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "crosscheck/mutants/usual_checks.h"

namespace plumbline::crosscheck {

// The names of the bugs that are planted in every op of the list; all others were planted by hand.
inline constexpr std::array<std::string_view, 3> planted_everywhere{"last_wrong", "grown", "grad_grown"};

// What became of one planted bug.
struct Kill {
  std::string name, op, bug;
  Stage stage = Stage::forward;
  bool killed = false;
  std::string law, message;  // that caught it, and what it said
  Verdict verdict = Verdict::pass;
  std::uint64_t cases = 0;  // until then
  double seconds = 0;
  std::string reason;  // why it cannot be caught, where that is proven
  std::optional<UsualVerdicts> usual;  // what other tools' rules catch; nullopt where they have no such test
};

// On how many ops the rules of other tools reject a correct kernel in binary32 beside the same in binary64.
struct FalseAlarms {
  std::size_t ops = 0;
  std::array<std::size_t, usual_rule_count> rejected{};
};

struct MutantOptions {
  std::uint64_t seed = 1;
  std::uint64_t cases = 20;  // for each law, as in the quick suite
  int jobs = 0;              // 0: all cores
  std::string op = "*";      // globs on op and name
  std::string name = "*";
  const std::atomic<bool>* cancelled = nullptr;
};

// In the order of all_mutants(); the same for any number of jobs. Bugs that were not reached before a cancellation are
// left out.
std::vector<Kill> run_mutants(const MutantOptions& options);
// The same with bugs of one's own.
std::vector<Kill> run_mutants(std::vector<Mutant> list, const MutantOptions& options);

// Of the ops that match; on the same shapes.
FalseAlarms false_alarms(const MutantOptions& options);

// Planted bugs that no law caught and for which no reason is known.
std::vector<const Kill*> survivors(const std::vector<Kill>& kills);

// A table of all bugs, the survivors by name, what the usual checks catch of the same bugs, and the last line
// `N planted  N killed  N explained  N survived`.
std::string mutant_text(const std::vector<Kill>& kills, const FalseAlarms& alarms = {});
// `"schema": "plumbline.mutants/1"`
std::string mutant_json(const std::vector<Kill>& kills, std::uint64_t seed, const FalseAlarms& alarms = {});

}  // namespace plumbline::crosscheck
