// A tolerance is derived, never chosen: no tests/ or crosscheck/ file holds one as a number.
#include <gtest/gtest.h>

#include <cmath>
#include <regex>
#include <set>

#include "tests/house/sources.h"

namespace plumbline::house {
namespace {

// A number that is not a tolerance, although it is as small as one.
struct Allowance {
  std::string file, literal, reason;
};
const std::vector<Allowance> allowances{
    {"crosscheck/judge/judge.h", "1e-9", "the stated false-alarm probability of a whole run"},
    {"crosscheck/cli/arguments.cpp", "0.001", "a millisecond in seconds"},
    {"tests/exhaustive/function_ulps.cpp", "1e-45", "the least subnormal stands for zero where an exponent is taken"},
};

// What counts as a tolerance literal: a decimal floating literal of magnitude at most 1/100, wherever it stands, and
// a hexadecimal one beside a comparison. (Strings and comments hold none: attributes in text are data.)
std::vector<std::pair<std::string, std::size_t>> small_literals(const std::string& code) {
  static const std::regex decimal(R"((?:^|[^\w.])((?:\d[\d']*\.[\d']*|\.\d[\d']*|\d[\d']*(?=[eE]))(?:[eE][-+]?\d+)?)[fFlL]?)");
  static const std::regex compared(R"([<>]=?\s*-?(0x[0-9a-fA-F.]+[pP]-?\d+))");
  std::vector<std::pair<std::string, std::size_t>> found;
  for (const std::regex& pattern : {decimal, compared})
    for (std::sregex_iterator it(code.begin(), code.end(), pattern), end; it != end; ++it) {
      const std::string literal = (*it)[1];
      const double value = std::strtod(literal.c_str(), nullptr);
      if (value > 0 && value <= 1.0 / 100) found.emplace_back(literal, static_cast<std::size_t>(it->position(1)));
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

TEST(Tolerance, TheRuleSeesWhatItShould) {
  for (const char* code : {"if (d < 1e-5) {", "x = 0.001f;", "f(.5e-3)", "a <= 0x1p-20", "1e-9"})
    EXPECT_EQ(small_literals(code).size(), 1U) << code;
  for (const char* code : {"x = 0.5;", "f(1e5)", "y = 0x1p-20;", "a1e-5", "2 - 3", "x.e"})
    EXPECT_TRUE(small_literals(code).empty()) << code;
}

}  // namespace
}  // namespace plumbline::house
