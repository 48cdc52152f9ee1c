// What a run found: totals, one cell for each (op, law, subject), findings; written as text, JSON or JUnit.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "crosscheck/audit/coverage.h"
#include "crosscheck/laws/law.h"

namespace plumbline::crosscheck {

struct Cell {
  std::string op, law, subject, kernel;
  bool fallback = false;
  std::uint64_t cases = 0, elements = 0, zero_tolerance_elements = 0, unjudged_elements = 0, refined_elements = 0;
  std::uint64_t stood_down_elements = 0;  // beyond the statistics of rounding, on data that they cannot speak about
  std::uint64_t redrawn = 0, redrawn_elements = 0;  // cases that proved nothing and were drawn anew
  std::map<Verdict, std::uint64_t> verdicts;
  double max_ratio = 0, median_ratio = 0, max_ulp = 0, seconds = 0;
  std::string note;  // of a tensor that was judged by itself: what a reader must know beside its verdict
};

struct Finding {
  std::string id, op, law, subject, node, message, cause, replay;
  Verdict verdict = Verdict::fail;
  std::vector<spec::Index> element;            // coordinates
  std::string exact_lo, exact_hi, bound, got;  // hex floats
  double ratio = 0;
  std::string introduced, propagated;  // hex floats, or empty
};

struct Report {
  std::vector<std::string> command;
  std::uint64_t seed = 0;
  std::vector<Cell> cells;  // sorted by op, law, subject
  std::vector<Finding> findings;
  CoverageOfOps coverage;          // what the cases reached of each op
  std::vector<std::string> notes;  // skipped things and their reasons, named survivors
  double seconds = 0;
  bool interrupted = false;

  std::uint64_t total(Verdict v) const;
  std::uint64_t cases() const;
  std::uint64_t elements() const;
  std::uint64_t redrawn() const;
  // 0 all passed, 1 a finding, 3 undecided or mistrusted; 130 interrupted.
  int exit_code() const;
};

// A note where the run judged more elements than its probability of a false alarm is spread over [tier B5].
void check_budget(Report& report, const JudgeOptions& options);

// Adds what another run found: cells of the same op, law and subject become one.
void merge(Report& report, Report more);

struct Host {
  std::string cpu, compiler, flags, device;  // device: empty if none
};
Host this_host();
std::string version();

// `0x1.8p+0 (1.5)`
std::string decimal_and_hex(const std::string& hex);
std::string text_finding(const Finding& finding, bool color);
// `N cases  N elements  N pass  … T s`
std::string last_line(const Report& report);
// A row for each op and subject, one for each law, what did not pass, the findings, the notes and the last line.
std::string text_report(const Report& report, bool color);
std::string json_report(const Report& report);   // "schema": "plumbline.report/1"
std::string junit_report(const Report& report);  // one suite per op, one test case per law and subject

}  // namespace plumbline::crosscheck
