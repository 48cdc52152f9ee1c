// Byte-pair encoding: learning merges, and applying them.
#include <algorithm>
#include <limits>
#include <map>
#include <queue>

#include "runtime/text/pieces.h"
#include "runtime/text/tokenizer.h"

namespace plumbline::runtime::text {

using spec::fail;

namespace {

using Pair = BytePairTokenizer::Pair;
using PairHash = BytePairTokenizer::PairHash;

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

// The different chunks of a text with how often each occurs, and its pairs with how often and where they occur.
class Corpus {
 public:
  explicit Corpus(std::string_view text) {
    std::map<std::string_view, Index> counts;
    for (const std::string_view chunk : chunks(text, BytePairTokenizer::longest_token)) ++counts[chunk];
    for (const auto& [chunk, count] : counts) {
      chunks_.push_back({bytes_of(chunk), count});
      change(chunks_.size() - 1, [](Tokens&) {}, /*is_new=*/true);
    }
    queue_changed();
  }

  // The most frequent pair, of equals the smallest; and how often it occurs.
  std::pair<Pair, Index> best() {
    for (; !queue_.empty(); queue_.pop()) {
      const Queued& first = queue_.top();
      if (pairs_[first.pair].count == first.count) return {first.pair, first.count};
    }
    return {{0, 0}, 0};
  }

  void replace(const Pair& pair, std::int64_t id) {
    std::vector<std::size_t> where = std::move(pairs_[pair].chunks);
    std::ranges::sort(where);
    where.erase(std::unique(where.begin(), where.end()), where.end());
    for (const std::size_t i : where)
      change(i, [&](Tokens& tokens) { merge(tokens, pair, id); }, /*is_new=*/false);
    queue_changed();
  }

 private:
  struct Chunk {
    Tokens tokens;
    Index count;
  };
  struct Where {
    Index count = 0;
    std::vector<std::size_t> chunks;  // all that hold the pair; some twice, some that held it once
  };
  struct Queued {
    Index count;  // when it was queued; another by now if it has changed, and then queued again
    Pair pair;
    bool operator<(const Queued& o) const { return count != o.count ? count < o.count : pair > o.pair; }
  };

  // Applies f to a chunk's tokens and carries the difference over to the counts of its pairs.
  template <class F>
  void change(std::size_t i, F&& f, bool is_new) {
    auto& [tokens, count] = chunks_[i];
    std::map<Pair, Index> gained;
    const auto add = [&](Index n) {
      for (std::size_t k = 0; k + 1 < tokens.size(); ++k) gained[{tokens[k], tokens[k + 1]}] += n;
    };
    if (!is_new) add(-count);
    f(tokens);
    add(count);
    for (const auto& [pair, n] : gained) {
      if (n == 0) continue;
      Where& where = pairs_[pair];
      where.count += n;
      if (n > 0) where.chunks.push_back(i);
      changed_.push_back(pair);
    }
  }

  void queue_changed() {
    std::ranges::sort(changed_);
    changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
    for (const Pair& pair : changed_) {
      const auto at = pairs_.find(pair);
      if (at->second.count > 0) queue_.push({at->second.count, pair});
      else pairs_.erase(at);
    }
    changed_.clear();
  }

  std::vector<Chunk> chunks_;
  std::unordered_map<Pair, Where, PairHash> pairs_;
  std::priority_queue<Queued> queue_;
  std::vector<Pair> changed_;  // since the queue was told
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
  if (size() == most_tokens || bytes_ + piece(left).size() + piece(right).size() > most_piece_bytes)
    return fail(place(), "at most ", most_tokens, " tokens of ", most_piece_bytes, " bytes in all");
  if (!ids_.emplace(pair, size()).second) return fail(place(), "each pair once");
  merges_.push_back(pair);
  pieces_.push_back(std::string(piece(left)) + std::string(piece(right)));
  bytes_ += pieces_.back().size();
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
