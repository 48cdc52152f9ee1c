// The project's own source files as text: what the tests of the house rules read.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace plumbline::house {

inline const std::filesystem::path root = PLUMBLINE_SOURCE_DIR;

inline std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

inline std::size_t line_number(const std::string& text, std::size_t at) {
  return 1 + static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
}

// The position after a literal or comment that begins at `at`, or `at` itself where none begins.
inline std::size_t skip_uncoded(const std::string& s, std::size_t at) {
  const auto end_or = [&](std::size_t p, std::size_t n) { return p == std::string::npos ? s.size() : p + n; };
  if (s.compare(at, 2, "//") == 0) return end_or(s.find('\n', at), 0);
  if (s.compare(at, 2, "/*") == 0) return end_or(s.find("*/", at + 2), 2);
  if (s.compare(at, 2, "R\"") == 0) {
    const std::size_t open = s.find('(', at);
    return end_or(s.find(")" + s.substr(at + 2, open - at - 2) + "\"", open), open - at);
  }
  const bool digit_separator = s[at] == '\'' && at > 0 && std::isalnum(static_cast<unsigned char>(s[at - 1])) != 0;
  if (s[at] != '"' && (s[at] != '\'' || digit_separator)) return at;
  std::size_t end = at + 1;
  while (end < s.size() && s[end] != s[at]) end += s[end] == '\\' ? 2 : 1;
  return std::min(end + 1, s.size());
}

// The text with comments, string and character literals blanked out; lines stay where they are.
inline std::string code_of(const std::string& text) {
  std::string code = text;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = skip_uncoded(text, at);
    for (std::size_t i = at; i < end; ++i)
      if (code[i] != '\n') code[i] = ' ';
    at = std::max(end, at + 1);
  }
  return code;
}

struct Source {
  std::string path;  // relative to the root
  std::string text, code;
};

// All .h and .cpp files below the folders, sorted by path.
inline std::vector<Source> sources(const std::vector<std::string>& folders) {
  std::vector<Source> found;
  for (const std::string& folder : folders) {
    if (!std::filesystem::exists(root / folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cpp") continue;
      std::string text = read_text(entry.path());
      found.push_back({entry.path().lexically_relative(root).generic_string(), text, code_of(text)});
    }
  }
  std::sort(found.begin(), found.end(), [](const Source& a, const Source& b) { return a.path < b.path; });
  return found;
}

inline std::vector<Source> all_sources() { return sources({"spec", "runtime", "crosscheck", "tests", "fuzz"}); }

inline bool below(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.substr(0, folder.size()) == folder && path[folder.size()] == '/';
}

}  // namespace plumbline::house
