// Characters and words.
#include "runtime/text/tokenizer.h"

#include <algorithm>
#include <map>
#include <set>

#include "runtime/io/text.h"
#include "runtime/text/pieces.h"

namespace plumbline::runtime::text {

using spec::fail;

Result<std::string> Tokenizer::decode(std::span<const std::int64_t> tokens) const {
  std::string text;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] < 0 || tokens[i] >= size())
      return fail("[decode] token ", i, ": found id ", tokens[i], ", expected 0 to ", size() - 1);
    text += piece(tokens[i]);
  }
  return text;
}

CharTokenizer::CharTokenizer(std::vector<std::string> units) : units_(std::move(units)) {
  for (std::size_t i = 0; i < units_.size(); ++i) ids_.emplace(units_[i], static_cast<std::int64_t>(i));
}

CharTokenizer CharTokenizer::train(std::string_view text) {
  const auto all = characters(text);
  const std::set<std::string_view> found(all.begin(), all.end());
  return CharTokenizer({found.begin(), found.end()});
}

CharTokenizer CharTokenizer::of(std::string_view alphabet) {
  std::vector<std::string> units;
  std::set<std::string_view> seen;
  for (const std::string_view unit : characters(alphabet))
    if (seen.insert(unit).second) units.emplace_back(unit);
  return CharTokenizer(std::move(units));
}

Result<Tokens> CharTokenizer::encode(std::string_view text) const {
  Tokens out;
  std::size_t at = 0;
  for (const std::string_view unit : characters(text)) {
    const auto id = ids_.find(std::string(unit));
    if (id == ids_.end())
      return fail("[encode] byte ", at, ": found '", io::printable(unit), "', expected one of ", size(),
                  " characters of the alphabet");
    out.push_back(id->second);
    at += unit.size();
  }
  return out;
}

WordTokenizer::WordTokenizer(std::vector<std::string> words) : words_(std::move(words)) {
  for (std::size_t i = 1; i < words_.size(); ++i) ids_.emplace(words_[i], static_cast<std::int64_t>(i));
}

Result<WordTokenizer> WordTokenizer::train(std::string_view text, Index size) {
  if (size < 1) return fail("[words] found a vocabulary of ", size, ", expected at least 1");
  std::map<std::string_view, Index> counts;
  for (const std::string_view word : words(text)) ++counts[word];
  std::vector<std::pair<std::string_view, Index>> ranked(counts.begin(), counts.end());
  std::ranges::stable_sort(ranked, std::ranges::greater{}, &std::pair<std::string_view, Index>::second);
  std::vector<std::string> vocabulary{"<unk>"};
  for (const auto& [word, count] : ranked)
    if (static_cast<Index>(vocabulary.size()) < size) vocabulary.emplace_back(word);
  return WordTokenizer(std::move(vocabulary));
}

Result<Tokens> WordTokenizer::encode(std::string_view text) const {
  Tokens out;
  for (const std::string_view word : words(text)) {
    const auto id = ids_.find(std::string(word));
    out.push_back(id == ids_.end() ? 0 : id->second);
  }
  return out;
}

}  // namespace plumbline::runtime::text
