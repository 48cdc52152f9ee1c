// The labels of constraints and bounds, as texts name them.
#pragma once

#include <map>
#include <regex>
#include <string>

#include "tests/house/sources.h"

namespace plumbline::house {

using Labels = std::map<std::string, std::string>;  // label, and a file that has it

// `[sum B1]`, and `[init C1..C5]` for five of them. In `[op C0]` op stands for every op: C0 is shared by all.
inline void add_written(Labels& labels, const std::string& text, const std::string& path) {
  static const std::regex label(R"(\[([a-z][a-z0-9_]*) ([BC])([0-9]+)(?:(?:\.\.|–|-)[BC]?([0-9]+))?\])");
  for (std::sregex_iterator it(text.begin(), text.end(), label), end; it != end; ++it) {
    const auto& m = *it;
    const int first = std::stoi(m[3]), last = m[4].matched ? std::stoi(m[4]) : first;
    if (m[1] == "op") continue;
    for (int i = first; i <= last; ++i)
      if (m[2] != "C" || i != 0) labels.emplace(m[1].str() + " " + m[2].str() + std::to_string(i), path);
  }
}

// `refuse(*this, 2, …)` in the header of an op puts the op's own name into the label.
inline void add_refused(Labels& labels, const std::string& text, const std::string& path) {
  static const std::regex name("string_view\\s+name = \"([a-z0-9_]+)\""), refused(R"(refuse\(\*this,\s*([0-9]+))");
  std::smatch op;
  if (!std::regex_search(text, op, name)) return;
  for (std::sregex_iterator it(text.begin(), text.end(), refused), end; it != end; ++it)
    if ((*it)[1] != "0") labels.emplace(op[1].str() + " C" + (*it)[1].str(), path);
}

inline Labels labels_in(const std::vector<std::string>& folders) {
  Labels labels;
  for (const Source& source : sources(folders)) {
    add_written(labels, source.text, source.path);
    add_refused(labels, source.text, source.path);
  }
  return labels;
}

}  // namespace plumbline::house
