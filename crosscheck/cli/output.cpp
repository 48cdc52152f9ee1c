// Writing reports.
#include "crosscheck/cli/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/audit/hex.h"
#include "crosscheck/cli/usage.h"

namespace plumbline::crosscheck {

void Sinks::check() const {
  if (json == "-" && junit == "-")
    refuse("command line: found --json - and --junit -, expected at most one on standard output");
  for (const std::string& file : {json, junit})
    if (!file.empty()) checked(check_writable(file));
}

bool Sinks::color() const {
  const char* declined = std::getenv("NO_COLOR");
  return !no_color && (declined == nullptr || *declined == '\0') && ::isatty(STDOUT_FILENO) == 1;
}

void Sinks::write(const Report& report, const std::string& text_form) const {
  std::vector<StagedFile> staged;
  if (!json.empty()) staged.push_back(checked(StagedFile::stage(json, json_report(report))));
  if (!junit.empty()) staged.push_back(checked(StagedFile::stage(junit, junit_report(report))));
  for (StagedFile& file : staged) checked(file.commit());
  if (text()) checked(write_file("-", text_form));
}

std::string ulps_text(const ElementReport& element, const spec::Format& format) {
  const auto lo = parse_hex(element.exact_lo), hi = parse_hex(element.exact_hi);
  const bool normal = lo && hi && (*lo >= format.smallest_normal() || *hi <= -format.smallest_normal());
  return normal ? fmt::format("{:.3g} ulps", element.ulps) : "- ulps";
}

}  // namespace plumbline::crosscheck
