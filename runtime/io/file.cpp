// Writing files so that they appear whole or not at all.
#include "runtime/io/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace plumbline::runtime::io {

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

constexpr int most_temporaries = 100;  // that killed processes of this number may have left

std::string temporary_name(const std::string& path, int n) {
  return spec::concat(path, ".part-", ::getpid(), '-', n);
}

std::string folder_of(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  return folder.empty() ? "." : folder.string();
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
      descriptor_(std::exchange(o.descriptor_, -1)) {}

StagedFile::~StagedFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<StagedFile> StagedFile::create(const std::string& path) {
  const auto place = place_of(path);
  if (!place) return tl::unexpected(place.error());
  if (!place->regular) return StagedFile(path, {}, -1);
  if (const int unnamed = ::open(folder_of(place->path).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0666); unnamed >= 0)
    return StagedFile(place->path, {}, unnamed);
  for (int n = 0; n < most_temporaries; ++n) {
    std::string temporary = temporary_name(place->path, n);
    const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return StagedFile(place->path, std::move(temporary), descriptor);
    if (errno != EEXIST) break;
  }
  return cannot_write(path);
}

Result<void> StagedFile::append(std::string_view content) {
  if (descriptor_ < 0) return content_ += content, Result<void>();
  if (!write_all(descriptor_, content)) return cannot_write(path_);
  return {};
}

Result<StagedFile> StagedFile::stage(const std::string& path, std::string_view content) {
  auto staged = create(path);
  if (!staged) return staged;
  if (auto ok = staged->append(content); !ok) return tl::unexpected(ok.error());
  return staged;
}

Result<void> StagedFile::commit() {
  if (descriptor_ < 0) return write_through(path_, content_);
  if (::fsync(descriptor_) != 0) return cannot_write(path_);
  if (temporary_.empty()) {
    const std::string unnamed = spec::concat("/proc/self/fd/", descriptor_);
    for (int n = 0; temporary_.empty() && n < most_temporaries; ++n) {
      const std::string name = temporary_name(path_, n);
      if (::linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0)
        temporary_ = name;
      else if (errno != EEXIST)
        break;
    }
    if (temporary_.empty()) return cannot_write(path_);
  }
  if (::close(std::exchange(descriptor_, -1)) != 0) return cannot_write(path_);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return cannot_write(path_);
  temporary_.clear();
  if (const int folder = ::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); folder >= 0) {
    ::fsync(folder);  // some file systems have no such thing: the content is safe all the same
    ::close(folder);
  }
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

Result<InputFile> InputFile::open(const std::string& path, std::string_view expected) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return fail(path, ": file: found none (", std::strerror(errno), "), expected ", expected);
  if (S_ISDIR(info.st_mode)) return fail(path, ": file: found a directory, expected ", expected);
  if (!S_ISREG(info.st_mode)) return fail(path, ": file: found no regular file, expected ", expected);
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return cannot(path, "opened", "a readable file");
  return InputFile(path, descriptor, static_cast<std::uint64_t>(info.st_size));
}

InputFile::InputFile(InputFile&& o) noexcept
    : path_(std::move(o.path_)), descriptor_(std::exchange(o.descriptor_, -1)), size_(o.size_) {}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> InputFile::read(std::uint64_t offset, std::span<char> out) const {
  while (!out.empty()) {
    const ssize_t n = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot(path_, "read", "a readable file");
    if (n == 0) return fail(path_, ": byte ", offset, ": found the end of the file, expected ", out.size(), " more");
    offset += static_cast<std::uint64_t>(n);
    out = out.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Result<std::string> read_file(const std::string& path, std::size_t most_bytes) {
  const auto file = InputFile::open(path);
  if (!file) return tl::unexpected(file.error());
  if (file->size() > most_bytes)
    return fail(path, ": file: found ", file->size(), " bytes, expected at most ", most_bytes);
  std::string content(file->size(), '\0');
  if (auto ok = file->read(0, content); !ok) return tl::unexpected(ok.error());
  return content;
}

}  // namespace plumbline::runtime::io
