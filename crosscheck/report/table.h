// A table of text: columns as wide as their widest entry, numbers to the right.
#pragma once

#include <string>
#include <vector>

namespace plumbline::crosscheck {

struct Column {
  std::string title;
  bool right = false;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  bool empty() const { return rows_.empty(); }
  // Titles, then the rows; `color` underlines the titles.
  std::string print(bool color = false) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace plumbline::crosscheck
