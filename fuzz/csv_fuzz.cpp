// Any bytes as a table: under each option: a clear refusal, or rows of finite numbers, all of one length.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/data/table.h"
#include "spec/lang/check.h"

using namespace plumbline;

namespace {

using runtime::data::Table, runtime::data::TableOptions;

void check_table(const Table& table, std::size_t size) {
  check(table.rows >= 1 && table.columns >= 1, "a table has numbers");
  check(table.values.size() == static_cast<std::size_t>(table.rows * table.columns), "rows of one length");
  check(table.lines.size() == static_cast<std::size_t>(table.rows), "each row has its line");
  check(table.values.size() <= size + 1, "each number has its byte, the last that of the end");
  for (const double v : table.values) check(std::isfinite(v), "finite numbers");
  for (const auto& [column, names] : table.named)
    for (spec::Index row = 0; row < table.rows; ++row) {
      const double v = table.at(row, column);
      check(v >= 0 && v < static_cast<double>(names.size()), "a number for each name");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  using Missing = TableOptions::Missing;
  for (const TableOptions& options :
       {TableOptions{}, TableOptions{.named = {-1}}, TableOptions{.missing = Missing::fill, .absent = {"", "NA"}},
        TableOptions{.named = {0, -2}, .order = TableOptions::Order::appearance, .missing = Missing::drop_row}}) {
    const auto table = runtime::data::parse_table(text, "fuzz.csv", options);
    if (!table) {
      check(std::string_view(table.error().what()).starts_with("fuzz.csv: "), "a refusal names the file");
      continue;
    }
    check_table(*table, size);
    const auto labelled = runtime::data::from_table(*table, {.classes = 3});
    check(!labelled || labelled->size() == table->rows, "a sample for each row");
  }
  return 0;
}
