// Cutting a table into inputs and targets.
#include "runtime/data/table.h"

#include <algorithm>
#include <charconv>

#include "runtime/data/npy.h"
#include "spec/lang/floats.h"

namespace plumbline::runtime::data {

using spec::fail;
using spec::Tensor;

namespace {

Result<std::vector<Index>> target_columns(const Table& table, const TableLayout& layout, std::string_view file) {
  std::vector<Index> targets;
  for (const Index t : layout.targets) {
    const Index column = t < 0 ? t + table.columns : t;
    if (column < 0 || column >= table.columns)
      return fail(file, ": found no column ", t, ", expected one of ", table.columns);
    if (std::ranges::find(targets, column) != targets.end())
      return fail(file, ": found column ", t, " twice among the targets, expected it once");
    targets.push_back(column);
  }
  if (static_cast<Index>(targets.size()) == table.columns)
    return fail(file, ": found ", table.columns, " columns, all of them targets, expected one for the input");
  if (layout.classes > 0 && targets.size() != 1)
    return fail(file, ": found ", targets.size(), " columns of labels, expected one");
  return targets;
}

// These columns, scaled.
Result<AnyTensor> numbers(const Table& table, const std::vector<Index>& columns, double scale, DType dtype) {
  const auto width = static_cast<Index>(columns.size());
  return cast(Tensor<double>::generate({table.rows, width},
                                       [&](Index i) {
                                         const Index column = columns[static_cast<std::size_t>(i % width)];
                                         return scale * table.at(i / width, column);
                                       }),
              dtype);
}

Result<AnyTensor> labels(const Table& table, Index column, Index classes, std::string_view file) {
  std::vector<std::int64_t> out;
  for (Index row = 0; row < table.rows; ++row) {
    const auto label = spec::to_index(table.at(row, column));
    if (!label || *label < 0 || *label >= classes)
      return fail(file, ": line ", table.line_of(row), ": found label ", table.at(row, column),
                  ", expected an integer from 0 to ", classes - 1);
    out.push_back(*label);
  }
  return Tensor<std::int64_t>({table.rows}, std::move(out));
}

}  // namespace

Result<Index> column_of(const Table& table, std::string_view name) {
  const auto at = std::ranges::find(table.header, name);
  if (at != table.header.end()) return static_cast<Index>(at - table.header.begin());
  Index number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size() || number < 0 || number >= table.columns)
    return fail("table: found no column ", name, ", expected a name of its header or a number below ", table.columns);
  return number;
}

Result<Dataset> from_table(const Table& table, const TableLayout& layout, std::string_view file) {
  if (layout.dtype == DType::i64) return fail(file, ": found dtype i64 for numbers, expected a real one");
  const auto targets = target_columns(table, layout, file);
  if (!targets) return tl::unexpected(targets.error());
  std::vector<Index> inputs;
  for (Index c = 0; c < table.columns; ++c)
    if (std::ranges::find(*targets, c) == targets->end()) inputs.push_back(c);
  auto x = numbers(table, inputs, layout.scale, layout.dtype);
  if (!x) return tl::unexpected(x.error());
  auto y = layout.classes > 0 ? labels(table, targets->front(), layout.classes, file)
                              : numbers(table, *targets, 1, layout.dtype);
  if (!y) return tl::unexpected(y.error());
  return Dataset::from_tensors(std::move(*x), std::move(*y));
}

Result<Dataset> read_npy_pair(const std::string& x, const std::string& y, Index classes) {
  auto inputs = read_npy_tensor(x);
  if (!inputs) return tl::unexpected(inputs.error());
  auto targets = read_npy_tensor(y);
  if (!targets) return tl::unexpected(targets.error());
  if (classes > 0)
    if (auto ok = check_labels(*targets, classes, y); !ok) return tl::unexpected(ok.error());
  auto data = Dataset::from_tensors(std::move(*inputs), std::move(*targets));
  if (!data) return fail(x, " and ", y, ": ", data.error().what());
  return data;
}

Result<Dataset> read_csv(const std::string& file, const TableLayout& layout) {
  const auto table = read_table(file);
  return table ? from_table(*table, layout, file) : tl::unexpected(table.error());
}

Result<NamedClasses> read_csv_classes(const std::string& file, TableLayout layout, TableOptions options) {
  if (layout.targets.size() != 1)
    return fail(file, ": found ", layout.targets.size(), " columns of labels, expected one");
  options.named.insert(options.named.begin(), layout.targets.front());
  const auto table = read_table(file, options);
  if (!table) return tl::unexpected(table.error());
  const std::vector<std::string>& classes = table->named.front().names;
  layout.classes = static_cast<Index>(classes.size());
  auto data = from_table(*table, layout, file);
  if (!data) return tl::unexpected(data.error());
  return NamedClasses{std::move(*data), classes};
}

}  // namespace plumbline::runtime::data
