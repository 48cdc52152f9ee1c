// Who may include whom: every #include of the project against the table of folders.
#include <gtest/gtest.h>

#include <regex>

#include "tests/house/sources.h"

namespace plumbline::house {
namespace {

struct Row {
  std::string folder;
  std::vector<std::string> project;   // folders of the project, besides its own
  std::vector<std::string> libraries;  // how the names of third-party headers begin
};

const std::vector<std::string> described{"tl/expected.hpp", "boost/describe", "boost/mp11"};

std::vector<std::string> with(std::vector<std::string> more) {
  more.insert(more.end(), described.begin(), described.end());
  return more;
}

// The first row whose folder holds the file decides.
const std::vector<Row> table{
    {"spec/lang", {}, described},
    {"spec/ops", {"spec/lang"}, described},
    {"spec/graph", {"spec/lang", "spec/ops"}, described},
    {"spec/num",
     {"spec/lang"},
     with({"boost/multiprecision", "boost/version.hpp", "gmp.h", "gmpxx.h", "mpfr.h", "mpfi.h", "mpfi_io.h"})},
    {"spec/layers", {"spec"}, described},
    {"spec/eval", {"spec"}, described},
    {"runtime/examples", {"spec", "runtime", "crosscheck"}, with({"CLI/"})},
    {"runtime",
     {"spec/lang", "spec/ops", "spec/graph"},
     with({"Eigen/", "cuda", "cublas", "nlohmann/", "png.h", "zlib.h"})},
    {"crosscheck", {"spec", "runtime"}, with({"rapidcheck", "CLI/", "nlohmann/", "fmt/", "pugixml.hpp", "toml++/"})},
    {"fuzz", {"spec", "runtime", "crosscheck", "tests"}, {""}},
    {"tests", {"spec", "runtime", "crosscheck", "fuzz"}, {""}},
};

const Row* row_of(const std::string& path) {
  for (const Row& row : table)
    if (below(path, row.folder)) return &row;
  return nullptr;
}

// `<vector>`, or a header of the operating system or the compiler, which the exact side does without.
bool is_system(const std::string& header, const std::string& folder) {
  static const std::regex standard("[a-z_0-9]+"), machine("(sys/.*|(unistd|fcntl|signal|dlfcn|poll|spawn|pthread|sched|"
                                                          "cpuid|[a-z]*mmintrin|immintrin)\\.h)");
  if (std::regex_match(header, standard)) return true;
  return folder.rfind("spec", 0) != 0 && std::regex_match(header, machine);
}

bool begins_with_one_of(const std::string& header, const std::vector<std::string>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](const std::string& b) { return header.rfind(b, 0) == 0; });
}

TEST(Layering, IncludesKeepToTheTable) {
  static const std::regex include(R"(^#include ([<"])([^>"]+)[>"])");
  for (const Source& source : all_sources()) {
    const Row* row = row_of(source.path);
    ASSERT_NE(row, nullptr) << source.path << " lies in no folder of the table";
    for (const std::string& line : lines_of(source.text)) {
      std::smatch match;
      if (!std::regex_search(line, match, include)) continue;
      const std::string header = match[2];
      if (match[1] == "<") {
        EXPECT_TRUE(is_system(header, row->folder) || begins_with_one_of(header, row->libraries))
            << source.path << " includes <" << header << ">";
        continue;
      }
      const bool allowed = below(header, row->folder) ||
                           std::any_of(row->project.begin(), row->project.end(),
                                       [&](const std::string& folder) { return below(header, folder); });
      EXPECT_TRUE(allowed) << source.path << " includes \"" << header << "\"";
      const std::filesystem::path generated = std::filesystem::path(PLUMBLINE_BINARY_DIR) / "generated";
      EXPECT_TRUE(std::filesystem::exists(root / header) || std::filesystem::exists(generated / header))
          << source.path << ": no file " << header;
    }
  }
}

TEST(Layering, EveryOpOfTheListExistsAndEveryOpIsListed) {
  static const std::regex name("string_view\\s+name = \"");
  const std::string list = read_text(root / "spec/ops/all.h");
  for (const Source& source : sources({"spec/ops"})) {
    const bool is_op = std::regex_search(source.text, name);
    const bool is_listed = list.find("\"" + source.path + "\"") != std::string::npos;
    EXPECT_EQ(is_op, is_listed) << source.path;
  }
}

}  // namespace
}  // namespace plumbline::house
