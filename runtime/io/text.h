// Files that must hold text, and text of others made fit for one line of a terminal.
#pragma once

#include <string>
#include <string_view>

#include "runtime/io/file.h"

namespace plumbline::runtime::io {

// Refuses bytes that no text holds: `path: line 3: found byte \x00, expected text`. Tabs and ends of lines are text.
spec::Result<void> check_text(std::string_view text, std::string_view path);

// The whole of a regular file of text.
spec::Result<std::string> read_text(const std::string& path, std::size_t most_bytes = most_file_bytes);

// The length of the UTF-8 sequence that a text begins with; 0 if it begins with none. The text is not empty.
std::size_t utf8_sequence(std::string_view text);

// On one line: ends of lines and tabs are blanks; other control bytes, and bytes that are no UTF-8, are \x1b and so on.
std::string printable(std::string_view text);

}  // namespace plumbline::runtime::io
