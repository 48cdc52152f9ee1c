// Where reports go: text to standard output, JSON and JUnit to files; all of them or none.
#pragma once

#include <string>

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

// `[17, 23]` of a flat row-major index.
std::vector<spec::Index> coordinates(const spec::Shape& shape, spec::Index flat);

}  // namespace plumbline::crosscheck
