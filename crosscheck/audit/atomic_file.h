// Files that appear whole or not at all: written beside their place, then renamed.
#pragma once

#include <string>
#include <string_view>

#include "spec/lang/result.h"

namespace plumbline::crosscheck {

// Content that waits for commit() on the file system of its place: without a name where the system allows it, so that
// not even a killed process leaves it behind, else in a file beside it. Places that are no regular files (`-` for
// standard output, devices, pipes) are written by commit().
class StagedFile {
 public:
  // The error reads `path: file: found X, expected Y`; nothing is left behind.
  static spec::Result<StagedFile> stage(const std::string& path, std::string_view content);

  StagedFile(StagedFile&& o) noexcept;
  StagedFile& operator=(StagedFile&&) = delete;
  ~StagedFile();

  spec::Result<void> commit();

 private:
  StagedFile(std::string path, std::string temporary, std::string content)
      : path_(std::move(path)), temporary_(std::move(temporary)), content_(std::move(content)) {}
  StagedFile(std::string path, int unnamed) : path_(std::move(path)), unnamed_(unnamed) {}
  std::string path_, temporary_, content_;  // content_ only where there is no temporary file
  int unnamed_ = -1;                        // descriptor of a file without a name
};

// Stages and commits one file; an existing one stays untouched on failure.
spec::Result<void> write_file(const std::string& path, std::string_view content);
inline spec::Result<void> write_file_atomically(const std::string& path, std::string_view text) {
  return write_file(path, text);
}

// Whether a file could be written there now; what exists stays untouched.
spec::Result<void> check_writable(const std::string& path);

// Makes a folder, its parents included, and checks that files can be written in it.
spec::Result<void> make_folder(const std::string& path);

// The whole of a regular file; errors read `path: file: found X, expected Y`.
inline constexpr std::size_t most_file_bytes = std::size_t{1} << 30;
spec::Result<std::string> read_file(const std::string& path, std::size_t most_bytes = most_file_bytes);

}  // namespace plumbline::crosscheck
