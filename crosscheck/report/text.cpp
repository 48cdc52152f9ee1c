// A report for a terminal: one row for each op and subject, what did not pass, the findings, and the totals.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "crosscheck/report/report.h"
#include "crosscheck/report/table.h"

namespace plumbline::crosscheck {

namespace {

std::string figure(double x) {
  if (x == 0) return "0";
  return fmt::format("{:.2g}", x);
}

std::string painted(const std::string& text, Verdict v, bool color) {
  if (!color) return text;
  const bool finding =
      v == Verdict::fail || v == Verdict::suspect || v == Verdict::nondeterministic || v == Verdict::crash;
  const char* code = v == Verdict::pass ? "32" : v == Verdict::skipped ? "2" : finding ? "31" : "33";
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string verdicts_of(const std::map<Verdict, std::uint64_t>& verdicts) {
  std::string text;
  for (const auto& [v, n] : verdicts)
    if (n > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, verdict_name(v));
  return text;
}

bool all_passed(const Cell& cell) {
  return std::all_of(cell.verdicts.begin(), cell.verdicts.end(), [](const auto& entry) {
    return entry.second == 0 || entry.first == Verdict::pass || entry.first == Verdict::skipped;
  });
}

// The cells of one op and subject as one: worst figures, added counts; the median of the largest cell.
void absorb(Cell& sum, const Cell& cell) {
  if (cell.elements > sum.elements / 2) sum.median_ratio = std::max(sum.median_ratio, cell.median_ratio);
  if (sum.kernel.empty()) sum.kernel = cell.kernel, sum.fallback = cell.fallback;
  sum.cases += cell.cases, sum.elements += cell.elements;
  sum.zero_tolerance_elements += cell.zero_tolerance_elements, sum.unjudged_elements += cell.unjudged_elements;
  sum.stood_down_elements += cell.stood_down_elements;
  sum.refined_elements += cell.refined_elements, sum.seconds += cell.seconds;
  sum.max_ratio = std::max(sum.max_ratio, cell.max_ratio), sum.max_ulp = std::max(sum.max_ulp, cell.max_ulp);
  for (const auto& [v, n] : cell.verdicts) sum.verdicts[v] += n;
}

std::string op_table(const Report& report, bool color) {
  std::map<std::pair<std::string, std::string>, Cell> rows;
  for (const Cell& cell : report.cells) absorb(rows[{cell.op, cell.subject}], cell);
  Table table({{"op"},
               {"subject"},
               {"kernel"},
               {"cases", true},
               {"elements", true},
               {"max ratio", true},
               {"median", true},
               {"max ulp", true},
               {"zero tol", true},
               {"unjudged", true},
               {"refined", true},
               {"stood down", true},
               {"verdicts"}});
  for (const auto& [key, row] : rows)
    table.add({key.first, key.second, row.kernel + (row.fallback ? " (fallback)" : ""), fmt::to_string(row.cases),
               fmt::to_string(row.elements), figure(row.max_ratio), figure(row.median_ratio), figure(row.max_ulp),
               fmt::to_string(row.zero_tolerance_elements), fmt::to_string(row.unjudged_elements),
               fmt::to_string(row.refined_elements), fmt::to_string(row.stood_down_elements),
               verdicts_of(row.verdicts)});
  return table.empty() ? std::string() : table.print(color) + "\n";
}

std::string law_table(const Report& report, bool color) {
  std::map<std::pair<std::string, std::string>, Cell> rows;
  for (const Cell& cell : report.cells) absorb(rows[{cell.law, cell.subject}], cell);
  Table table({{"law"},
               {"subject"},
               {"cases", true},
               {"elements", true},
               {"max ratio", true},
               {"seconds", true},
               {"verdicts"}});
  for (const auto& [key, row] : rows)
    table.add({key.first, key.second, fmt::to_string(row.cases), fmt::to_string(row.elements), figure(row.max_ratio),
               fmt::format("{:.2f}", row.seconds), verdicts_of(row.verdicts)});
  return table.empty() ? std::string() : table.print(color) + "\n";
}

std::string unpassed_table(const Report& report, bool color) {
  Table table({{"not passed"}, {"law"}, {"subject"}, {"kernel"}, {"verdicts"}});
  for (const Cell& cell : report.cells)
    if (!all_passed(cell)) table.add({cell.op, cell.law, cell.subject, cell.kernel, verdicts_of(cell.verdicts)});
  return table.empty() ? std::string() : table.print(color) + "\n";
}

}  // namespace

std::string decimal_and_hex(const std::string& hex) {
  if (hex.empty()) return hex;
  char* end = nullptr;
  const double value = std::strtod(hex.c_str(), &end);
  return *end == '\0' ? fmt::format("{} ({:.9g})", hex, value) : hex;
}

std::string text_finding(const Finding& f, bool color) {
  std::string text = fmt::format("{}  {} {} {}", painted(std::string(verdict_name(f.verdict)), f.verdict, color), f.op,
                                 f.law, f.subject);
  if (!f.node.empty()) text += "  node " + f.node;
  if (!f.element.empty()) text += fmt::format("  element [{}]", fmt::join(f.element, ", "));
  text += "\n";
  if (!f.message.empty()) text += "  " + f.message + "\n";
  if (!f.got.empty()) {
    text += "  got    " + decimal_and_hex(f.got) + "\n";
    if (f.exact_lo == f.exact_hi)
      text += "  exact  " + decimal_and_hex(f.exact_lo) + "\n";
    else
      text += "  exact  between " + decimal_and_hex(f.exact_lo) + " and " + decimal_and_hex(f.exact_hi) + "\n";
    text += fmt::format("  bound  {}, ratio {:.3g}\n", decimal_and_hex(f.bound), f.ratio);
  }
  if (!f.introduced.empty())
    text +=
        "  error introduced " + decimal_and_hex(f.introduced) + ", propagated " + decimal_and_hex(f.propagated) + "\n";
  if (!f.cause.empty()) text += "  cause  " + f.cause + "\n";
  if (!f.replay.empty()) text += "  replay " + f.replay + "\n";
  return text;
}

std::string last_line(const Report& report) {
  std::string text = fmt::format("{} cases  {} elements", report.cases(), report.elements());
  for (Verdict v : {Verdict::pass, Verdict::fail, Verdict::suspect, Verdict::undecided, Verdict::mistrusted,
                    Verdict::crash, Verdict::nondeterministic, Verdict::skipped})
    text += fmt::format("  {} {}", report.total(v), verdict_name(v));
  return text + fmt::format("  {:.1f} s\n", report.seconds);
}

std::string text_report(const Report& report, bool color) {
  std::string text = op_table(report, color) + law_table(report, color) + unpassed_table(report, color);
  for (const Finding& f : report.findings) text += text_finding(f, color) + "\n";
  for (const std::string& note : report.notes) text += "note: " + note + "\n";
  if (const auto n = report.redrawn(); n > 0)
    text += fmt::format("note: {} cases were drawn anew because they proved nothing\n", n);
  if (report.interrupted) text += "interrupted: what had been found until then\n";
  return text + last_line(report);
}

}  // namespace plumbline::crosscheck
