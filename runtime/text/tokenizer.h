// Tokenizers: text to numbers and back, by characters, by words, or by pairs of bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "spec/lang/result.h"
#include "spec/lang/shape.h"

namespace plumbline::runtime::text {

using spec::Index;
using spec::Result;
using Tokens = std::vector<std::int64_t>;

// decode(encode(s)) = s wherever encode finds every piece of s in its vocabulary.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  virtual Index size() const = 0;  // ids are 0, …, size() − 1
  // Error: a piece of the text that has no id, with its byte.
  virtual Result<Tokens> encode(std::string_view text) const = 0;
  // The bytes of a token; 0 ≤ id < size().
  virtual std::string_view piece(std::int64_t id) const = 0;
  virtual std::string to_json() const = 0;

  // The pieces one after another. Error: an id out of range, with its place.
  Result<std::string> decode(std::span<const std::int64_t> tokens) const;
};

// One id for each character: a sequence of UTF-8, or a byte that is in none. Ids are in the order of the alphabet.
class CharTokenizer final : public Tokenizer {
 public:
  // The characters that occur, sorted by their bytes.
  static CharTokenizer train(std::string_view text);
  // Characters in order; one that is there twice has its first id.
  static CharTokenizer of(std::string_view alphabet);

  Index size() const override { return static_cast<Index>(units_.size()); }
  Result<Tokens> encode(std::string_view text) const override;
  std::string_view piece(std::int64_t id) const override { return units_[static_cast<std::size_t>(id)]; }
  std::string to_json() const override;

 private:
  explicit CharTokenizer(std::vector<std::string> units);
  friend Result<std::shared_ptr<const Tokenizer>> parse_tokenizer(std::string_view json, std::string_view file);
  std::vector<std::string> units_;
  std::unordered_map<std::string, std::int64_t> ids_;
};

// Words, runs of blanks and single signs. Id 0 stands for whatever is not in the vocabulary; it decodes to `<unk>`.
class WordTokenizer final : public Tokenizer {
 public:
  // The most frequent words, `size` ids in all; equally frequent ones in the order of their bytes. size ≥ 1.
  static Result<WordTokenizer> train(std::string_view text, Index size);

  Index size() const override { return static_cast<Index>(words_.size()); }
  Result<Tokens> encode(std::string_view text) const override;
  std::string_view piece(std::int64_t id) const override { return words_[static_cast<std::size_t>(id)]; }
  std::string to_json() const override;

 private:
  explicit WordTokenizer(std::vector<std::string> words);
  friend Result<std::shared_ptr<const Tokenizer>> parse_tokenizer(std::string_view json, std::string_view file);
  std::vector<std::string> words_;
  std::unordered_map<std::string, std::int64_t> ids_;
};

// Byte-pair encoding (Sennrich, Haddow, Birch 2016) over bytes: ids 0 to 255 are the bytes, id 256 + i is merge i. Any
// text has an encoding. Merges do not cross the pieces that a text is first cut into: a blank at most, then letters,
// digits or other signs; or blanks.
class BytePairTokenizer final : public Tokenizer {
 public:
  using Pair = std::pair<std::int64_t, std::int64_t>;
  // No token is longer, so that no list of merges can make one that fills the memory.
  static constexpr std::size_t longest_token = 256;
  // Nor are there more of them, or more bytes in all of them.
  static constexpr Index most_tokens = Index{1} << 20;
  static constexpr std::size_t most_piece_bytes = std::size_t{1} << 26;
  struct PairHash {
    std::size_t operator()(const Pair& p) const {
      return (static_cast<std::size_t>(p.first) << 32 ^ static_cast<std::size_t>(p.second)) * 0x9e3779b97f4a7c15u;
    }
  };

  BytePairTokenizer();  // bytes alone
  // Merges the most frequent pair, of equally frequent ones the smallest (left, right), until there are `size` ids or
  // no pair occurs twice. size ≥ 256.
  static Result<BytePairTokenizer> train(std::string_view text, Index size);
  // Merges in order, each of two ids that exist before it. Errors: other ids, a pair twice, a token that is too long,
  // too many of them.
  static Result<BytePairTokenizer> of(const std::vector<Pair>& merges);

  Index size() const override { return static_cast<Index>(pieces_.size()); }
  Result<Tokens> encode(std::string_view text) const override;
  std::string_view piece(std::int64_t id) const override { return pieces_[static_cast<std::size_t>(id)]; }
  std::string to_json() const override;
  const std::vector<Pair>& merges() const { return merges_; }

 private:
  Result<void> add(Pair pair);
  std::vector<Pair> merges_;
  std::vector<std::string> pieces_;
  std::size_t bytes_ = 0;  // of all pieces of merges
  std::unordered_map<Pair, std::int64_t, PairHash> ids_;  // of what a pair becomes
};

// `{"format": "plumbline.tokenizer/1", "kind": "bpe", "merges": [[104, 101], …]}`; pieces that are no UTF-8 are arrays
// of bytes. Errors read `file: place: found X, expected Y`.
Result<std::shared_ptr<const Tokenizer>> parse_tokenizer(std::string_view json, std::string_view file);
Result<std::shared_ptr<const Tokenizer>> read_tokenizer(const std::string& path);
Result<void> write_tokenizer(const std::string& path, const Tokenizer& tokenizer);

}  // namespace plumbline::runtime::text
