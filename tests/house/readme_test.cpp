// The README keeps its word: its commands run, as written and in order, and its op is the one that is tested.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <regex>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/io/npy.h"
#include "tests/house/sources.h"

namespace plumbline::house {
namespace {

// The contents of the fenced blocks of one language.
std::vector<std::string> blocks(const std::string& language) {
  std::vector<std::string> found;
  bool inside = false;
  for (const std::string& line : lines_of(read_text(root / "README.md"))) {
    if (inside && line == "```") inside = false;
    else if (inside) found.back() += line + "\n";
    else if (line == "```" + language) inside = true, found.emplace_back();
  }
  return found;
}

class Readme : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "readme.XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // The exit code; what was printed is kept for the message of a failure.
  int run(const std::string& command) const {
    const std::string whole = "cd '" + folder_.string() + "' && { " + command + "\n} >output.txt 2>&1 </dev/null";
    const int status = std::system(whole.c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::string output() const { return read_text(folder_ / "output.txt"); }

  std::filesystem::path folder_;
};

using crosscheck::Dtype;
using crosscheck::Values;

float logit(spec::Index i) { return static_cast<float>(std::sin(static_cast<double>(i * i) + 0.5) * 3); }

// The same files as the README's Python makes, for machines without NumPy.
void write_softmax(const std::filesystem::path& folder) {
  const spec::Shape shape{64, 10};
  Values x(shape, std::vector<double>(640)), y = x;
  for (spec::Index row = 0; row < 64; ++row) {
    float total = 0, e[10];
    for (spec::Index j = 0; j < 10; ++j)
      x.mutable_elements()[static_cast<std::size_t>(row * 10 + j)] = logit(row * 10 + j);
    for (spec::Index j = 0; j < 10; ++j) total += e[j] = std::exp(logit(row * 10 + j) - 3);
    for (spec::Index j = 0; j < 10; ++j) y.mutable_elements()[static_cast<std::size_t>(row * 10 + j)] = e[j] / total;
  }
  const auto write = [&](const char* name, const Values& values) {
    ASSERT_TRUE(crosscheck::write_file((folder / name).string(), crosscheck::print_npy(values, Dtype::f4)));
  };
  write("x.npy", x);
  write("y.npy", y);
  y.mutable_elements()[173] *= 1.0001;
  write("wrong.npy", y);
}

TEST_F(Readme, CommandsRunInOrder) {
  ASSERT_EQ(blocks("python").size(), 1U);
  std::ofstream(folder_ / "make.py") << blocks("python").front();
  if (run("python3 make.py") != 0) write_softmax(folder_);
  static const std::regex program("^scripts/crosscheck "), expected("  # exit code ([0-9]+)$");
  const std::string binary = "'" PLUMBLINE_BINARY_DIR "/crosscheck/crosscheck' ";
  int commands = 0;
  for (const std::string& block : blocks("sh"))
    for (const std::string& line : lines_of(block)) {
      ASSERT_TRUE(std::regex_search(line, program)) << line;
      std::smatch code;
      const int wanted = std::regex_search(line, code, expected) ? std::stoi(code[1]) : 0;
      EXPECT_EQ(run(std::regex_replace(line, program, binary)), wanted) << line << "\n" << output();
      ++commands;
    }
  EXPECT_GT(commands, 5);
}

TEST(ReadmeText, ItsOpIsTheTestedOne) {
  const auto ops = blocks("cpp");
  ASSERT_EQ(ops.size(), 1U);
  EXPECT_EQ(ops.front(), read_text(root / "tests/newcomer/saturation.h"));
}

TEST(ReadmeText, ItsPathsExist) {
  static const std::regex path("`((spec|runtime|crosscheck|tests|fuzz|scripts|proofs-notes)(/[a-z0-9_.-]+)*)`");
  const std::string text = read_text(root / "README.md");
  for (std::sregex_iterator it(text.begin(), text.end(), path), end; it != end; ++it) {
    const std::string name = (*it)[1];
    const bool is_walked_through = name.find("saturation") != std::string::npos && name.rfind("tests", 0) != 0;
    EXPECT_TRUE(is_walked_through || std::filesystem::exists(root / name)) << name;
  }
}

}  // namespace
}  // namespace plumbline::house
