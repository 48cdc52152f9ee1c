// A report as JUnit XML: one suite for each op, one test case for each law and subject.
#include <fmt/format.h>

#include <pugixml.hpp>
#include <sstream>

#include "crosscheck/report/report.h"

namespace plumbline::crosscheck {

namespace {

enum class Result { passed, failed, error, skipped };

bool has(const Cell& cell, Verdict v) {
  const auto at = cell.verdicts.find(v);
  return at != cell.verdicts.end() && at->second > 0;
}

// JUnit knows only four results: what proves nothing is an error, as only a pass is a pass.
Result result_of(const Cell& cell) {
  for (Verdict v : {Verdict::fail, Verdict::suspect, Verdict::nondeterministic})
    if (has(cell, v)) return Result::failed;
  for (Verdict v : {Verdict::crash, Verdict::undecided, Verdict::mistrusted})
    if (has(cell, v)) return Result::error;
  return has(cell, Verdict::skipped) && !has(cell, Verdict::pass) ? Result::skipped : Result::passed;
}

std::string counts_of(const Cell& cell) {
  std::string text;
  for (const auto& [v, n] : cell.verdicts) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, verdict_name(v));
  return text;
}

std::string findings_of(const Report& report, const Cell& cell) {
  std::string text;
  for (const Finding& f : report.findings) {
    if (f.op != cell.op || f.law != cell.law || f.subject != cell.subject) continue;
    text += fmt::format("{} {}: {}\n", f.id, verdict_name(f.verdict), f.message);
    if (!f.got.empty())
      text += fmt::format("  got {}, exact [{}, {}], bound {}\n", f.got, f.exact_lo, f.exact_hi, f.bound);
    if (!f.cause.empty()) text += "  " + f.cause + "\n";
    if (!f.replay.empty()) text += "  replay " + f.replay + "\n";
  }
  return text;
}

void add_case(pugi::xml_node suite, const Report& report, const Cell& cell) {
  auto test = suite.append_child("testcase");
  test.append_attribute("name") = (cell.law + " " + cell.subject).c_str();
  test.append_attribute("classname") = cell.op.c_str();
  test.append_attribute("time") = fmt::format("{:.3f}", cell.seconds).c_str();
  const Result result = result_of(cell);
  if (result == Result::passed) return;
  auto child = test.append_child(result == Result::failed ? "failure" : result == Result::error ? "error" : "skipped");
  child.append_attribute("message") = counts_of(cell).c_str();
  if (const std::string text = findings_of(report, cell); !text.empty()) child.text() = text.c_str();
}

void add_counts(pugi::xml_node node, const std::vector<const Cell*>& cells) {
  const auto count = [&](Result r) {
    return std::count_if(cells.begin(), cells.end(), [&](const Cell* c) { return result_of(*c) == r; });
  };
  double seconds = 0;
  for (const Cell* c : cells) seconds += c->seconds;
  node.append_attribute("tests") = static_cast<long long>(cells.size());
  node.append_attribute("failures") = static_cast<long long>(count(Result::failed));
  node.append_attribute("errors") = static_cast<long long>(count(Result::error));
  node.append_attribute("skipped") = static_cast<long long>(count(Result::skipped));
  node.append_attribute("time") = fmt::format("{:.3f}", seconds).c_str();
}

}  // namespace

std::string junit_report(const Report& report) {
  std::map<std::string, std::vector<const Cell*>> suites;
  std::vector<const Cell*> all;
  for (const Cell& cell : report.cells) {
    suites[cell.op].push_back(&cell);
    all.push_back(&cell);
  }
  pugi::xml_document document;
  auto root = document.append_child("testsuites");
  root.append_attribute("name") = "crosscheck";
  add_counts(root, all);
  for (const auto& [op, cells] : suites) {
    auto suite = root.append_child("testsuite");
    suite.append_attribute("name") = op.c_str();
    add_counts(suite, cells);
    for (const Cell* cell : cells) add_case(suite, report, *cell);
  }
  std::ostringstream out;
  document.save(out, "  ");
  return out.str();
}

}  // namespace plumbline::crosscheck
