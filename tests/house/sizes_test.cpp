// What fits on a few screens stays readable: limits on files, op headers, lines and functions.
#include <gtest/gtest.h>

#include <regex>

#include "tests/house/sources.h"

namespace plumbline::house {
namespace {

constexpr std::size_t longest_file = 400, longest_op = 150, longest_function = 60, widest_line = 120;

// Characters, not bytes: continuation bytes of UTF-8 do not count.
std::size_t width(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

TEST(Sizes, FilesAndLines) {
  for (const Source& source : all_sources()) {
    const auto lines = lines_of(source.text);
    const bool op = below(source.path, "spec/ops") && source.path != "spec/ops/all.h";  // a line for each op
    EXPECT_LE(lines.size(), op ? longest_op : longest_file) << source.path;
    for (std::size_t i = 0; i < lines.size(); ++i)
      EXPECT_LE(width(lines[i]), widest_line) << source.path << ":" << i + 1;
  }
}

struct Body {
  std::size_t first_line, lines;
};

// The bodies of functions: braces that follow a parameter list, at any depth but outside other functions.
std::vector<Body> functions_of(const std::string& code) {
  static const std::regex head(R"(\)\s*(const|noexcept|override|final|mutable|->[^;{}]*|:[^;{}]*|\s)*$)");
  std::vector<Body> found;
  std::size_t statement = 0;
  for (std::size_t at = 0; at < code.size(); ++at) {
    if (code[at] == ';' || code[at] == '}') statement = at + 1;
    if (code[at] != '{') continue;
    const std::string before = code.substr(statement, at - statement);
    statement = at + 1;
    if (!std::regex_search(before, head)) continue;
    std::size_t end = at + 1;
    for (int depth = 1; end < code.size() && depth > 0; ++end)
      depth += code[end] == '{' ? 1 : code[end] == '}' ? -1 : 0;
    const std::size_t first = line_number(code, at), last = line_number(code, end - 1);
    found.push_back({first, last - first + 1});
    at = end - 1;
    statement = end;
  }
  return found;
}

TEST(Sizes, Functions) {
  for (const Source& source : all_sources())
    for (const Body& body : functions_of(source.code))
      EXPECT_LE(body.lines, longest_function) << source.path << ":" << body.first_line;
}

TEST(Sizes, BodiesAreSeen) {
  const auto bodies =
      functions_of("struct A {\n A() : x(1) {\n }\n int f() const {\n  if (x) {\n  }\n }\n int x;\n};\n");
  ASSERT_EQ(bodies.size(), 2U);
  EXPECT_EQ(bodies[0].lines, 2U);
  EXPECT_EQ(bodies[1].lines, 4U);
}

}  // namespace
}  // namespace plumbline::house
