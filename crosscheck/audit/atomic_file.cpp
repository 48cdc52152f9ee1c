// Writing files so that they appear whole or not at all.
#include "crosscheck/audit/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace plumbline::crosscheck {

using spec::fail;
using spec::Result;

namespace {

tl::unexpected<spec::Error> cannot(const std::string& path, std::string_view what, std::string_view expected) {
  return fail(path, ": file: found one that cannot be ", what, " (", std::strerror(errno), "), expected ", expected);
}
tl::unexpected<spec::Error> cannot_write(const std::string& path) {
  return cannot(path == "-" ? "standard output" : path, "written", "a place with room to write");
}

bool write_all(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t n = ::write(descriptor, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    content.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// Written straight through: standard output, devices and pipes.
Result<void> write_through(const std::string& path, std::string_view content) {
  const int descriptor = path == "-" ? STDOUT_FILENO : ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return cannot_write(path);
  const bool written = write_all(descriptor, content);
  const int error = errno;
  const bool closed = path == "-" || ::close(descriptor) == 0;
  if (!written) errno = error;
  if (!written || !closed) return cannot_write(path);
  return {};
}

std::string temporary_name(const std::string& path, int n) {
  return spec::concat(path, ".part-", ::getpid(), '-', n);
}

struct Place {
  std::string path;  // symbolic links resolved
  bool regular = true;
};

Result<Place> place_of(const std::string& path) {
  if (path == "-") return Place{path, false};
  if (path.empty()) return fail("file: found an empty name, expected a file to write");
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return Place{path, true};
  if (S_ISDIR(info.st_mode)) return fail(path, ": file: found a directory, expected a file to write");
  if (!S_ISREG(info.st_mode)) return Place{path, false};
  std::error_code error;
  const auto resolved = std::filesystem::canonical(path, error);
  return Place{error ? path : resolved.string(), true};
}

}  // namespace

StagedFile::StagedFile(StagedFile&& o) noexcept
    : path_(std::move(o.path_)),
      temporary_(std::exchange(o.temporary_, {})),
      content_(std::move(o.content_)),
      unnamed_(std::exchange(o.unnamed_, -1)) {}

StagedFile::~StagedFile() {
  if (unnamed_ >= 0) ::close(unnamed_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<StagedFile> StagedFile::stage(const std::string& path, std::string_view content) {
  const auto place = place_of(path);
  if (!place) return tl::unexpected(place.error());
  if (!place->regular) return StagedFile(path, {}, std::string(content));
  const std::filesystem::path folder = std::filesystem::path(place->path).parent_path();
  if (const int unnamed = ::open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666);
      unnamed >= 0) {
    StagedFile staged(place->path, unnamed);
    if (!write_all(unnamed, content)) return cannot_write(path);
    return staged;
  }
  std::string temporary;
  int descriptor = -1;
  for (int n = 0; descriptor < 0 && n < 100; ++n) {
    temporary = temporary_name(place->path, n);
    descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor < 0 && errno != EEXIST) break;
  }
  if (descriptor < 0) return cannot_write(path);
  StagedFile staged(place->path, std::move(temporary), {});
  const bool written = write_all(descriptor, content);
  const int error = errno;
  const bool closed = ::close(descriptor) == 0;
  if (!written) errno = error;
  if (!written || !closed) return cannot_write(path);
  return staged;
}

Result<void> StagedFile::commit() {
  if (unnamed_ >= 0) {
    const std::string unnamed = spec::concat("/proc/self/fd/", unnamed_);
    for (int n = 0; temporary_.empty() && n < 100; ++n) {
      const std::string name = temporary_name(path_, n);
      if (::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0)
        temporary_ = name;
      else if (errno != EEXIST)
        break;
    }
    if (temporary_.empty() || ::close(std::exchange(unnamed_, -1)) != 0) return cannot_write(path_);
  }
  if (temporary_.empty()) return write_through(path_, content_);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return cannot_write(path_);
  temporary_.clear();
  return {};
}

Result<void> write_file(const std::string& path, std::string_view content) {
  auto staged = StagedFile::stage(path, content);
  return staged ? staged->commit() : tl::unexpected(staged.error());
}

Result<void> check_writable(const std::string& path) {
  const auto staged = StagedFile::stage(path, {});
  if (!staged) return tl::unexpected(staged.error());
  return {};
}

Result<void> make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path))
    return fail(path, ": folder: found none and none can be made (", error ? error.message() : "a file is in its place",
                "), expected a folder to write into");
  if (const auto writable = check_writable(path + "/file"); !writable)
    return fail(path, ": folder: found one that cannot be written into, expected a folder to write into");
  return {};
}

Result<std::string> read_file(const std::string& path, std::size_t most_bytes) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return fail(path, ": file: found none (", std::strerror(errno), "), expected a file");
  if (S_ISDIR(info.st_mode)) return fail(path, ": file: found a directory, expected a file");
  if (!S_ISREG(info.st_mode)) return fail(path, ": file: found no regular file, expected a file");
  const auto size = static_cast<std::uint64_t>(info.st_size);
  if (size > most_bytes) return fail(path, ": file: found ", size, " bytes, expected at most ", most_bytes);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return cannot(path, "opened", "a readable file");
  std::string content(size, '\0');
  std::size_t have = 0;
  while (have < content.size()) {
    const ssize_t n = ::read(descriptor, content.data() + have, content.size() - have);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    have += static_cast<std::size_t>(n);
  }
  ::close(descriptor);
  if (have != content.size()) return cannot(path, "read", "a readable file");
  return content;
}

}  // namespace plumbline::crosscheck
