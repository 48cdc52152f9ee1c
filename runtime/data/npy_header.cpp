// Reading the header of an NPY file, strictly: magic, version, length, then the literal
// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }.
#include "runtime/data/npy_header.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>

namespace plumbline::runtime::data {

using spec::concat;
using spec::fail;
using spec::Index;
using spec::Result;

namespace {

constexpr Index most_rank = 64;  // NumPy's own
constexpr std::string_view magic = "\x93NUMPY";

// Text from a file made fit for one line of a terminal.
std::string shown(std::string_view text, std::size_t most = 24) {
  std::string out;
  for (unsigned char c : text.substr(0, most)) out += c >= 32 && c < 127 ? static_cast<char>(c) : '?';
  return "'" + out + (text.size() > most ? "…'" : "'");
}

class HeaderReader {
 public:
  HeaderReader(std::string_view text, std::string_view file) : rest_(text), file_(file) {}

  Result<NpyHeader> read() {
    NpyHeader header;
    if (!take('{')) return wrong("{");
    while (!take('}')) {
      const auto key = word();
      if (!key) return wrong("a key such as 'descr', or }");
      if (!take(':')) return wrong(":");
      if (auto value = read_value(*key, header); !value) return tl::unexpected(value.error());
      if (!take(',') && peek() != '}') return wrong(", or }");
    }
    skip();
    if (!rest_.empty()) return wrong("the end of the header");
    if (seen_ != all) return fail(file_, ": header: found no ", missing(), ", expected descr, fortran_order and shape");
    return header;
  }

 private:
  enum Key : unsigned { descr = 1, order = 2, shape = 4, all = 7 };

  void skip() {
    while (!rest_.empty() && (rest_[0] == ' ' || rest_[0] == '\n')) rest_.remove_prefix(1);
  }
  char peek() {
    skip();
    return rest_.empty() ? '\0' : rest_[0];
  }
  bool take(char c) {
    if (peek() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool take(std::string_view text) {
    skip();
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  tl::unexpected<spec::Error> wrong(std::string_view expected) {
    skip();
    return fail(file_, ": header: found ", rest_.empty() ? "its end" : shown(rest_), ", expected ", expected);
  }
  std::string_view missing() const { return seen_ & descr ? (seen_ & order ? "shape" : "fortran_order") : "descr"; }

  // A quoted word, without its quotes.
  std::optional<std::string_view> word() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') return std::nullopt;
    const std::size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view text = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return text;
  }

  Result<void> read_value(std::string_view key, NpyHeader& header) {
    const unsigned bit = key == "descr" ? descr : key == "fortran_order" ? order : key == "shape" ? shape : 0U;
    if (bit == 0) return fail(file_, ": header: found key ", shown(key), ", expected descr, fortran_order or shape");
    if (seen_ & bit) return fail(file_, ": header: found key ", shown(key), " twice, expected it once");
    seen_ |= bit;
    if (bit == shape) return read_shape(header);
    if (bit == order) {
      header.fortran_order = take("True");
      if (!header.fortran_order && !take("False")) return wrong("True or False for fortran_order");
      return {};
    }
    const auto text = word();
    if (!text) return wrong("a plain dtype such as '<f4'");
    header.descr = *text;
    return {};
  }

  Result<void> read_shape(NpyHeader& header) {
    if (!take('(')) return wrong("a shape such as (2, 3)");
    while (!take(')')) {
      skip();
      Index extent = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), extent);
      if (error != std::errc() || extent < 0) return wrong("an extent of at least 0");
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      if (header.shape.rank() == most_rank)
        return fail(file_, ": header: found a shape of more than ", most_rank, " axes, expected at most ", most_rank);
      header.shape.push_back(extent);
      if (!take(',') && peek() != ')') return wrong(", or ) in the shape");
    }
    return {};
  }

  std::string_view rest_, file_;
  unsigned seen_ = 0;
};

}  // namespace

Result<NpyHeader> parse_npy_header(std::string_view bytes, std::string_view file) {
  if (bytes.empty()) return fail(file, ": byte 0: found an empty file, expected an NPY file");
  if (!bytes.starts_with(magic.substr(0, std::min(bytes.size(), magic.size()))))
    return fail(file, ": byte 0: found ", shown(bytes, magic.size()), ", expected the NPY magic \\x93NUMPY");
  if (bytes.size() < 10)
    return fail(file, ": byte ", bytes.size(), ": found the end of the file, expected an NPY header");
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const std::size_t major = byte(6), minor = byte(7), begin = major == 1 ? 10 : 12;
  if (major < 1 || major > 3 || minor != 0)
    return fail(file, ": byte 6: found NPY version ", major, ".", minor, ", expected 1.0, 2.0 or 3.0");
  if (bytes.size() < begin)
    return fail(file, ": byte ", bytes.size(), ": found the end of the file, expected an NPY header");
  std::size_t length = byte(8) | byte(9) << 8;
  if (major >= 2) length |= byte(10) << 16 | byte(11) << 24;
  if (length > longest_npy_header)
    return fail(file, ": byte 8: found a header of ", length, " bytes, expected at most ", longest_npy_header);
  if (bytes.size() < begin + length)
    return fail(file, ": byte 8: found a header of ", length, " bytes but only ", bytes.size() - begin,
                " left in the file, expected all of it");
  auto header = HeaderReader(bytes.substr(begin, length), file).read();
  if (header) header->data_offset = begin + length;
  return header;
}

}  // namespace plumbline::runtime::data
