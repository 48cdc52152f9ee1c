// No ambient state: nothing mutable outlives a call, and nobody changes how the machine or a library rounds.
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/house/sources.h"

namespace plumbline::house {
namespace {

struct Allowance {
  std::string file, text, reason;  // text: what the declaration contains
};
const std::vector<Allowance> allowances{
    {"spec/num/approx_mpfr.cpp", "thread_local Scratch", "MPFR memory that is written before it is read"},
    {"crosscheck/cli/interrupt.cpp", "raised_flag", "a signal handler reaches nothing else"},
    {"crosscheck/cli/interrupt.cpp", "first_second", "when the first signal came: the handler asks"},
    {"crosscheck/audit/guard.cpp", "landing", "where a fault handler of this thread returns to"},
    {"crosscheck/audit/guard.cpp", "static Installed state", "signal handlers belong to the process"},
};

enum class Scope { names, type, body };

// What the brace after `before` opens.
Scope scope_of(const std::string& before, Scope outer) {
  static const std::regex space(R"(\b(namespace|extern)\b)"), type(R"(\b(struct|class|union|enum)\b[^()=]*$)");
  if (outer != Scope::body && std::regex_search(before, space) && before.find('=') == std::string::npos)
    return Scope::names;
  if (std::regex_search(before, type)) return Scope::type;
  return Scope::body;
}

// Whether a declaration, up to its `;` or its opening brace, makes a variable that outlives the block.
bool outlives(const std::string& declaration, Scope scope, bool brace) {
  static const std::regex lasting(R"(\b(static|thread_local)\b)"), constant(R"(\b(const|constexpr)\b)");
  static const std::regex other(
      R"(^\s*(\[\[.*\]\]\s*)?(using|typedef|template|struct|class|union|enum|friend|static_assert|namespace|extern|)"
      R"(public|private|protected|BOOST_)\b)");
  static const std::regex variable(
      R"(^\s*(?:inline\s+|static\s+|thread_local\s+)*[A-Za-z_][\w:<>,\s*&]*[\s>&*]\w+\s*(\[[^\]]*\])?\s*(=|$|\())");
  if (std::regex_search(declaration, constant) || std::regex_search(declaration, other)) return false;
  const bool is_lasting = std::regex_search(declaration, lasting);
  if (scope == Scope::names || (scope == Scope::type && is_lasting)) {
    const std::size_t open = declaration.find('('), equals = declaration.find('=');
    const bool is_function = open != std::string::npos && (equals == std::string::npos || open < equals);
    return !is_function && std::regex_search(declaration, variable);
  }
  return scope == Scope::body && is_lasting && (brace || declaration.find_first_not_of(" \n") != std::string::npos);
}

std::vector<std::string> mutable_globals(const std::string& code) {
  static const std::regex preprocessor("(^|\n)[ ]*#[^\n]*");
  const std::string text = std::regex_replace(code, preprocessor, "$1");
  std::vector<std::string> found;
  std::vector<Scope> scopes{Scope::names};
  std::size_t statement = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c != ';' && c != '{' && c != '}') continue;
    const std::string before = text.substr(statement, at - statement);
    statement = at + 1;
    const Scope opened = c == '{' ? scope_of(before, scopes.back()) : Scope::body;
    if (c == ';' || (c == '{' && opened == Scope::body))
      if (outlives(before, scopes.back(), c == '{')) found.push_back(before);
    if (c == '{') scopes.push_back(opened);
    if (c == '}' && scopes.size() > 1) scopes.pop_back();
  }
  return found;
}

TEST(Globals, NothingMutableOutlivesACall) {
  std::set<std::string> used;
  for (const Source& source : sources({"spec", "runtime", "crosscheck"}))
    for (const std::string& declaration : mutable_globals(source.code)) {
      const auto allowed = std::find_if(allowances.begin(), allowances.end(), [&](const Allowance& a) {
        return a.file == source.path && declaration.find(a.text) != std::string::npos;
      });
      EXPECT_NE(allowed, allowances.end()) << source.path << ": " << declaration;
      if (allowed != allowances.end()) used.insert(allowed->file + allowed->text);
    }
  for (const Allowance& a : allowances)
    EXPECT_TRUE(used.contains(a.file + a.text)) << a.file << " no longer needs " << a.text << ": " << a.reason;
}

TEST(Globals, NoAmbientRounding) {
  static const std::regex banned(
      "\\b(mpfr_set_default_\\w+|mpfr_set_e(min|max)|fesetround|fesetenv|feenableexcept|_MM_SET_\\w+|_mm_setcsr|"
      "set_default_precision|default_precision|srand|setlocale|random_device)\\b");
  for (const Source& source : sources({"spec", "runtime", "crosscheck"})) {
    std::smatch match;
    EXPECT_FALSE(std::regex_search(source.code, match, banned)) << source.path << ": " << match[1];
  }
}

TEST(Globals, TheRuleSeesWhatItShould) {
  for (const char* code : {"int counter;", "namespace a { static int n = 0; }", "std::atomic<int> n{0};",
                           "void f() { static int n = 0; }", "struct A { static int n; };",
                           "inline thread_local std::vector<int> v;", "void f() { thread_local Scratch s; }"})
    EXPECT_EQ(mutable_globals(code).size(), 1U) << code;
  for (const char* code : {"const int n = 0;", "int f(int x);", "struct A { int n = 0; };", "void f() { int n{0}; }",
                           "static int f() { return 1; }", "constexpr double k[] = {1, 2};", "using A = B;",
                           "struct A { static A sample(Choices& c) { return {}; } };", "enum class E { a, b };",
                           "void f() { static const int n = g(); }", "template <class T>\nT f(T x) { return x; }"})
    EXPECT_TRUE(mutable_globals(code).empty()) << code << ": " << mutable_globals(code).front();
}

}  // namespace
}  // namespace plumbline::house
