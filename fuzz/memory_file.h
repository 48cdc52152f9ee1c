// A file in memory, at a path of this process: what is read by name, without a disk.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "spec/lang/check.h"

namespace plumbline::fuzz {

class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(memfd_create("fuzz", 0)) {
    check(descriptor_ >= 0, "a file in memory");
    check(write(descriptor_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()), "all of it");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { close(descriptor_); }
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

}  // namespace plumbline::fuzz
