// Every bound and constraint that code names by a label is in proofs-notes/, and the other way round.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/house/labels.h"

namespace plumbline::house {
namespace {

std::map<std::string, std::string> notes() {
  std::map<std::string, std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "proofs-notes"))
    if (entry.path().extension() == ".md") found[entry.path().filename().string()] = read_text(entry.path());
  return found;
}

TEST(Labels, OfTheCodeAreInTheNotes) {
  Labels known;
  for (const auto& [file, text] : notes()) add_written(known, text, file);
  for (const auto& [label, file] : labels_in({"spec", "runtime", "crosscheck"}))
    EXPECT_TRUE(known.contains(label)) << file << " names [" << label << "], which no note has";
}

TEST(Labels, OfTheNotesAreInTheCode) {
  const Labels used = labels_in({"spec", "runtime", "crosscheck"});
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
