// Any bytes as a table: a clear refusal, or rows of finite numbers, as many as the header has columns.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/data/table.h"
#include "spec/lang/check.h"

using namespace plumbline;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto table = runtime::data::parse_table({reinterpret_cast<const char*>(bytes), size}, "fuzz.csv");
  if (!table) {
    check(std::string_view(table.error().what()).starts_with("fuzz.csv: "), "a refusal names the file");
    return 0;
  }
  check(table->rows >= 1 && table->columns >= 1, "a table has numbers");
  check(table->values.size() == static_cast<std::size_t>(table->rows * table->columns), "rows of one length");
  check(table->values.size() <= size, "each number has its byte");
  for (const double v : table->values) check(std::isfinite(v), "finite numbers");
  const auto labelled = runtime::data::from_table(*table, {.classes = 3});
  check(!labelled || labelled->size() == table->rows, "a sample for each row");
  return 0;
}
