// Byte-pair encoding: learning merges, and applying them.
#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "runtime/text/pieces.h"
#include "runtime/text/tokenizer.h"

namespace plumbline::runtime::text {

using spec::fail;

namespace {

using Pair = BytePairTokenizer::Pair;

Tokens bytes_of(std::string_view piece) {
  Tokens out;
  for (const char c : piece) out.push_back(static_cast<unsigned char>(c));
  return out;
}

// Replaces the pair by `id` wherever it occurs, from the left.
void merge(Tokens& tokens, const Pair& pair, std::int64_t id) {
  std::size_t to = 0;
  for (std::size_t from = 0; from < tokens.size(); ++to) {
    const bool both = from + 1 < tokens.size() && Pair(tokens[from], tokens[from + 1]) == pair;
    tokens[to] = both ? id : tokens[from];
    from += both ? 2 : 1;
  }
  tokens.resize(to);
}

// The different chunks of a text with how often each occurs, and its pairs with where they occur.
class Corpus {
 public:
  explicit Corpus(std::string_view text) {
    std::map<std::string_view, Index> counts;
    for (const std::string_view chunk : chunks(text, BytePairTokenizer::longest_token)) ++counts[chunk];
    for (const auto& [chunk, count] : counts) chunks_.push_back({bytes_of(chunk), count});
    for (std::size_t i = 0; i < chunks_.size(); ++i) add(i, 1);
  }

  // The most frequent pair, of equals the smallest; and how often it occurs.
  std::pair<Pair, Index> best() const {
    std::pair<Pair, Index> out{{0, 0}, 0};
    for (const auto& [pair, where] : pairs_)
      if (where.count > out.second) out = {pair, where.count};
    return out;
  }

  void replace(const Pair& pair, std::int64_t id) {
    const std::set<std::size_t> changed = pairs_[pair].chunks;
    for (const std::size_t i : changed) {
      add(i, -1);
      merge(chunks_[i].tokens, pair, id);
      add(i, 1);
    }
  }

 private:
  struct Chunk {
    Tokens tokens;
    Index count;
  };
  struct Where {
    Index count = 0;
    std::set<std::size_t> chunks;
  };

  // Counts the pairs of a chunk, or takes them out again.
  void add(std::size_t i, Index sign) {
    const auto& [tokens, count] = chunks_[i];
    for (std::size_t k = 0; k + 1 < tokens.size(); ++k) {
      const Pair pair(tokens[k], tokens[k + 1]);
      Where& where = pairs_[pair];
      where.count += sign * count;
      if (sign > 0) where.chunks.insert(i);
      else where.chunks.erase(i);
      if (where.count == 0) pairs_.erase(pair);
    }
  }

  std::vector<Chunk> chunks_;
  std::map<Pair, Where> pairs_;
};

}  // namespace

BytePairTokenizer::BytePairTokenizer() {
  for (int byte = 0; byte < 256; ++byte) pieces_.push_back(std::string(1, static_cast<char>(byte)));
}

Result<void> BytePairTokenizer::add(Pair pair) {
  const auto [left, right] = pair;
  const auto place = [&, left = left, right = right] {
    return spec::concat("merge ", merges_.size(), ": found [", left, ", ", right, "], expected ");
  };
  if (left < 0 || left >= size() || right < 0 || right >= size())
    return fail(place(), "ids from 0 to ", size() - 1);
  if (piece(left).size() + piece(right).size() > longest_token)
    return fail(place(), "tokens of at most ", longest_token, " bytes");
  if (!ids_.emplace(pair, size()).second) return fail(place(), "each pair once");
  merges_.push_back(pair);
  pieces_.push_back(std::string(piece(left)) + std::string(piece(right)));
  return {};
}

Result<BytePairTokenizer> BytePairTokenizer::of(const std::vector<Pair>& merges) {
  BytePairTokenizer out;
  for (const Pair& pair : merges)
    if (auto ok = out.add(pair); !ok) return tl::unexpected(ok.error());
  return out;
}

Result<BytePairTokenizer> BytePairTokenizer::train(std::string_view text, Index size) {
  if (size < 256) return fail("[bpe] found a vocabulary of ", size, ", expected at least the 256 bytes");
  BytePairTokenizer out;
  Corpus corpus(text);
  while (out.size() < size) {
    const auto [pair, count] = corpus.best();
    if (count < 2) break;
    corpus.replace(pair, out.size());
    if (auto ok = out.add(pair); !ok) return tl::unexpected(ok.error());
  }
  return out;
}

Result<Tokens> BytePairTokenizer::encode(std::string_view text) const {
  Tokens out;
  for (const std::string_view chunk : chunks(text, longest_token)) {
    Tokens tokens = bytes_of(chunk);
    for (;;) {
      // The earliest merge that applies.
      std::int64_t first = std::numeric_limits<std::int64_t>::max();
      for (std::size_t k = 0; k + 1 < tokens.size(); ++k)
        if (const auto at = ids_.find({tokens[k], tokens[k + 1]}); at != ids_.end())
          first = std::min(first, at->second);
      if (first == std::numeric_limits<std::int64_t>::max()) break;
      merge(tokens, merges_[static_cast<std::size_t>(first - 256)], first);
    }
    out.insert(out.end(), tokens.begin(), tokens.end());
  }
  return out;
}

}  // namespace plumbline::runtime::text
