// Files that appear whole or not at all: written beside their place, then renamed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "spec/lang/result.h"

namespace plumbline::runtime::io {

// Content that waits for commit() on the file system of its place: without a name where the system allows it, so that
// not even a killed process leaves it behind, else in a file beside it. Places that are no regular files (`-` for
// standard output, devices, pipes) are written by commit().
class StagedFile {
 public:
  // The error reads `path: file: found X, expected Y`; nothing is left behind.
  static spec::Result<StagedFile> create(const std::string& path);
  static spec::Result<StagedFile> stage(const std::string& path, std::string_view content);
  spec::Result<void> append(std::string_view content);

  StagedFile(StagedFile&& o) noexcept;
  StagedFile& operator=(StagedFile&&) = delete;
  ~StagedFile();

  // Content reaches the disk before the name does, and the name before this returns: whoever is killed, and whenever,
  // leaves either what was there or all of the new content.
  spec::Result<void> commit();

 private:
  StagedFile(std::string path, std::string temporary, int descriptor)
      : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}
  std::string path_, temporary_, content_;  // content_ only where nothing is staged on the disk
  int descriptor_ = -1;                     // of the file that is written, which may be without a name
};

// Stages and commits one file; an existing one stays untouched on failure.
spec::Result<void> write_file(const std::string& path, std::string_view content);

// Whether a file could be written there now; what exists stays untouched.
spec::Result<void> check_writable(const std::string& path);

// Makes a folder, its parents included, and checks that files can be written in it.
spec::Result<void> make_folder(const std::string& path);

// A regular file, read at any place. Errors read `path: file: found X, expected Y`.
class InputFile {
 public:
  static spec::Result<InputFile> open(const std::string& path, std::string_view expected = "a file");
  InputFile(InputFile&& o) noexcept;
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  const std::string& path() const { return path_; }
  std::uint64_t size() const { return size_; }
  // Fills `out` with the bytes from `offset` on; an error if there are not as many.
  spec::Result<void> read(std::uint64_t offset, std::span<char> out) const;

 private:
  InputFile(std::string path, int descriptor, std::uint64_t size)
      : path_(std::move(path)), descriptor_(descriptor), size_(size) {}
  std::string path_;
  int descriptor_;
  std::uint64_t size_;
};

// The whole of a regular file; errors read `path: file: found X, expected Y`.
inline constexpr std::size_t most_file_bytes = std::size_t{1} << 30;
spec::Result<std::string> read_file(const std::string& path, std::size_t most_bytes = most_file_bytes);

}  // namespace plumbline::runtime::io
