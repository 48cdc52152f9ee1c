// Text from files, and for a terminal.
#include "runtime/io/text.h"

#include <algorithm>

namespace plumbline::runtime::io {

namespace {

bool is_blank(char c) { return c == '\n' || c == '\t' || c == '\r'; }
bool is_control(char c) { return (static_cast<unsigned char>(c) < 32 && !is_blank(c)) || c == 127; }

std::string escaped(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  return std::string("\\x") + digits[byte >> 4] + digits[byte & 15];
}

}  // namespace

std::size_t utf8_sequence(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t n = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3
                        : lead >= 0xf0 && lead < 0xf5                                               ? 4
                                                                                                    : 0;
  if (n == 0 || n > text.size()) return 0;
  const bool whole = std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(n),
                                 [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; });
  // The second byte's range excludes longer spellings, surrogates and what lies beyond U+10FFFF (RFC 3629).
  const auto second = n > 2 ? static_cast<unsigned char>(text[1]) : 0x80;
  const bool strict = (lead != 0xe0 || second >= 0xa0) && (lead != 0xed || second < 0xa0) &&
                      (lead != 0xf0 || second >= 0x90) && (lead != 0xf4 || second < 0x90);
  return whole && strict ? n : 0;
}

spec::Result<void> check_text(std::string_view text, std::string_view path) {
  const auto at = std::find_if(text.begin(), text.end(), is_control);
  if (at == text.end()) return {};
  return spec::fail(path, ": line ", 1 + std::count(text.begin(), at, '\n'), ": found byte ", escaped(*at),
                    ", expected text");
}

spec::Result<std::string> read_text(const std::string& path, std::size_t most_bytes) {
  auto text = read_file(path, most_bytes);
  if (text)
    if (const auto ok = check_text(*text, path); !ok) return tl::unexpected(ok.error());
  return text;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t n = utf8_sequence(text);
    if (is_blank(text[0]))
      out += ' ';
    else if (n == 0 || is_control(text[0]))
      out += escaped(text[0]);
    else
      out += text.substr(0, n);
    text.remove_prefix(std::max<std::size_t>(1, n));
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace plumbline::runtime::io
