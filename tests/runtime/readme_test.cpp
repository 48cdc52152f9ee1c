// The runtime's pages keep their word: every line of C++ in them compiles, every path exists, every program is there.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <regex>
#include <set>

#include "tests/house/sources.h"

namespace plumbline::house {
namespace {

const std::array pages{"runtime/README.md", "runtime/names.md", "runtime/examples/README.md"};

// The C++ of the pages as one program: what the first block of names.md declares, then each block and each line of a
// table as a function of its own. The compiler names page and line.
struct Program {
  std::string taken_for_granted, functions;
  int snippets = 0;

  void add(const std::string& page, std::size_t line, const std::string& code) {
    const std::string at = "#line " + std::to_string(line) + " \"" + page + "\"\n";
    if (code.find("#include") != std::string::npos) taken_for_granted += at + code;
    else functions += "void snippet_" + std::to_string(snippets++) + "() {\n" + at + code + "\n}\n";
  }
  std::string text() const { return taken_for_granted + functions; }
};

void add_blocks(Program& program, const std::string& page) {
  std::string code;
  std::size_t begin = 0, line = 0;
  for (const std::string& text : lines_of(read_text(root / page))) {
    ++line;
    if (begin > 0 && text == "```") program.add(page, begin, code), begin = 0;
    else if (begin > 0) code += text + "\n";
    else if (text == "```cpp") begin = line + 1, code.clear();
  }
}

// The rows of names.md: `| name | line of code | remark |`, or `| name | – | reason |`.
struct Row {
  std::size_t line;
  std::string name, code, remark;
};
std::vector<Row> rows_of_names() {
  static const std::regex row(R"(\| (.*) \| (`[^`]*`|–) \| ?(.*) ?\|)"), rule(R"(\|(---\|)+)");
  std::vector<Row> rows;
  std::size_t line = 0;
  for (const std::string& text : lines_of(read_text(root / "runtime/names.md"))) {
    ++line;
    if (!text.starts_with("|") || text.starts_with("| TorchLean |") || std::regex_match(text, rule)) continue;
    std::smatch cell;
    EXPECT_TRUE(std::regex_match(text, cell, row)) << "line " << line << ": " << text;
    if (!cell.empty()) rows.push_back({line, cell[1], cell[2], cell[3]});
  }
  return rows;
}

std::string said_by_compiler(const std::string& program) {
  const std::string command = "LC_ALL=C " PLUMBLINE_CXX " -std=c++20 -w -fsyntax-only -I" PLUMBLINE_SOURCE_DIR
                              " -I" PLUMBLINE_BINARY_DIR "/generated -x c++ - 2>&1 <<'END'\n" + program + "END\n";
  std::string text;
  FILE* out = popen(command.c_str(), "r");
  std::array<char, 4096> part{};
  while (out != nullptr && fgets(part.data(), part.size(), out) != nullptr) text += part.data();
  EXPECT_EQ(out == nullptr ? -1 : pclose(out), 0) << text;
  return text;
}

TEST(RuntimeReadme, ItsCodeCompiles) {
  Program program;
  for (const char* page : pages) add_blocks(program, page);
  for (const Row& row : rows_of_names())
    if (row.code != "–") program.add("runtime/names.md", row.line, row.code.substr(1, row.code.size() - 2));
  EXPECT_GT(program.snippets, 200);
  EXPECT_EQ(said_by_compiler(program.text()), "");
}

// A name without a counterpart says why.
TEST(RuntimeReadme, EachNameHasALineOfCodeOrAReason) {
  for (const Row& row : rows_of_names()) {
    if (row.code == "–") EXPECT_FALSE(row.remark.empty()) << "line " << row.line << ": " << row.name;
    else EXPECT_EQ(row.code[row.code.size() - 2], ';') << "line " << row.line << ": " << row.name;
  }
}

TEST(RuntimeReadme, ItsPathsExist) {
  static const std::set<std::string> written_by_the_reader{"cpu/room/x.cpp", "runtime/examples/species.cpp"};
  static const std::regex link(R"(\]\(([A-Za-z0-9_./-]+)(#[a-z-]+)?\))"),
      path("`((spec|runtime|crosscheck|tests|scripts|proofs-notes|core|cpu|examples|functional)/[a-z0-9_./-]*)`");
  for (const char* page : pages) {
    const std::string text = read_text(root / page);
    const auto folder = (root / page).parent_path();
    for (std::sregex_iterator it(text.begin(), text.end(), link), end; it != end; ++it)
      EXPECT_TRUE(std::filesystem::exists(folder / (*it)[1].str())) << page << ": " << (*it)[1];
    for (std::sregex_iterator it(text.begin(), text.end(), path), end; it != end; ++it) {
      const std::string name = (*it)[1];
      const std::array places{root / name, folder / name, root / "runtime" / name,
                              std::filesystem::path(PLUMBLINE_BINARY_DIR "/generated/runtime") / name};
      EXPECT_TRUE(written_by_the_reader.contains(name) ||
                  std::ranges::any_of(places, [](const auto& place) { return std::filesystem::exists(place); }))
          << page << ": " << name;
    }
  }
}

// Each program of the folder has its paragraph, and each paragraph its program.
TEST(RuntimeReadme, ItsExamplesAreThere) {
  static const std::regex heading("^## `example_([a-z_]+)`$");
  std::set<std::string> told, there;
  for (const std::string& line : lines_of(read_text(root / "runtime/examples/README.md"))) {
    std::smatch name;
    if (std::regex_match(line, name, heading)) told.insert(name[1]);
  }
  for (const auto& entry : std::filesystem::directory_iterator(root / "runtime/examples"))
    if (entry.path().extension() == ".cpp" && read_text(entry.path()).find("int main(") != std::string::npos)
      there.insert(entry.path().stem());
  EXPECT_EQ(told, there);
}

}  // namespace
}  // namespace plumbline::house
