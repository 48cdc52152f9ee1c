// Reading comma-separated tables.
#include "runtime/data/csv.h"

#include <array>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>

#include "runtime/io/text.h"

namespace plumbline::runtime::data {

namespace {

using spec::fail;
using spec::Result;

constexpr std::uintmax_t most_bytes = std::uintmax_t{1} << 30;

std::optional<double> number_of(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}

  Result<Table> read(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // the byte order mark of UTF-8
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      ++line_;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.empty() && text.empty()) break;
      if (auto ok = read_line(line); !ok) return tl::unexpected(ok.error());
    }
    if (table_.rows == 0) return wrong("the end of the file", "a row of numbers");
    return std::move(table_);
  }

 private:
  template <class... Expected>
  tl::unexpected<spec::Error> wrong(std::string_view found, const Expected&... expected) const {
    return fail(file_, ": line ", line_, ": found ", found.substr(0, 60), ", expected ", expected...);
  }

  // One field from the front of `line`, its quotes removed; the comma behind it is taken too.
  Result<std::string> field(std::string_view& line, bool& more) const {
    std::string out;
    if (!line.starts_with('"')) {
      const std::size_t end = line.find(',');
      out = line.substr(0, end);
      if (out.find('"') != std::string::npos) return wrong(out, "quotes around the whole field");
      line.remove_prefix(end == std::string_view::npos ? line.size() : end);
    } else if (auto ok = quoted(line, out); !ok) {
      return tl::unexpected(ok.error());
    }
    more = line.starts_with(',');
    if (more) line.remove_prefix(1);
    return out;
  }

  Result<void> quoted(std::string_view& line, std::string& out) const {
    const std::string_view whole = line;
    for (line.remove_prefix(1);; line.remove_prefix(1)) {
      if (line.empty()) return wrong(whole, "a closing quote");
      if (line.front() == '"') {
        line.remove_prefix(1);
        if (!line.starts_with('"')) break;
      }
      out += line.front();
    }
    if (!line.empty() && line.front() != ',') return wrong(line, "a comma after the closing quote");
    return {};
  }

  Result<void> read_line(std::string_view line) {
    std::vector<std::string> fields;
    for (bool more = true; more;) {
      auto next = field(line, more);
      if (!next) return tl::unexpected(next.error());
      fields.push_back(std::move(*next));
    }
    const auto count = static_cast<spec::Index>(fields.size());
    if (line_ == 1) {
      table_.columns = count;
      bool words = true;
      for (const std::string& f : fields) words = words && !number_of(f);
      if (words && !(count == 1 && fields[0].empty())) return table_.header = std::move(fields), Result<void>();
    }
    if (count != table_.columns) return wrong(spec::concat(count, count == 1 ? " field" : " fields"), table_.columns);
    return read_row(fields);
  }

  Result<void> read_row(const std::vector<std::string>& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto value = number_of(fields[i]);
      const std::string found = fields[i].empty() ? "nothing" : fields[i];
      if (!value) return wrong(found, "a number in column ", i + 1);
      if (!std::isfinite(*value)) return wrong(found, "a finite number in column ", i + 1);
      table_.values.push_back(*value);
    }
    ++table_.rows;
    return {};
  }

  std::string_view file_;
  spec::Index line_ = 0;
  Table table_;
};

}  // namespace

std::string print_table(const Table& table) {
  std::string out;
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    const std::string& name = table.header[i];
    out += i ? "," : "";
    if (name.find_first_of("\",\r\n") == std::string::npos) {
      out += name;
      continue;
    }
    out += '"';
    for (const char c : name) out += c == '"' ? std::string("\"\"") : std::string(1, c);
    out += '"';
  }
  if (!table.header.empty()) out += '\n';
  for (std::size_t i = 0; i < table.values.size(); ++i) {
    std::array<char, 32> text;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), table.values[i]).ptr;
    out.append(text.data(), end);
    out += (i + 1) % static_cast<std::size_t>(table.columns) == 0 ? '\n' : ',';
  }
  return out;
}

Result<Table> parse_table(std::string_view text, std::string_view file) { return Reader(file).read(text); }

Result<Table> read_table(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    return fail(file, ": found ", std::filesystem::exists(file, error) ? "no regular file" : "nothing",
                ", expected a CSV file");
  const std::uintmax_t bytes = std::filesystem::file_size(file, error);
  if (error || bytes > most_bytes) return fail(file, ": found ", bytes, " bytes, expected at most ", most_bytes);
  std::ifstream in(file, std::ios::binary);
  std::string text(static_cast<std::size_t>(bytes), '\0');
  if (!in || !in.read(text.data(), static_cast<std::streamsize>(bytes)))
    return fail(file, ": found a file that cannot be read");
  if (const auto ok = io::check_text(text, file); !ok) return tl::unexpected(ok.error());
  return parse_table(text, file);
}

}  // namespace plumbline::runtime::data
