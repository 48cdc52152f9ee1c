// Reading comma-separated tables.
#include "runtime/data/csv.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <functional>
#include <map>
#include <optional>

#include "runtime/io/text.h"

namespace plumbline::runtime::data {

namespace {

using spec::fail;
using spec::Result;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<double> number_of(std::string_view field) {
  const std::string_view text = trimmed(field);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// Names in the order in which they came, with their numbers.
struct Seen {
  std::map<std::string, std::size_t, std::less<>> numbers;
  std::vector<std::string> names;

  std::size_t number(std::string_view name) {
    const auto [at, is_new] = numbers.emplace(name, names.size());
    if (is_new) names.emplace_back(name);
    return at->second;
  }
};

class Reader {
 public:
  Reader(std::string_view text, std::string_view file, const TableOptions& options)
      : rest_(text), file_(file), options_(options) {}

  Result<Table> read() {
    if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);  // the byte order mark of UTF-8
    while (!rest_.empty() && rest_ != "\n" && rest_ != "\r\n") {
      line_ = next_line_;
      auto fields = record();
      if (!fields) return tl::unexpected(fields.error());
      if (auto ok = take(std::move(*fields)); !ok) return tl::unexpected(ok.error());
    }
    if (table_.rows == 0) return wrong("the end of the file", "a row of numbers");
    if (options_.order == TableOptions::Order::sorted) sort_names();
    for (std::size_t i = 0; i < seen_.size(); ++i) table_.named[i].names = std::move(seen_[i].names);
    return std::move(table_);
  }

 private:
  template <class... Expected>
  tl::unexpected<spec::Error> wrong(std::string_view found, const Expected&... expected) const {
    const std::string_view line = found.substr(0, found.find_first_of("\r\n"));
    return fail(file_, ": line ", line_, ": found ", io::printable(line.substr(0, 60)), ", expected ", expected...);
  }

  // The end of a line at the front of the text: its bytes, or 0.
  std::size_t line_end() const {
    return rest_.starts_with('\n') || rest_ == "\r" ? 1 : rest_.starts_with("\r\n") ? 2 : 0;
  }

  // The fields up to the end of a line that is not quoted, their quotes removed; the end is taken too.
  Result<std::vector<std::string>> record() {
    std::vector<std::string> fields;
    for (;;) {
      fields.emplace_back();
      const auto ok = rest_.starts_with('"') ? quoted(fields.back()) : plain(fields.back());
      if (!ok) return tl::unexpected(ok.error());
      if (!rest_.starts_with(',')) break;
      rest_.remove_prefix(1);
    }
    rest_.remove_prefix(line_end());
    ++next_line_;
    return fields;
  }

  Result<void> plain(std::string& out) {
    std::string_view field = rest_.substr(0, rest_.find_first_of(",\n"));
    rest_.remove_prefix(field.size());
    if (field.ends_with('\r') && !rest_.starts_with(',')) field.remove_suffix(1);
    if (field.find('"') != std::string_view::npos) return wrong(field, "quotes around the whole field");
    out = field;
    return {};
  }

  Result<void> quoted(std::string& out) {
    const std::string_view whole = rest_;
    for (rest_.remove_prefix(1);; rest_.remove_prefix(1)) {
      if (rest_.empty()) return wrong(whole, "a closing quote");
      if (rest_.front() == '"') {
        rest_.remove_prefix(1);
        if (!rest_.starts_with('"')) break;
      }
      if (rest_.front() == '\n') ++next_line_;
      out += rest_.front();
    }
    if (!rest_.empty() && rest_.front() != ',' && line_end() == 0)
      return wrong(rest_, "a comma after the closing quote");
    return {};
  }

  Result<void> take(std::vector<std::string> fields) {
    const auto count = static_cast<spec::Index>(fields.size());
    if (line_ == 1) {
      table_.columns = count;
      if (auto ok = find_named(); !ok) return ok;
      bool words = true;
      for (const std::string& f : fields) words = words && !number_of(f);
      if (words && !(count == 1 && fields[0].empty())) return table_.header = std::move(fields), Result<void>();
    }
    if (count != table_.columns) return wrong(spec::concat(count, count == 1 ? " field" : " fields"), table_.columns);
    const std::size_t before = table_.values.size();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (options_.missing == TableOptions::Missing::drop_row && is_absent(fields[i]))
        return table_.values.resize(before), Result<void>();
      const auto value = value_of(fields[i], i);
      if (!value) return tl::unexpected(value.error());
      table_.values.push_back(*value);
    }
    ++table_.rows, table_.lines.push_back(line_);
    return {};
  }

