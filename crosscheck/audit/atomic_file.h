// Files that appear whole or not at all, as the runtime writes them.
#pragma once

#include "runtime/io/file.h"

namespace plumbline::crosscheck {

using runtime::io::check_writable;
using runtime::io::make_folder;
using runtime::io::most_file_bytes;
using runtime::io::read_file;
using runtime::io::StagedFile;
using runtime::io::write_file;
inline spec::Result<void> write_file_atomically(const std::string& path, std::string_view text) {
  return write_file(path, text);
}

}  // namespace plumbline::crosscheck
