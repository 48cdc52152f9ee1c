// Names say the noun, and the first line of every file says what the file is.
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/house/sources.h"

namespace plumbline::house {
namespace {

// The words of an identifier, in lower case: `LinearImpl_` is linear, impl.
std::vector<std::string> words_of(const std::string& identifier) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < identifier.size(); ++i) {
    const char c = identifier[i];
    const bool upper = std::isupper(static_cast<unsigned char>(c)) != 0;
    const bool after_lower = i > 0 && std::islower(static_cast<unsigned char>(identifier[i - 1])) != 0;
    if (c == '_' || (upper && after_lower)) words.emplace_back();
    if (c != '_') words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return words;
}

const std::set<std::string> banned{"manager", "helper", "helpers", "impl", "impls", "util", "utils"};

bool has_banned_word(const std::string& identifier) {
  const auto words = words_of(identifier);
  return std::any_of(words.begin(), words.end(), [](const std::string& w) { return banned.contains(w); });
}

TEST(Names, SayTheNoun) {
  static const std::regex identifier("[A-Za-z_][A-Za-z_0-9]*"), include("#include <[^>]*>");
  for (const Source& source : all_sources()) {
    const std::string text = source.path + "\n" + std::regex_replace(source.code, include, "");
    for (std::sregex_iterator it(text.begin(), text.end(), identifier), end; it != end; ++it)
      EXPECT_FALSE(has_banned_word(it->str())) << source.path << ": " << it->str();
  }
}

TEST(Names, TheRuleSplitsWords) {
  EXPECT_TRUE(has_banned_word("LinearImpl") && has_banned_word("file_utils") && has_banned_word("TestHelper"));
  EXPECT_FALSE(has_banned_word("Implicit") || has_banned_word("implementation") || has_banned_word("utility"));
}

TEST(Names, TheFirstLineSaysWhatTheFileIs) {
  for (const Source& source : all_sources()) {
    const auto lines = lines_of(source.text);
    ASSERT_FALSE(lines.empty()) << source.path;
    EXPECT_TRUE(lines[0].rfind("// ", 0) == 0 && lines[0].size() > 8) << source.path << ": " << lines[0];
    const bool once = std::find(lines.begin(), lines.end(), "#pragma once") != lines.end();
    EXPECT_EQ(once, source.path.ends_with(".h")) << source.path;
  }
}

// Else `Sum{.keepdim = true}` warns of the attributes that it does not name.
TEST(Ops, EveryAttributeHasADefault) {
  static const std::regex described(R"(BOOST_DESCRIBE_STRUCT\((\w+), \(\),\s*\(([^)]*)\)\))"), word("\\w+");
  std::size_t count = 0;
  for (const Source& source : all_sources()) {
    if (!below(source.path, "spec/ops")) continue;
    for (std::sregex_iterator it(source.code.begin(), source.code.end(), described), end; it != end; ++it) {
      const std::size_t begin = source.code.find("struct " + it->str(1) + " {\n");
      if (begin == std::string::npos) continue;  // its fields are those of a family
      const std::string body = source.code.substr(begin, source.code.find("\n};", begin) - begin);
      const std::string fields = it->str(2);
      for (std::sregex_iterator field(fields.begin(), fields.end(), word); field != end; ++field, ++count)
        EXPECT_TRUE(std::regex_search(body, std::regex("\\b" + field->str() + "(\\{| = )")))
            << source.path << ": " << field->str();
    }
  }
  EXPECT_GT(count, 200U);
}

TEST(Names, NothingUnfinishedIsLeft) {
  static const std::regex unfinished("\\b(TODO|FIXME|XXX|HACK)\\b");
  for (const Source& source : all_sources()) {
    const bool unfinished_here = std::regex_search(source.text, unfinished);
    EXPECT_EQ(unfinished_here, source.path == "tests/house/names_test.cpp") << source.path;
  }
}

}  // namespace
}  // namespace plumbline::house
