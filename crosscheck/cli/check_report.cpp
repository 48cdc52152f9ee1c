// Telling what was found in somebody's tensors.
#include "crosscheck/cli/check_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "crosscheck/audit/hex.h"

namespace plumbline::crosscheck {

namespace {

spec::Index judged(const Judgement& j) { return j.elements - j.unjudged; }

// The bound of the element that comes nearest to it is as large as the element itself.
bool bound_is_idle(const Judgement& j) {
  if (!j.worst) return false;
  const auto lo = parse_hex(j.worst->exact_lo), hi = parse_hex(j.worst->exact_hi);
  const double most = lo && hi ? std::max(std::abs(*lo), std::abs(*hi)) : 0;
  return most > 0 && j.worst->bound >= most;
}

std::string unjudged_text(const Judgement& j) {
  return fmt::format("{} of {} elements could not be judged: the claims allow any error there", j.unjudged, j.elements);
}

// More than half of the elements are far outside of what rounding errors look like, on data that forbid to judge by it
// [verdict B2].
bool mostly_stood_down(const Judgement& j) { return j.verdict == Verdict::pass && 2 * j.stood_down > judged(j); }

std::string headline(const CheckedFile& c) {
  const Judgement& j = c.judgement;
  if (mostly_stood_down(j))
    return fmt::format("right within the proven bound only; {} of {} elements are far beyond what rounding errors look "
                       "like, but {}", j.stood_down, j.elements, j.note);
  if (j.unjudged > 0 && j.verdict != Verdict::fail && j.verdict != Verdict::suspect)
    return unjudged_text(j) + (j.verdict == Verdict::pass ? "; the others are within their bounds" : "");
  switch (j.verdict) {
    case Verdict::pass:
      return "right, every element is within the bound derived from the data and the claims";
    case Verdict::fail:
      return "wrong, no kernel within the claims gives this";
    case Verdict::suspect:
      return "within the proven bound, but far beyond what rounding errors look like";
    case Verdict::undecided:
      return "the exact value could not be enclosed narrowly enough";
    case Verdict::mistrusted:
      return bound_is_idle(j) ? "these claims prove nothing here: they allow errors as large as the values"
                              : "this data proves nothing";
    default:
      return std::string(verdict_name(j.verdict));
  }
}

// 0.01 %, with as many digits as it takes not to round to zero.
std::string percent(spec::Index part, spec::Index whole) {
  const double p = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  return p < 10 ? fmt::format("{:.2g} %", p) : fmt::format("{:.0f} %", p);
}

std::string worst_lines(const CheckedFile& c) {
  const Judgement& j = c.judgement;
  if (!j.worst || judged(j) == 0) return {};
  const ElementReport& w = *j.worst;
  if (j.verdict == Verdict::pass && !std::isfinite(w.bound)) return {};  // no judged element is further off than 0
  const std::string place = fmt::format("[{}]", fmt::join(coordinates(c.shape, w.element), ", "));
  std::string text;
  if (j.mismatched > 0)
    text += fmt::format("  mismatched elements: {} / {} ({}), worst at {}\n", j.mismatched, j.elements,
                        percent(j.mismatched, j.elements), place);
  else
    text += fmt::format("  {} {}\n", j.verdict == Verdict::pass ? "nearest to its bound at" : "at", place);
  text += fmt::format("    got    {}\n", decimal_and_hex(hex(w.got)));
  if (w.exact_lo == w.exact_hi)
    text += fmt::format("    exact  {}\n", decimal_and_hex(w.exact_lo));
  else
    text += fmt::format("    exact  between {}\n           and     {}\n", decimal_and_hex(w.exact_lo),
                        decimal_and_hex(w.exact_hi));
  return text + fmt::format("    bound  {}   ratio {:.3g}   {}\n", decimal_and_hex(hex(w.bound)), w.ratio,
                            ulps_text(w, c.claims.output));
}

std::string figures(const CheckedFile& c) {
  const Judgement& j = c.judgement;
  std::string text = fmt::format("  {} elements", j.elements);
  if (judged(j) > 0)
    text += fmt::format(", error at most {:.2g} of the bound (median {:.2g})", j.max_ratio, j.median_ratio);
  if (judged(j) > 0 && j.max_ulp > 0) text += fmt::format(", {:.3g} ulps", j.max_ulp);
  if (j.zero_tolerance > 0) text += fmt::format("; {} had to be exact", j.zero_tolerance);
  if (j.unjudged > 0) text += fmt::format("; {} could not be judged", j.unjudged);
  if (j.refined > 0) text += fmt::format("; {} took more precision", j.refined);
  if (j.stood_down > 0)
    text += fmt::format("; {} pass only because the statistics of rounding stood down", j.stood_down);
  return text + "\n";
}

std::string claims_text(const spec::Claims& claims) {
  spec::Claims usual;
  const bool known = spec::set_claim(usual, "format", claims.output.name).has_value();
  if (!known || claims != usual) return print_claims(claims);
  return fmt::format("the default for {}: computed in {}, any order, FMA may, subnormals kept, functions within 4 ulp",
                     claims.output.name, claims.intermediate.name);
}

std::string describe(const CheckedFile& c, const std::string& op, bool color) {
  const Verdict v = c.judgement.verdict;
  const bool plainly = v == Verdict::pass && !mostly_stood_down(c.judgement);
  const char* code = plainly ? "32" : v == Verdict::fail || v == Verdict::suspect ? "31" : "33";
  const std::string head = color ? fmt::format("\x1b[{}m{}\x1b[0m", code, headline(c)) : headline(c);
  std::string text = fmt::format("{}: {} as {} of {}: {}\n", verdict_name(v), c.file, c.what, op, head);
  text += figures(c) + worst_lines(c);
  if (!c.cause.empty()) text += "  likely cause: " + c.cause + "\n";
  if (!c.warning.empty()) text += "  warning: " + c.warning + "\n";
  if (!c.judgement.note.empty()) text += "  note: " + c.judgement.note + "\n";
  text += fmt::format("  claims: {}; {}\n", claims_text(c.claims),
                      c.tier == Tier::proof ? "proven bound only" : "proven bound and statistics of rounding");
  return text;
}

}  // namespace

CheckReport::CheckReport(std::vector<std::string> command, std::string op, std::string law)
    : op_(std::move(op)), law_(std::move(law)) {
  report_.command = std::move(command);
}

void CheckReport::add(const CheckedFile& c) {
  const Judgement& j = c.judgement;
  Cell cell;
  cell.op = op_, cell.law = law_, cell.subject = c.file, cell.kernel = "file";
  cell.cases = 1, cell.elements = static_cast<std::uint64_t>(j.elements);
  cell.zero_tolerance_elements = static_cast<std::uint64_t>(j.zero_tolerance);
  cell.unjudged_elements = static_cast<std::uint64_t>(j.unjudged);
  cell.refined_elements = static_cast<std::uint64_t>(j.refined);
  cell.stood_down_elements = static_cast<std::uint64_t>(j.stood_down);
  cell.seconds = c.seconds;
  cell.verdicts[j.verdict] = 1;
  cell.max_ratio = j.max_ratio, cell.median_ratio = j.median_ratio, cell.max_ulp = j.max_ulp;
  cell.note = mostly_stood_down(j) ? headline(c) : c.warning.empty() ? j.note : c.warning;
  report_.cells.push_back(cell);
  report_.seconds += c.seconds;
  files_.push_back(c);
  if (j.verdict == Verdict::pass) return;
  Finding f;
  f.id = spec::concat(op_, '-', law_, '-', files_.size());
  f.op = op_, f.law = law_, f.subject = c.file, f.verdict = j.verdict, f.cause = c.cause;
  f.message = j.note.empty() ? headline(c) : j.note;
  if (j.worst) {
    f.element = coordinates(c.shape, j.worst->element);
    f.exact_lo = j.worst->exact_lo, f.exact_hi = j.worst->exact_hi;
    f.bound = hex(j.worst->bound), f.got = hex(j.worst->got), f.ratio = j.worst->ratio;
  }
  report_.findings.push_back(std::move(f));
}

int CheckReport::write(const Sinks& sinks) {
  std::string text;
  for (const CheckedFile& c : files_) text += describe(c, op_, sinks.color());
  if (files_.size() > 1) text += last_line(report_);
  sinks.write(report_, text);
  return report_.exit_code();
}

}  // namespace plumbline::crosscheck
