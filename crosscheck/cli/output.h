// Where reports go: text to standard output, JSON and JUnit to files; all of them or none.
#pragma once

#include <string>

#include "crosscheck/judge/coordinates.h"
#include "crosscheck/report/report.h"

namespace plumbline::crosscheck {

struct Sinks {
  std::string json, junit;  // empty: not wanted; `-`: standard output, which then carries no text
  bool quiet = false, no_color = false;

  // Throws UsageError where a file could not be written, before any work is done.
  void check() const;
  bool text() const { return !quiet && json != "-" && junit != "-"; }
  // Colour belongs on a terminal, unless NO_COLOR is set or the user declines.
  bool color() const;
  void write(const Report& report, const std::string& text) const;
};

// `1.54e+03 ulps`, or `- ulps` where the exact value is zero or subnormal: units in the last place say nothing there.
std::string ulps_text(const ElementReport& element, const spec::Format& format);

}  // namespace plumbline::crosscheck
