// A tolerance is derived, never chosen: no tests/ or crosscheck/ file holds one as a number.
#include <gtest/gtest.h>

#include <cmath>
#include <regex>
#include <set>

#include "tests/house/sources.h"

namespace plumbline::house {
namespace {

// A number that is not a tolerance, although it stands where one could.
struct Allowance {
  std::string file, literal, reason;
};
const std::vector<Allowance> allowances{
};

// Whether a statement compares, initialises one number by its name alone, or calls something that compares.
bool judges(const std::string& statement) {
  static const std::regex comparison(R"( (<|<=|>|>=) |\b(EXPECT|ASSERT)_(LT|LE|GT|GE)\b)");
  static const std::regex one_number(R"(\b(double|float|auto)\s+\w+\s*=\s*-?[\d.]+([eE][-+]?\d+)?[fFlL]?\s*$)");
  static const std::regex approximate(R"(\b\w*(close|near|approx|similar|tol|within)\w*\s*(\(|=))", std::regex::icase);
  return std::regex_search(statement, comparison) || std::regex_search(statement, one_number) ||
         std::regex_search(statement, approximate);
}

// What counts as a tolerance literal: a decimal floating literal between 1e-30 and 1/100, or a hexadecimal one
// beside a comparison, in a statement that judges. Lists of data, attributes and ends of a format's range are none.
std::vector<std::pair<std::string, std::size_t>> small_literals(const std::string& code) {
  static const std::regex decimal(
      R"((?:^|[^\w.])((?:\d[\d']*\.[\d']*|\.\d[\d']*|\d[\d']*(?=[eE]))(?:[eE][-+]?\d+)?)[fFlL]?)");
  static const std::regex compared(R"([<>]=?\s*-?(0x[0-9a-fA-F.]+[pP]-?\d+))");
  std::vector<std::pair<std::string, std::size_t>> found;
  for (const std::regex& pattern : {decimal, compared})
    for (std::sregex_iterator it(code.begin(), code.end(), pattern), end; it != end; ++it) {
      const std::string literal = (*it)[1];
      const double value = std::strtod(literal.c_str(), nullptr);
      const auto at = static_cast<std::size_t>(it->position(1));
      const std::size_t before = code.find_last_of(";{}", at), from = before == std::string::npos ? 0 : before + 1;
      const std::string statement = code.substr(from, code.find_first_of(";{}", at) - from);
      if (value > 1e-30 && value <= 1.0 / 100 && judges(statement)) found.emplace_back(literal, at);
    }
  return found;
}

TEST(Tolerance, NoSmallLiteral) {
  std::set<std::string> used;
  for (const Source& source : sources({"tests", "crosscheck"}))
    for (const auto& [literal, at] : small_literals(source.code)) {
      const auto allowed = std::find_if(allowances.begin(), allowances.end(), [&](const Allowance& a) {
        return a.file == source.path && a.literal == literal;
      });
      EXPECT_NE(allowed, allowances.end()) << source.path << ":" << line_number(source.code, at) << ": " << literal;
      if (allowed != allowances.end()) used.insert(allowed->file + allowed->literal);
    }
  for (const Allowance& a : allowances)
    EXPECT_TRUE(used.contains(a.file + a.literal)) << a.file << " no longer needs " << a.literal << ": " << a.reason;
}

TEST(Tolerance, NoApproximateComparison) {
  static const std::regex banned(
      "\\b((EXPECT|ASSERT)_(NEAR|FLOAT_EQ|DOUBLE_EQ)|FloatNear|DoubleNear|FloatEq|DoubleEq|isApprox|"
      "isMuchSmallerThan|allclose|epsilon)\\b");
  for (const Source& source : sources({"tests", "crosscheck"})) {
    std::smatch match;
    EXPECT_FALSE(std::regex_search(source.code, match, banned)) << source.path << ": " << match[1];
  }
}

// The tolerances that other tools publish stand in one table; only the comparison with them may read it.
TEST(Tolerance, ThoseOfOthersStandInOneTable) {
  static const std::regex chosen(R"(\b(rtol|atol)\b)");
  const std::set<std::string> table{"crosscheck/mutants/usual_rules.h", "crosscheck/mutants/usual_checks.cpp"};
  for (const Source& source : sources({"spec", "runtime", "crosscheck"}))
    EXPECT_TRUE(table.contains(source.path) || !std::regex_search(source.code, chosen)) << source.path;
}

TEST(Tolerance, TheRuleSeesWhatItShould) {
  for (const char* code : {"if (d < 1e-5) {", "float x = 0.001f;", "EXPECT_LE(d, .5e-3);", "a <= 0x1p-20;",
                           "f(b > 1e-9 * a);", "is_close(a, b, 1e-6);", "const double rtol = 1e-3, atol = 0.5;"})
    EXPECT_EQ(small_literals(code).size(), 1U) << code;
  for (const char* code :
       {"double x = 0.5;", "a < 1e5;", "y = 0x1p-20;", "a1e-5 < b;", "2 - 3 < 4;", "x.e < 1;", "a > 0x1p-1000;",
        "const Doubles rates{1e-3, 1e-8};", "step(p, /*lr=*/1e-3);", "std::vector<double>{0.001};"})
    EXPECT_TRUE(small_literals(code).empty()) << code;
}

}  // namespace
}  // namespace plumbline::house
