// Every bound and constraint that code names by a label is in proofs-notes/, and the other way round.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "tests/house/sources.h"

namespace plumbline::house {
namespace {

using Labels = std::map<std::string, std::string>;  // label, and a file that has it

// `[sum B1]`, and `[init C1..C5]` for five of them. In `[op C0]` op stands for every op: C0 is shared by all.
void add_written(Labels& labels, const std::string& text, const std::string& path) {
  static const std::regex label(R"(\[([a-z][a-z0-9_]*) ([BC])([0-9]+)(?:(?:\.\.|–|-)[BC]?([0-9]+))?\])");
  for (std::sregex_iterator it(text.begin(), text.end(), label), end; it != end; ++it) {
    const auto& m = *it;
    const int first = std::stoi(m[3]), last = m[4].matched ? std::stoi(m[4]) : first;
    if (m[1] == "op") continue;
    for (int i = first; i <= last; ++i)
      if (m[2] != "C" || i != 0) labels.emplace(m[1].str() + " " + m[2].str() + std::to_string(i), path);
  }
}

// `refuse(*this, 2, …)` in the header of an op puts the op's own name into the label.
void add_refused(Labels& labels, const std::string& text, const std::string& path) {
  static const std::regex name("string_view\\s+name = \"([a-z0-9_]+)\""), refused(R"(refuse\(\*this,\s*([0-9]+))");
  std::smatch op;
  if (!std::regex_search(text, op, name)) return;
  for (std::sregex_iterator it(text.begin(), text.end(), refused), end; it != end; ++it)
    if ((*it)[1] != "0") labels.emplace(op[1].str() + " C" + (*it)[1].str(), path);
}

Labels labels_in_code() {
  Labels labels;
  for (const Source& source : sources({"spec", "runtime", "crosscheck"})) {
    add_written(labels, source.text, source.path);
    add_refused(labels, source.text, source.path);
  }
  return labels;
}

std::map<std::string, std::string> notes() {
  std::map<std::string, std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "proofs-notes"))
    if (entry.path().extension() == ".md") found[entry.path().filename().string()] = read_text(entry.path());
  return found;
}

TEST(Labels, OfTheCodeAreInTheNotes) {
  Labels known;
  for (const auto& [file, text] : notes()) add_written(known, text, file);
  for (const auto& [label, file] : labels_in_code())
    EXPECT_TRUE(known.contains(label)) << file << " names [" << label << "], which no note has";
}

TEST(Labels, OfTheNotesAreInTheCode) {
  const Labels used = labels_in_code();
  Labels known;
  for (const auto& [file, text] : notes()) add_written(known, text, file);
  for (const auto& [label, file] : known)
    EXPECT_TRUE(used.contains(label)) << "proofs-notes/" << file << " has [" << label << "], which no code names";
}

TEST(Labels, TheSharedConstraintIsWrittenDown) {
  std::size_t count = 0;
  for (const auto& [file, text] : notes()) count += text.find("[op C0]") != std::string::npos ? 1 : 0;
  EXPECT_EQ(count, 1U);
}

TEST(Labels, EveryNoteNamesTestsThatExist) {
  static const std::regex test(R"(tests/[a-z0-9_/]+\.cpp)");
  for (const auto& [file, text] : notes()) {
    std::set<std::string> named;
    for (std::sregex_iterator it(text.begin(), text.end(), test), end; it != end; ++it) named.insert(it->str());
    EXPECT_FALSE(named.empty()) << "proofs-notes/" << file << " names no test";
    for (const std::string& path : named)
      EXPECT_TRUE(std::filesystem::exists(root / path)) << "proofs-notes/" << file << " names " << path;
  }
}

}  // namespace
}  // namespace plumbline::house
