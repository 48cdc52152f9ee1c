// Tables of numbers in comma-separated form (RFC 4180): an optional header line, then rows of one length.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/lang/result.h"
#include "spec/lang/shape.h"

namespace plumbline::runtime::data {

// How a table's fields become numbers.
struct TableOptions {
  enum class Order { sorted, appearance };  // sorted by the names' bytes
  enum class Missing { refuse, fill, drop_row };

  std::vector<spec::Index> named = {};  // columns of names, which become 0, 1, …; a negative one from the end
  Order order = Order::sorted;
  Missing missing = Missing::refuse;
  double fill = 0;                         // where a number is missing; a missing name is always refused or dropped
  std::vector<std::string> absent = {""};  // what stands for a missing value, blanks around it removed
};

// The names that a column's numbers stand for.
struct ColumnNames {
  spec::Index column = 0;
  std::vector<std::string> names;
};

struct Table {
  std::vector<std::string> header;  // empty if the first line holds numbers
  spec::Index rows = 0, columns = 0;
  std::vector<double> values;      // row-major, all finite
  std::vector<ColumnNames> named;  // for each column that the options name, in their order
  std::vector<spec::Index> lines;  // where each row begins in the file; empty in a table that is from none

  double at(spec::Index row, spec::Index column) const {
    return values[static_cast<std::size_t>(row * columns + column)];
  }
  // Rows of a table without lines stand in lines of their own, below the header.
  spec::Index line_of(spec::Index row) const {
    return lines.empty() ? row + (header.empty() ? 1 : 2) : lines[static_cast<std::size_t>(row)];
  }
};

// Lines end in LF or CRLF; fields may be quoted, and then hold ends of lines. A first line without numbers is the
// header. Ragged rows, missing values, words among numbers, numbers that are not finite, broken quotes and an empty
// table are refused: `file: line N: found X, expected Y`, N being where the row begins.
spec::Result<Table> parse_table(std::string_view text, std::string_view file, const TableOptions& options = {});
spec::Result<Table> read_table(const std::string& file, const TableOptions& options = {});

// The same as text: LF, the shortest decimals that read back to the same numbers, quotes where a name needs them. Reads
// back if the values are finite and the header, if there is one, has a name for each column, none of which is a number.
std::string print_table(const Table& table);

}  // namespace plumbline::runtime::data
