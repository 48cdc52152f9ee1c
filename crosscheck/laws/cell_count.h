// Counting outcomes of laws that are not about ops into the cells of a report.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "crosscheck/laws/law.h"
#include "crosscheck/report/report.h"

namespace plumbline::crosscheck {

// One cell while its cases run.
class CellCount {
 public:
  CellCount(std::string op, std::string law, std::string subject, std::string kernel);
  // A finding, an undecided or a mistrusted case is listed too, the first few of each cell.
  void add(const Outcome& outcome, const std::string& where, Report& report);
  // `seconds` where the cell's cases do not run one after another.
  void close(Report& report, std::optional<double> seconds = std::nullopt);

 private:
  Cell cell_;
  std::uint64_t listed_ = 0;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// The report's entry for an outcome of a law that is not about one op.
Finding finding_of(const Cell& cell, const Outcome& outcome, const std::string& where);

}  // namespace plumbline::crosscheck
