// Reading comma-separated tables: what is taken, and what each mistake is told.
#include "runtime/data/csv.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <rapidcheck/gtest.h>

namespace plumbline::runtime::data {
namespace {

using spec::Index;

std::string error_of(std::string_view text) {
  const auto table = parse_table(text, "t.csv");
  return table ? "no error" : table.error().what();
}

TEST(Csv, ReadsHeaderRowsQuotesAndCrlf) {
  const auto table = parse_table("a,\"b, \"\"c\"\"\"\r\n1,-2.5\r\n\"3\", 4e2\n", "t.csv");
  ASSERT_TRUE(table) << table.error().what();
  EXPECT_EQ(table->header, (std::vector<std::string>{"a", "b, \"c\""}));
  EXPECT_EQ(table->rows, 2);
  EXPECT_EQ(table->columns, 2);
  EXPECT_EQ(table->values, (std::vector<double>{1, -2.5, 3, 400}));
}

TEST(Csv, NeedsNoHeaderAndNoLastLineEnd) {
  const auto table = parse_table("1,2\n3,4", "t.csv");
  ASSERT_TRUE(table);
  EXPECT_TRUE(table->header.empty());
  EXPECT_EQ(table->rows, 2);
}

TEST(Csv, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(error_of(""), "t.csv: line 0: found the end of the file, expected a row of numbers");
  EXPECT_EQ(error_of("a,b\n"), "t.csv: line 1: found the end of the file, expected a row of numbers");
  EXPECT_EQ(error_of("a,b\n1,2\n3\n"), "t.csv: line 3: found 1 field, expected 2");
  EXPECT_EQ(error_of("a,b\n1,2,\n"), "t.csv: line 2: found 3 fields, expected 2");
  EXPECT_EQ(error_of("a,b\n1,x\n"), "t.csv: line 2: found x, expected a number in column 2");
  EXPECT_EQ(error_of("a,b\n1,\n"), "t.csv: line 2: found nothing, expected a number in column 2");
  EXPECT_EQ(error_of("1,b\n1,2\n"), "t.csv: line 1: found b, expected a number in column 2");
  EXPECT_EQ(error_of("1,2\n\n3,4\n"), "t.csv: line 2: found 1 field, expected 2");
  EXPECT_EQ(error_of("1,inf\n"), "t.csv: line 1: found inf, expected a finite number in column 2");
  EXPECT_EQ(error_of("1,nan\n"), "t.csv: line 1: found nan, expected a finite number in column 2");
  EXPECT_EQ(error_of("1,\"2\n"), "t.csv: line 1: found \"2, expected a closing quote");
  EXPECT_EQ(error_of("1,\"2\"3\n"), "t.csv: line 1: found 3, expected a comma after the closing quote");
  EXPECT_EQ(error_of("1,2\"\n"), "t.csv: line 1: found 2\", expected quotes around the whole field");
  EXPECT_EQ(error_of("1,1e999\n").substr(0, 20), "t.csv: line 1: found");
}

RC_GTEST_PROP(Csv, RoundTrips, ()) {
  Table table;
  table.columns = *rc::gen::inRange(1, 5), table.rows = *rc::gen::inRange(1, 5);
  if (*rc::gen::arbitrary<bool>())
    for (Index c = 0; c < table.columns; ++c)
      table.header.push_back("n" + *rc::gen::container<std::string>(rc::gen::elementOf(std::string("a1 ,\""))));
  for (Index i = 0; i < table.rows * table.columns; ++i) {
    const auto x = std::bit_cast<double>(*rc::gen::arbitrary<std::uint64_t>());
    table.values.push_back(std::isfinite(x) ? x : -0.0);
  }
  const auto back = parse_table(print_table(table), "t.csv");
  if (!back) RC_FAIL(back.error().what());
  RC_ASSERT(back->header == table.header && back->rows == table.rows && back->columns == table.columns);
  for (std::size_t i = 0; i < table.values.size(); ++i)
    RC_ASSERT(std::bit_cast<std::uint64_t>(back->values[i]) == std::bit_cast<std::uint64_t>(table.values[i]));
}

TEST(Csv, FilesThatAreNone) {
  EXPECT_STREQ(read_table("/nowhere.csv").error().what(), "/nowhere.csv: found nothing, expected a CSV file");
  EXPECT_STREQ(read_table("/tmp").error().what(), "/tmp: found no regular file, expected a CSV file");
}

TEST(Csv, ReadsTheShippedData) {
  const auto digits = read_table(PLUMBLINE_SOURCE_DIR "/crosscheck/data/digits.csv");
  ASSERT_TRUE(digits) << digits.error().what();
  EXPECT_EQ(digits->rows, 1797);
  EXPECT_EQ(digits->columns, 65);
  const auto iris = read_table(PLUMBLINE_SOURCE_DIR "/crosscheck/data/iris.csv");
  ASSERT_TRUE(iris) << iris.error().what();
  EXPECT_EQ(iris->rows, 150);
}

}  // namespace
}  // namespace plumbline::runtime::data
