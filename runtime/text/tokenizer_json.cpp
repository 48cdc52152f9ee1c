// Tokenizers as JSON.
#include <nlohmann/json.hpp>

#include "runtime/io/text.h"
#include "runtime/io/file.h"
#include "runtime/text/tokenizer.h"

namespace plumbline::runtime::text {

using nlohmann::json;
using spec::concat;
using spec::fail;

namespace {

constexpr std::string_view format = "plumbline.tokenizer/1";
constexpr std::size_t most_bytes = std::size_t{1} << 25;

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t n = io::utf8_sequence(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

json json_of(std::string_view piece) {
  if (is_utf8(piece)) return std::string(piece);
  json bytes = json::array();
  for (const char c : piece) bytes.push_back(static_cast<unsigned char>(c));
  return bytes;
}

std::string print(std::string_view kind, std::string_view key, json list) {
  nlohmann::ordered_json out;
  out["format"] = format, out["kind"] = kind, out[key] = std::move(list);
  return out.dump() + "\n";
}

std::string print_pieces(std::string_view kind, std::string_view key, const std::vector<std::string>& pieces) {
  json list = json::array();
  for (const std::string& piece : pieces) list.push_back(json_of(piece));
  return print(kind, key, std::move(list));
}

// A non-empty string, or a non-empty array of bytes.
std::optional<std::string> piece_of(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return std::nullopt;
  std::string out;
  for (const json& byte : value) {
    if (!byte.is_number_unsigned() || byte.get<std::uint64_t>() > 255) return std::nullopt;
    out += static_cast<char>(byte.get<unsigned>());
  }
  return out;
}

Result<std::vector<std::string>> pieces_of(const json& list, std::string_view key, std::string_view file) {
  std::vector<std::string> out;
  for (const json& value : list) {
    auto piece = piece_of(value);
    if (!piece || piece->empty())
      return fail(file, ": ", key, ' ', out.size(), ": found no piece, expected a string or an array of bytes");
    out.push_back(std::move(*piece));
  }
  return out;
}

Result<std::vector<BytePairTokenizer::Pair>> merges_of(const json& list, std::string_view file) {
  std::vector<BytePairTokenizer::Pair> out;
  for (const json& m : list) {
    const auto is_id = [&](std::size_t i) { return m[i].is_number_unsigned() && m[i].get<std::uint64_t>() < 1U << 31; };
    if (!m.is_array() || m.size() != 2 || !is_id(0) || !is_id(1))
      return fail(file, ": merge ", out.size(), ": found no pair of ids, expected one such as [104, 101]");
    out.emplace_back(m[0].get<std::int64_t>(), m[1].get<std::int64_t>());
  }
  return out;
}

// The list under a key, of an object with format, kind and that key.
Result<const json*> list_of(const json& object, std::string_view key, std::string_view file) {
  const auto list = object.find(key);
  if (list == object.end() || !list->is_array()) return fail(file, ": found no list of ", key, ", expected one");
  for (const auto& [name, value] : object.items())
    if (name != "format" && name != "kind" && name != key)
      return fail(file, ": found key ", io::printable(name.substr(0, 60)), ", expected format, kind and ", key);
  return &*list;
}

template <class T>
std::shared_ptr<const Tokenizer> shared(T tokenizer) {
  return std::make_shared<const T>(std::move(tokenizer));
}

}  // namespace

std::string CharTokenizer::to_json() const { return print_pieces("char", "characters", units_); }
std::string WordTokenizer::to_json() const { return print_pieces("word", "words", words_); }
std::string BytePairTokenizer::to_json() const { return print("bpe", "merges", json(merges_)); }

Result<std::shared_ptr<const Tokenizer>> parse_tokenizer(std::string_view text, std::string_view file) {
  const json object = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return fail(file, ": found no JSON object, expected one of format ", format);
  const auto word = [&](const char* key) {
    const auto at = object.find(key);
    return at != object.end() && at->is_string() ? at->get<std::string>() : "nothing";
  };
  if (word("format") != format)
    return fail(file, ": format: found ", io::printable(word("format").substr(0, 60)), ", expected ", format);
  const std::string kind = word("kind");
  const bool bpe = kind == "bpe", chars = kind == "char";
  if (!bpe && !chars && kind != "word")
    return fail(file, ": kind: found ", io::printable(kind.substr(0, 60)), ", expected char, word or bpe");
  const std::string_view key = bpe ? "merges" : chars ? "characters" : "words";
  const auto list = list_of(object, key, file);
  if (!list) return tl::unexpected(list.error());
  if (bpe) {
    const auto merges = merges_of(**list, file);
    if (!merges) return tl::unexpected(merges.error());
    auto out = BytePairTokenizer::of(*merges);
    if (!out) return fail(file, ": ", out.error().what());
    return shared(std::move(*out));
  }
  auto pieces = pieces_of(**list, key, file);
  if (!pieces) return tl::unexpected(pieces.error());
  if (chars) return shared(CharTokenizer(std::move(*pieces)));
  if (pieces->empty()) return fail(file, ": words: found none, expected <unk> at least");
  return shared(WordTokenizer(std::move(*pieces)));
}

Result<std::shared_ptr<const Tokenizer>> read_tokenizer(const std::string& path) {
  const auto text = io::read_file(path, most_bytes);
  return text ? parse_tokenizer(*text, path) : tl::unexpected(text.error());
}

Result<void> write_tokenizer(const std::string& path, const Tokenizer& tokenizer) {
  return io::write_file(path, tokenizer.to_json());
}

}  // namespace plumbline::runtime::text
