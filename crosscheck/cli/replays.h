// Replay files with the law and the subject that they name.
#pragma once

#include <memory>
#include <string>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/audit/replay.h"
#include "crosscheck/cli/subjects.h"

namespace plumbline::crosscheck {

inline constexpr std::size_t longest_replay = std::size_t{1} << 28;

struct LoadedReplay {
  std::string file;
  Replay replay;
  Laws laws;
  const Law* law = nullptr;  // one of `laws`
  std::shared_ptr<Subject> subject;

  // A crash is an outcome.
  Outcome rerun(const JudgeOptions& options = {});
};

// Throws UsageError: a file that cannot be read, a newer format, a law or a subject that is not known.
LoadedReplay load_replay(const std::string& file);

}  // namespace plumbline::crosscheck
