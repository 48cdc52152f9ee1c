// Whole files.
#include "crosscheck/audit/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

namespace plumbline::crosscheck {

namespace {

// A file descriptor that is closed when it is left.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

tl::unexpected<spec::Error> cannot(const char* what, const std::string& path) {
  return spec::fail(path, ": cannot ", what, ": ", std::strerror(errno));
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

}  // namespace

spec::Result<void> write_file_atomically(const std::string& path, std::string_view text) {
  std::string temporary = path + ".XXXXXX";
  Descriptor file(::mkstemp(temporary.data()));
  if (file.get() < 0) return cannot("write", path);
  const bool written = write_all(file.get(), text) && ::fchmod(file.get(), 0644) == 0 && ::fsync(file.get()) == 0 && file.close() &&
                       std::rename(temporary.c_str(), path.c_str()) == 0;
  if (written) return {};
  const int error = errno;
  ::unlink(temporary.c_str());
  errno = error;
  return cannot("write", path);
}

spec::Result<std::string> read_file(const std::string& path, std::size_t most_bytes) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return cannot("read", path);
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return cannot("read", path);
  if (S_ISDIR(about.st_mode)) return spec::fail(path, ": found a directory, expected a file");
  std::string text;
  std::vector<char> block(std::size_t{1} << 16);
  for (;;) {
    const ssize_t n = ::read(file.get(), block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot("read", path);
    if (n == 0) return text;
    if (text.size() + static_cast<std::size_t>(n) > most_bytes) return spec::fail(path, ": found more than ", most_bytes, " bytes, expected at most so many");
    text.append(block.data(), static_cast<std::size_t>(n));
  }
}

}  // namespace plumbline::crosscheck