  Result<void> find_named() {
    for (const spec::Index given : options_.named) {
      const spec::Index column = given < 0 ? given + table_.columns : given;
      if (column < 0 || column >= table_.columns)
        return wrong(spec::concat(table_.columns, " columns"), "a column ", given, " of names");
      if (std::ranges::find(table_.named, column, &ColumnNames::column) != table_.named.end())
        return wrong(spec::concat("column ", given, " twice"), "each column of names once");
      table_.named.push_back({column, {}});
    }
    seen_.resize(table_.named.size());
    return {};
  }

  bool is_absent(std::string_view field) const {
    return std::ranges::find(options_.absent, trimmed(field)) != options_.absent.end();
  }

  Result<double> value_of(const std::string& field, std::size_t column) {
    const std::string_view found = trimmed(field).empty() ? "nothing" : std::string_view(field);
    const auto named = std::ranges::find(table_.named, static_cast<spec::Index>(column), &ColumnNames::column);
    if (named != table_.named.end()) {
      if (is_absent(field)) return wrong(found, "a name in column ", column + 1);
      return static_cast<double>(seen_[static_cast<std::size_t>(named - table_.named.begin())].number(field));
    }
    if (options_.missing == TableOptions::Missing::fill && is_absent(field)) return options_.fill;
    const auto value = number_of(field);
    if (!value) return wrong(found, "a number in column ", column + 1);
    if (!std::isfinite(*value)) return wrong(found, "a finite number in column ", column + 1);
    return *value;
  }

  void sort_names() {
    for (std::size_t i = 0; i < seen_.size(); ++i) {
      std::vector<double> place(seen_[i].names.size());
      std::size_t next = 0;
      for (const auto& [name, number] : seen_[i].numbers) {
        place[number] = static_cast<double>(next);
        seen_[i].names[next++] = name;
      }
      for (spec::Index row = 0; row < table_.rows; ++row) {
        double& value = table_.values[static_cast<std::size_t>(row * table_.columns + table_.named[i].column)];
        value = place[static_cast<std::size_t>(value)];
      }
    }
  }

  std::string_view rest_, file_;
  const TableOptions& options_;
  spec::Index line_ = 0, next_line_ = 1;
  Table table_;
  std::vector<Seen> seen_;  // by table_.named
};

// Quoted where it needs to be.
std::string field_of(const std::string& name) {
  if (name.find_first_of("\",\r\n") == std::string::npos) return name;
  std::string out = "\"";
  for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

std::string field_of(const Table& table, std::size_t i) {
  const auto column = static_cast<spec::Index>(i) % table.columns;
  const auto named = std::ranges::find(table.named, column, &ColumnNames::column);
  if (named != table.named.end()) return field_of(named->names[static_cast<std::size_t>(table.values[i])]);
  std::array<char, 32> text;
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), table.values[i]).ptr};
}

}  // namespace

std::string print_table(const Table& table) {
  std::string out;
  for (std::size_t i = 0; i < table.header.size(); ++i) out += (i ? "," : "") + field_of(table.header[i]);
  if (!table.header.empty()) out += '\n';
  for (std::size_t i = 0; i < table.values.size(); ++i)
    out += field_of(table, i) + ((i + 1) % static_cast<std::size_t>(table.columns) == 0 ? '\n' : ',');
  return out;
}

Result<Table> parse_table(std::string_view text, std::string_view file, const TableOptions& options) {
  return Reader(text, file, options).read();
}

Result<Table> read_table(const std::string& file, const TableOptions& options) {
  const auto text = io::read_text(file);
  return text ? parse_table(*text, file, options) : tl::unexpected(text.error());
}

}  // namespace plumbline::runtime::data
