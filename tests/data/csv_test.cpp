// Reading comma-separated tables: what is taken, and what each mistake is told.
#include "runtime/data/csv.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <rapidcheck/gtest.h>

namespace plumbline::runtime::data {
namespace {

using spec::Index;

std::string error_of(std::string_view text, const TableOptions& options = {}) {
  const auto table = parse_table(text, "t.csv", options);
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

// RFC 4180, 2.6: ends of lines are part of a quoted field. Lines are those of the file.
TEST(Csv, QuotedFieldsHoldEndsOfLines) {
  const auto table = parse_table("\"a\r\nb\",c\r\n1,\"2\"\r\n\"3\",4\n", "t.csv");
  ASSERT_TRUE(table) << table.error().what();
  EXPECT_EQ(table->header, (std::vector<std::string>{"a\r\nb", "c"}));
  EXPECT_EQ(table->lines, (std::vector<Index>{3, 4}));
  EXPECT_EQ(error_of("\"a\n\n\",b\n1,x\n"), "t.csv: line 4: found x, expected a number in column 2");
  EXPECT_EQ(error_of("1,\"a\nb\"\n"), "t.csv: line 1: found a, expected a number in column 2");
  EXPECT_EQ(error_of("1,\"2\n3,4\n"), "t.csv: line 1: found \"2, expected a closing quote");
  EXPECT_EQ(parse_table("1,\"2\"\r", "t.csv")->values, (std::vector<double>{1, 2}));
}

TEST(Csv, NamesBecomeNumbers) {
  const std::string text = "x,kind\n1,pear\n2,\"a, b\"\n3,pear\n4,fig\n";
  const auto sorted = parse_table(text, "t.csv", {.named = {-1}});
  ASSERT_TRUE(sorted) << sorted.error().what();
  ASSERT_EQ(sorted->named.size(), 1u);
  EXPECT_EQ(sorted->named[0].column, 1);
  EXPECT_EQ(sorted->named[0].names, (std::vector<std::string>{"a, b", "fig", "pear"}));
  EXPECT_EQ(sorted->values, (std::vector<double>{1, 2, 2, 0, 3, 2, 4, 1}));
  EXPECT_EQ(print_table(*sorted), text);
  const auto seen = parse_table(text, "t.csv", {.named = {1}, .order = TableOptions::Order::appearance});
  EXPECT_EQ(seen->named[0].names, (std::vector<std::string>{"pear", "a, b", "fig"}));
  EXPECT_EQ(seen->values, (std::vector<double>{1, 0, 2, 1, 3, 0, 4, 2}));
  EXPECT_EQ(error_of("1,a\n", {.named = {2}}), "t.csv: line 1: found 2 columns, expected a column 2 of names");
  EXPECT_EQ(error_of("1,a\n2,\n", {.named = {1}}), "t.csv: line 2: found nothing, expected a name in column 2");
}

TEST(Csv, MissingValuesAreFilledOrDroppedWhenAskedTo) {
  using Missing = TableOptions::Missing;
  const std::string text = "a,b\n1,2\n , 3\nNA,4\n5,6\n";
  const std::vector<std::string> absent = {"", "NA"};
  EXPECT_EQ(error_of(text), "t.csv: line 3: found nothing, expected a number in column 1");
  const auto filled = parse_table(text, "t.csv", {.missing = Missing::fill, .fill = -1, .absent = absent});
  ASSERT_TRUE(filled) << filled.error().what();
  EXPECT_EQ(filled->values, (std::vector<double>{1, 2, -1, 3, -1, 4, 5, 6}));
  const auto dropped = parse_table(text, "t.csv", {.missing = Missing::drop_row, .absent = absent});
  EXPECT_EQ(dropped->values, (std::vector<double>{1, 2, 5, 6}));
  EXPECT_EQ(dropped->lines, (std::vector<Index>{2, 5}));
  EXPECT_EQ(error_of(text, {.missing = Missing::fill}), "t.csv: line 4: found NA, expected a number in column 1");
  EXPECT_EQ(error_of("1,\n", {.missing = Missing::drop_row}),
            "t.csv: line 1: found the end of the file, expected a row of numbers");
}

TEST(Csv, FilesThatAreNone) {
  EXPECT_STREQ(read_table("/nowhere.csv").error().what(),
               "/nowhere.csv: file: found none (No such file or directory), expected a file");
  EXPECT_STREQ(read_table("/tmp").error().what(), "/tmp: file: found a directory, expected a file");
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
