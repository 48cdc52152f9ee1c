// Data sets from files of numbers: tables, some of whose columns are the target, and pairs of NPY files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "runtime/data/csv.h"
#include "runtime/data/dataset.h"

namespace plumbline::runtime::data {

struct TableLayout {
  std::vector<Index> targets = {-1};  // columns of y; a negative one is counted from the end
  Index classes = 0;                  // > 0: the one target is a label in [0, classes), an i64 scalar
  double scale = 1;                   // x is multiplied by it
  DType dtype = DType::f32;           // of x, and of y unless it is a label: rounded once
};

// The column of a name: of the header, or a number in decimal.
Result<Index> column_of(const Table& table, std::string_view name);

// x [columns that are no targets], y [targets]. Errors: a column that does not exist, or twice, no column left for x,
// a label that is none, with its line: `file: line 3: found label 12, expected an integer from 0 to 9`.
Result<Dataset> from_table(const Table& table, const TableLayout& layout, std::string_view file = "table");
Result<Dataset> read_csv(const std::string& file, const TableLayout& layout = {});

// Rows whose one target, the last column unless the layout says another, is the name of a class, as in
// `5.1,3.5,setosa`: y is the number of the name, by the options' order.
struct NamedClasses {
  Dataset data;
  std::vector<std::string> classes;
};
Result<NamedClasses> read_csv_classes(const std::string& file, TableLayout layout = {}, TableOptions options = {});

// Row i of both files is a sample, in their own dtypes. classes > 0: y are labels in [0, classes).
Result<Dataset> read_npy_pair(const std::string& x, const std::string& y, Index classes = 0);

}  // namespace plumbline::runtime::data
