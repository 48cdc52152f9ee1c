// The options that every verb with a suite of cases shares, and what they make of a suite.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crosscheck/audit/runner.h"
#include "crosscheck/cli/flags.h"
#include "crosscheck/cli/interrupt.h"
#include "crosscheck/cli/output.h"

namespace plumbline::crosscheck {

class SuiteFlags {
 public:
  void declare(Flags& flags);
  // Throws UsageError on anything that is wrong; the folder for replay files is made if it was asked for.
  Suite suite(const Interrupt& interrupt) const;
  Sinks sinks() const { return {json_, junit_, quiet_, no_color_}; }
  std::optional<double> seconds() const;
  // Every name that --op can match: ops, `graph`, initialisers, optimisers.
  static std::vector<std::string> op_names();

 private:
  std::string suite_, op_, law_, seed_, cases_, time_, jobs_, out_, json_, junit_;
  std::vector<std::string> subjects_;
  bool quiet_ = false, no_color_ = false;
};

// A suite from a TOML file: base = "quick" or "full", then op, law, subjects, seed, cases, graph_cases, size, time,
// jobs, findings. Errors read `suite.toml: line 3: found X, expected Y`.
Suite read_suite(const std::string& path);
Suite parse_suite(std::string_view text, const std::string& path);

}  // namespace plumbline::crosscheck
