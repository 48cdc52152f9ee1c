// Printing a table of text.
#include "crosscheck/report/table.h"

#include <algorithm>

namespace plumbline::crosscheck {

namespace {

// Code points of UTF-8 text: its width in a terminal, for the characters that reports use.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, width_of(text)), ' ');
  return right ? space + text : text + space;
}

}  // namespace

std::string Table::print(bool color) const {
  std::vector<std::size_t> widths;
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    widths.push_back(width_of(columns_[c].title));
    for (const auto& row : rows_) widths[c] = std::max(widths[c], c < row.size() ? width_of(row[c]) : 0);
  }
  const auto line = [&](auto&& entry) {
    std::string text;
    for (std::size_t c = 0; c < columns_.size(); ++c)
      text += (c ? "  " : "") + padded(entry(c), widths[c], columns_[c].right);
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
  };
  const std::string titles = line([&](std::size_t c) { return columns_[c].title; });
  std::string text = (color ? "\x1b[4m" + titles + "\x1b[0m" : titles) + "\n";
  for (const auto& row : rows_)
    text += line([&](std::size_t c) { return c < row.size() ? row[c] : std::string(); }) + "\n";
  return text;
}

}  // namespace plumbline::crosscheck
