// Everything that can be named on the command line, as rows: what `crosscheck list` prints.
#pragma once

#include <string>
#include <vector>

#include "spec/lang/attributes.h"

namespace plumbline::crosscheck {

struct Row {
  std::string kind, name, summary;
  spec::Attributes attributes;                             // with their defaults
  std::vector<std::pair<std::string, std::string>> facts;  // further columns of the details, by name
  std::vector<std::string> methods, kernels, laws;
  std::vector<std::pair<std::string, std::vector<std::string_view>>> words = {};  // that text attributes take
};

// ops, laws, layers, inits, losses, optims, schedules, kernels, subjects, mutants, models.
std::vector<std::string> row_kinds();
std::vector<Row> rows_of(const std::string& kind);
// A row with everything that takes work to find out: the laws that apply to an op.
Row detailed(Row row);

}  // namespace plumbline::crosscheck
