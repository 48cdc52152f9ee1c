// Whole files, read with a limit and written all or nothing.
#pragma once

#include <string>
#include <string_view>

#include "spec/lang/result.h"

namespace plumbline::crosscheck {

// Writes to a temporary file beside `path` and renames it; an existing file stays untouched on failure.
spec::Result<void> write_file_atomically(const std::string& path, std::string_view text);

// `f: found a directory, expected a file`, `f: found 5 GB, expected at most …`.
inline constexpr std::size_t most_file_bytes = std::size_t{1} << 30;
spec::Result<std::string> read_file(const std::string& path, std::size_t most_bytes = most_file_bytes);

}  // namespace plumbline::crosscheck
