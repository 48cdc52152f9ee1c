// Tables of numbers in comma-separated form (RFC 4180): an optional header line, then rows of one length.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/lang/result.h"
#include "spec/lang/shape.h"

namespace plumbline::runtime::data {

struct Table {
  std::vector<std::string> header;  // empty if the first line holds numbers
  spec::Index rows = 0, columns = 0;
  std::vector<double> values;  // row-major, all finite

  double at(spec::Index row, spec::Index column) const {
    return values[static_cast<std::size_t>(row * columns + column)];
  }
};

// Lines end in LF or CRLF; fields may be quoted. Ragged rows, missing values, words among numbers, numbers that are not
// finite, broken quotes and an empty table are refused: `file: line N: found X, expected Y`.
spec::Result<Table> parse_table(std::string_view text, std::string_view file);
spec::Result<Table> read_table(const std::string& file);

// The same as text: LF, the shortest decimals that read back to the same numbers, quotes where a name needs them. Reads
// back if the values are finite and the header, if there is one, has a name for each column, none of which is a number.
std::string print_table(const Table& table);

}  // namespace plumbline::runtime::data
