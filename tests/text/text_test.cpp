// Tokenizers give back what they read, windows are next to one another, and sampling keeps to its options.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <map>

#include "runtime/data/loader.h"
#include "runtime/text/generate.h"
#include "runtime/text/pieces.h"
#include "runtime/text/tokenizer.h"
#include "runtime/text/windows.h"

namespace plumbline::runtime::text {
namespace {

template <class R>
std::string error_of(const R& result) {
  return result ? "none" : result.error().what();
}

std::string any_bytes() {
  const auto some = rc::gen::oneOf(rc::gen::elementOf(std::string("aab  \n\x00\xff\xc3\xa9", 10)),
                                   rc::gen::arbitrary<char>());
  return *rc::gen::container<std::string>(some);
}

void gives_back(const Tokenizer& tokenizer, const std::string& text) {
  const auto tokens = tokenizer.encode(text);
  if (!tokens) RC_FAIL(tokens.error().what());
  const auto back = tokenizer.decode(*tokens);
  if (!back) RC_FAIL(back.error().what());
  RC_ASSERT(*back == text);
  const auto again = parse_tokenizer(tokenizer.to_json(), "t.json");
  if (!again) RC_FAIL(again.error().what());
  RC_ASSERT((*again)->to_json() == tokenizer.to_json());
  RC_ASSERT(*(*again)->encode(text) == *tokens);
}

RC_GTEST_PROP(Tokenizers, BytePairsGiveBackAnyBytes, ()) {
  const auto tokenizer = *BytePairTokenizer::train(any_bytes() + any_bytes(), 256 + *rc::gen::inRange(0, 40));
  gives_back(tokenizer, any_bytes());
}
RC_GTEST_PROP(Tokenizers, CharactersGiveBackTheirText, ()) {
  const std::string text = any_bytes();
  gives_back(CharTokenizer::train(text), text);
}
RC_GTEST_PROP(Tokenizers, WordsGiveBackTheirText, ()) {
  const std::string text = any_bytes();
  gives_back(*WordTokenizer::train(text, 1000), text);
}
RC_GTEST_PROP(Tokenizers, PiecesAreTheText, ()) {
  const std::string text = any_bytes();
  for (const auto& pieces : {characters(text), words(text), chunks(text, 3)}) {
    std::string whole;
    for (const auto piece : pieces) RC_ASSERT(!piece.empty()), whole += piece;
    RC_ASSERT(whole == text);
  }
}

TEST(Tokenizers, MergesTheMostFrequentPairFirst) {
  // ab occurs three times, bc and ca twice; then (c, ab) and (ab, c) twice, of which (c, ab) is the smaller pair.
  const auto tokenizer = *BytePairTokenizer::train("abcabcab", 300);
  EXPECT_EQ(tokenizer.merges(), (std::vector<BytePairTokenizer::Pair>{{'a', 'b'}, {'c', 256}}));
  EXPECT_EQ(*tokenizer.encode("abcabx"), (Tokens{256, 257, 'x'}));
  // Of pairs that are as frequent the smallest wins.
  EXPECT_EQ(BytePairTokenizer::train("zy zy ba ba", 257)->merges()[0], (BytePairTokenizer::Pair{' ', 'b'}));
}

// The rule as it is written: all pairs of all pieces counted anew for each merge.
std::vector<BytePairTokenizer::Pair> merges_by_counting(std::string_view text, Index size) {
  std::vector<Tokens> pieces;
  for (const std::string_view chunk : chunks(text, BytePairTokenizer::longest_token)) {
    pieces.emplace_back();
    for (const char c : chunk) pieces.back().push_back(static_cast<unsigned char>(c));
  }
  std::vector<BytePairTokenizer::Pair> merges;
  for (Index id = 256; id < size; ++id) {
    std::map<BytePairTokenizer::Pair, Index> counts;
    for (const Tokens& piece : pieces)
      for (std::size_t k = 0; k + 1 < piece.size(); ++k) ++counts[{piece[k], piece[k + 1]}];
    const auto best = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
    if (best == counts.end() || best->second < 2) break;
    merges.push_back(best->first);
    for (Tokens& piece : pieces) {
      Tokens next;
      for (const std::int64_t token : piece) {
        next.push_back(token);
        // A token that a merge has made takes no part in another of the same kind.
        if (next.size() < 2 || BytePairTokenizer::Pair(next[next.size() - 2], token) != best->first) continue;
        next.pop_back(), next.back() = id;
      }
      piece = next;
    }
  }
  return merges;
}

RC_GTEST_PROP(Tokenizers, LearnsTheMergesOfTheRule, ()) {
  const std::string text =
      any_bytes() + any_bytes() + *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ab ")));
  const Index size = 256 + *rc::gen::inRange(0, 40);
  RC_ASSERT(BytePairTokenizer::train(text, size)->merges() == merges_by_counting(text, size));
}

// Few merges that make many long tokens are refused before they fill the memory.
TEST(Tokenizers, VocabulariesAreBounded) {
  std::vector<BytePairTokenizer::Pair> merges;
  for (std::int64_t a = 0; a < 32; ++a)
    for (std::int64_t b = 0; b < 32; ++b) merges.emplace_back(a, b);
  for (std::int64_t doubled = 256; doubled < 256 + 6 * 1024; ++doubled) merges.emplace_back(doubled, doubled);
  const auto first = static_cast<std::int64_t>(merges.size()) + 256 - 1024;  // tokens of 128 bytes
  for (std::int64_t a = 0; a < 512; ++a)
    for (std::int64_t b = 0; b < 512; ++b) merges.emplace_back(first + a, first + b);
  const std::string error = error_of(BytePairTokenizer::of(merges));
  EXPECT_NE(error.find("], expected at most 1048576 tokens of 67108864 bytes in all"), std::string::npos) << error;
  merges.resize(merges.size() - 10000);
  EXPECT_EQ(error_of(BytePairTokenizer::of(merges)), "none");
}

TEST(Tokenizers, Characters) {
  const auto train = CharTokenizer::train("b\xc3\xa9" "a\xff");
  EXPECT_EQ(train.size(), 4);
  EXPECT_EQ(*train.encode("\xc3\xa9" "a"), (Tokens{2, 0}));
  EXPECT_EQ(*CharTokenizer::of("cabc").encode("bca"), (Tokens{2, 0, 1}));
  EXPECT_EQ(error_of(CharTokenizer::of("ab").encode("abx")),
            "[encode] byte 2: found 'x', expected one of 2 characters of the alphabet");
  const std::vector<std::int64_t> bad{1, 2};
  EXPECT_EQ(error_of(CharTokenizer::of("ab").decode(bad)), "[decode] token 1: found id 2, expected 0 to 1");
}

TEST(Tokenizers, Words) {
  const auto words = *WordTokenizer::train("a cat, a dog", 4);  // a and the blank are the most frequent
  EXPECT_EQ(words.piece(1), " ");
  EXPECT_EQ(words.piece(2), "a");
  EXPECT_EQ(words.piece(3), ",");
  EXPECT_EQ(*words.decode(*words.encode("a cat")), "a <unk>");
  EXPECT_FALSE(WordTokenizer::train("", 0));
}

TEST(Tokenizers, SayWhatIsWrong) {
  const auto refused = [](const std::string& json) { return error_of(parse_tokenizer(json, "t")); };
  const auto bpe = [](const std::string& merges) {
    return R"({"format":"plumbline.tokenizer/1","kind":"bpe","merges":)" + merges + "}";
  };
  EXPECT_EQ(refused("{"), "t: found no JSON object, expected one of format plumbline.tokenizer/1");
  EXPECT_EQ(refused(R"({"format":"x"})"), "t: format: found x, expected plumbline.tokenizer/1");
  EXPECT_EQ(refused(R"({"format":"plumbline.tokenizer/1","kind":"x"})"),
            "t: kind: found x, expected char, word or bpe");
  EXPECT_EQ(refused(bpe("1")), "t: found no list of merges, expected one");
  EXPECT_EQ(refused(bpe("[[1]]")), "t: merge 0: found no pair of ids, expected one such as [104, 101]");
  EXPECT_EQ(refused(bpe("[[1,256]]")), "t: merge 0: found [1, 256], expected ids from 0 to 255");
  EXPECT_EQ(refused(bpe("[[1,2],[1,2]]")), "t: merge 1: found [1, 2], expected each pair once");
  std::string doubling = "[[1,1]";
  for (int id = 256; id < 300; ++id) doubling += ",[" + std::to_string(id) + "," + std::to_string(id) + "]";
  EXPECT_EQ(refused(bpe(doubling + "]")), "t: merge 8: found [263, 263], expected tokens of at most 256 bytes");
  EXPECT_EQ(refused(std::string(100000, '[')), "t: found no JSON object, expected one of format plumbline.tokenizer/1");
  EXPECT_EQ(refused(R"({"format":"plumbline.tokenizer/1","kind":"char","characters":["a",[256]]})"),
            "t: characters 1: found no piece, expected a string or an array of bytes");
  EXPECT_FALSE(BytePairTokenizer::train("", 255));
}

Tokens counted(Index n) {
  Tokens out;
  for (Index i = 0; i < n; ++i) out.push_back(i);
  return out;
}

const spec::Tensor<std::int64_t>& ids(const AnyTensor& x) { return std::get<spec::Tensor<std::int64_t>>(x); }

RC_GTEST_PROP(Windows, TargetsAreOneTokenOn, ()) {
  const Index n = *rc::gen::inRange(2, 60), length = *rc::gen::inRange<Index>(1, n), stride = *rc::gen::inRange(1, 9);
  const auto data = *windows(counted(n), {.length = length, .stride = stride});
  RC_ASSERT(data.size() >= 1);
  RC_ASSERT((data.size() - 1) * stride + length + 1 <= n && data.size() * stride + length + 1 > n);
  for (Index i = 0; i < data.size(); ++i) {
    const auto sample = *data.at(i);
    const auto batch = *data.gather({&i, 1});
    for (Index k = 0; k < length; ++k) {
      RC_ASSERT(ids(sample.x)[k] == i * stride + k && ids(sample.y)[k] == i * stride + k + 1);
      RC_ASSERT(ids(batch.x)[k] == ids(sample.x)[k] && ids(batch.y)[k] == ids(sample.y)[k]);
    }
  }
}

TEST(Windows, RandomOnesAreAFunctionOfSeedAndStep) {
  const Tokens tokens = counted(50);
  const auto batch = *random_windows(tokens, 4, 8, 1, 2), again = *random_windows(tokens, 4, 8, 1, 2),
             other = *random_windows(tokens, 4, 8, 1, 3);
  EXPECT_EQ(shape_of(batch.x), (Shape{8, 4}));
  EXPECT_TRUE(std::ranges::equal(ids(batch.x).elements(), ids(again.x).elements()));
  EXPECT_FALSE(std::ranges::equal(ids(batch.x).elements(), ids(other.x).elements()));
  for (Index i = 0; i < 32; ++i) EXPECT_EQ(ids(batch.y)[i], ids(batch.x)[i] + 1);
}

TEST(Windows, SayWhatIsWrong) {
  EXPECT_EQ(error_of(windows(counted(3), {.length = 3})), "[windows] found 3 tokens, expected more than the length, 3");
  EXPECT_EQ(error_of(windows(counted(3), {.length = 0})), "[windows] found length 0, expected at least 1");
  EXPECT_EQ(error_of(windows(counted(3), {.length = 1, .stride = 0})), "[windows] found stride 0, expected at least 1");
  EXPECT_FALSE(random_windows(counted(3), 1, 0, 0, 0));
  EXPECT_EQ(padded({1, 2, 3}, 2, 9), (Tokens{1, 2}));
  EXPECT_EQ(padded({1}, 3, 9), (Tokens{1, 9, 9}));
}

constexpr double inf = std::numeric_limits<double>::infinity();

// What can come up at all, and how often, in many draws.
std::vector<int> drawn(const std::vector<double>& logits, const Sampling& options) {
  std::vector<int> count(logits.size(), 0);
  for (std::uint64_t place = 0; place < 1000; ++place)
    ++count[static_cast<std::size_t>(*sample_token(logits, options, place))];
  return count;
}

TEST(Sampling, KeepsToItsOptions) {
  const std::vector<double> logits{0, 2, -inf, 1, 2};
  EXPECT_EQ(drawn(logits, {.temperature = 0}), (std::vector<int>{0, 1000, 0, 0, 0}));
  EXPECT_EQ(drawn(logits, {.top_k = 1}), (std::vector<int>{0, 1000, 0, 0, 0}));
  const auto two = drawn(logits, {.top_k = 2}), all = drawn(logits, {}), hot = drawn(logits, {.temperature = 100});
  EXPECT_TRUE(two[1] > 400 && two[4] > 400 && two[0] + two[2] + two[3] == 0);
  EXPECT_TRUE(all[0] > 0 && all[3] > all[0] && all[1] > all[3] && all[2] == 0);
  EXPECT_GT(hot[0], all[0]);
  // e², e², e and 1 of 18.5: the first two are 0.80 of it.
  EXPECT_EQ(drawn(logits, {.top_p = 0.75})[3], 0);
  EXPECT_GT(drawn(logits, {.top_p = 0.9})[3], 0);
  EXPECT_EQ(drawn(logits, {.top_p = 0.9})[0], 0);
  EXPECT_EQ(drawn(logits, {.seed = 5}), drawn(logits, {.seed = 5}));
}

TEST(Sampling, SaysWhatIsWrong) {
  const auto refused = [](const std::vector<double>& logits, const Sampling& options) {
    return error_of(sample_token(logits, options, 0));
  };
  EXPECT_EQ(refused({}, {}), "[sample] found no token that can be drawn, expected a logit above -inf");
  EXPECT_EQ(refused({-inf}, {}), "[sample] found no token that can be drawn, expected a logit above -inf");
  EXPECT_EQ(refused({0, std::numeric_limits<double>::quiet_NaN()}, {}),
            "[sample] logit 1: found nan, expected a number or -inf");
  EXPECT_EQ(refused({0}, {.temperature = -1}), "[sample] found temperature -1, expected a finite one of at least 0");
  EXPECT_EQ(refused({0}, {.top_k = -1}), "[sample] found top_k -1, expected at least 0");
  EXPECT_EQ(refused({0}, {.top_p = 0}), "[sample] found top_p 0, expected one in (0, 1]");
}

TEST(Generation, WritesOnUntilItStops) {
  std::vector<std::size_t> seen;
  const NextLogits next = [&](std::span<const std::int64_t> tokens) -> Result<std::vector<double>> {
    seen.push_back(tokens.size());
    std::vector<double> logits(10, 0);
    logits[static_cast<std::size_t>(tokens.back() + 1)] = 9;
    return logits;
  };
  const Sampling greedy{.temperature = 0};
  EXPECT_EQ(*generate(next, {1, 2}, {.count = 3, .context = 2, .sampling = greedy}), (Tokens{1, 2, 3, 4, 5}));
  EXPECT_EQ(seen, (std::vector<std::size_t>{2, 2, 2}));
  EXPECT_EQ(*generate(next, {1}, {.count = 9, .stop = 3, .sampling = greedy}), (Tokens{1, 2, 3}));
  const NextLogits none = [](std::span<const std::int64_t>) -> Result<std::vector<double>> { return spec::fail("no"); };
  EXPECT_EQ(error_of(generate(none, {1}, {})), "no");
}

}  // namespace
}  // namespace plumbline::runtime::text
