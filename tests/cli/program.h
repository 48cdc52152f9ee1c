// Running `crosscheck` as a user would: arguments in, exit code and both streams out, in a folder of its own.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "crosscheck/io/npy.h"

namespace plumbline::crosscheck {

struct Finished {
  int code = -1;
  std::string out, err;
};

inline std::string content(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class Program : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "crosscheck-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, ignored);
    std::filesystem::remove_all(folder_, ignored);
  }

  // Arguments as in a shell, which runs them in the test's folder.
  Finished crosscheck(const std::string& arguments, const std::string& after = "") const {
    const std::string out = (folder_ / ".out").string(), err = (folder_ / ".err").string();
    const std::string redirect = after.empty() ? " > " + out : after;
    const std::string command = "cd " + folder_.string() + " && " + PLUMBLINE_BINARY_DIR "/crosscheck/crosscheck " +
                                arguments + redirect + " 2> " + err + " < /dev/null";
    const int status = std::system(command.c_str());
    Finished finished{WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
                      after.empty() ? content(out) : std::string(), content(err)};
    std::filesystem::remove(out);
    std::filesystem::remove(err);
    return finished;
  }

  std::filesystem::path at(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(at(name), std::ios::binary) << bytes;
  }
  void write(const std::string& name, const Values& values, Dtype dtype = Dtype::f4) const {
    write(name, print_npy(values, dtype));
  }
  Values read(const std::string& name) const { return read_npy(at(name).string())->values; }
  std::size_t files() const {
    std::size_t n = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::recursive_directory_iterator(folder_)) ++n;
    return n;
  }

  // One line on stderr that begins with `crosscheck: ` and names `expected`; exit code 2; nothing written.
  void refused(const std::string& arguments, const std::string& expected) const {
    const std::size_t before = files();
    const Finished f = crosscheck(arguments);
    EXPECT_EQ(f.code, 2) << arguments << "\n" << f.out << f.err;
    EXPECT_EQ(f.out, "") << arguments;
    EXPECT_EQ(f.err.rfind("crosscheck: ", 0), 0U) << arguments << "\n" << f.err;
    EXPECT_EQ(std::count(f.err.begin(), f.err.end(), '\n'), 1) << arguments << "\n" << f.err;
    EXPECT_NE(f.err.find(expected), std::string::npos) << arguments << "\n" << f.err;
    EXPECT_EQ(files(), before) << arguments;
  }

  std::filesystem::path folder_;
};

}  // namespace plumbline::crosscheck
