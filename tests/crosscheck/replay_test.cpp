// Replay files: bit for bit round trip, the verdict reproduced, broken files refused by line.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "crosscheck/audit/atomic_file.h"
#include "crosscheck/audit/hex.h"
#include "crosscheck/audit/replay.h"
#include "crosscheck/laws/evidence.h"
#include "spec/eval/interpret.h"
#include "tests/crosscheck/faulty_subject.h"

namespace plumbline::crosscheck {
namespace {

const spec::Catalogue& catalogue() {
  static const spec::Catalogue c = spec::Catalogue::builtin();
  return c;
}

Replay sample() {
  Replay r;
  r.law = "forward", r.subject = "cpu", r.verdict = Verdict::pass, r.message = "two\nlines";
  r.c.graph = spec::value_or_throw(spec::graph_of(*catalogue().parse("mul", {}), {spec::Shape{2, 3}, spec::Shape{3}}));
  r.c.data = {Values(spec::Shape{2, 3},
                     {1, -0.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                      -std::numeric_limits<double>::infinity(), std::numeric_limits<float>::denorm_min()}),
              Values(spec::Shape{3}, {0.1F, -3, 1e30F})};
  r.c.cotangent = Values::full(spec::Shape{2, 3}, 1.0 / 3);
  r.c.seed = 12, r.c.number = ~std::uint64_t{0};
  return r;
}

TEST(Hex, RoundTripsEveryClass) {
  for (double x : {0.0, -0.0, 1.0, -1.5, 0.1, 0x1p+900, -0x1.23p-900, std::numeric_limits<double>::denorm_min(),
                   std::numeric_limits<double>::max(), std::numeric_limits<double>::infinity(),
                   -std::numeric_limits<double>::infinity()}) {
    const auto back = parse_hex(hex(x));
    ASSERT_TRUE(back.has_value()) << hex(x);
    EXPECT_EQ(*back, x);
    EXPECT_EQ(std::signbit(*back), std::signbit(x));
  }
  EXPECT_TRUE(std::isnan(*parse_hex("nan")));
  for (const char* bad : {"", "-", "1.0", "0x", "0x1p+0x", "-nan", "+inf", "0x-1p+0", "--0x1p+0", "0x1p+0 "})
    EXPECT_FALSE(parse_hex(bad)) << bad;
}

TEST(Replay, RoundTrips) {
  const Replay r = sample();
  const std::string text = print(r);
  const auto back = parse_replay(text, catalogue());
  ASSERT_TRUE(back.has_value()) << back.error().what();
  EXPECT_EQ(print(*back), text);
  EXPECT_EQ(back->c.graph, r.c.graph);
  EXPECT_TRUE(same_bits(back->c.data[0], r.c.data[0]) && same_bits(back->c.data[1], r.c.data[1]));
  EXPECT_TRUE(same_bits(back->c.cotangent, r.c.cotangent));
  EXPECT_EQ(back->c.seed, r.c.seed);
  EXPECT_EQ(back->c.number, r.c.number);
  EXPECT_EQ(back->message, "two lines");
}

TEST(Replay, ReproducesTheVerdict) {
  Replay r = sample();
  r.c.data[0] = Values::full(spec::Shape{2, 3}, 2);
  const Laws laws = all_laws();
  EXPECT_EQ(rerun(r, laws, *cpu())->verdict, Verdict::pass);
  r.subject = "faulty";
  const auto wrong = faulty(on_outputs([](double y, spec::Index) { return -y; }));
  const auto again = parse_replay(print(r), catalogue());
  EXPECT_EQ(rerun(*again, laws, *wrong)->verdict, Verdict::fail);
  EXPECT_FALSE(rerun(r, laws, *cpu()).has_value());
  r.law = "forwards";
  EXPECT_NE(std::string(rerun(r, laws, *wrong).error().what()).find("did you mean forward"), std::string::npos);
}

std::string error_of(const std::string& text) {
  const auto r = parse_replay(text, catalogue(), "f.replay");
  return r ? "accepted" : r.error().what();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Replay, RefusesBrokenFiles) {
  const std::string good = print(sample());
  EXPECT_EQ(error_of(""), "f.replay: line 1: found the end of the file, expected plumbline.replay/1");
  EXPECT_NE(error_of(replaced(good, "replay/1", "replay/2"))
                .find("line 1: found plumbline.replay/2, expected plumbline.replay/1"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(good, "verdict pass", "verdict fine")).find("line 5: found fine, expected a verdict"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(good, "claims", "claims order=tree rubbish")).find("line 7: found rubbish"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(good, "claims", "claims ordr=tree")).find("did you mean order"), std::string::npos);
  EXPECT_EQ(error_of(replaced(good, "claims", "claims order=lanes:16 exp=2")), "accepted");
  EXPECT_NE(error_of(replaced(good, "seed 12", "seed twelve")).find("found twelve, expected a number"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(good, "mul(", "mull(")).find("unknown op mull"), std::string::npos);
  EXPECT_NE(error_of(replaced(good, "data x1 [3]", "data x1 [4]")).find("found data x1 [4], expected `data x1 [3]`"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(good, "0x1.8p+1", "3")).find("found -3, expected a hexadecimal float"),
            std::string::npos);
  EXPECT_NE(error_of(replaced(good, "inf", "inf inf")).find("expected only 6 numbers"), std::string::npos);
  EXPECT_NE(error_of(good + "more").find("expected nothing after end"), std::string::npos);
}

// Sizes are checked against what the text can hold before anything is allocated.
TEST(Replay, RefusesHugeShapesInShortFiles) {
  std::string text = print(sample());
  text = replaced(text, "x1 = input [3]", "x1 = input [1000000, 1000, 3]");
  text = replaced(text, "x0 = input [2, 3]", "x0 = input [1000000, 1000, 3]");
  text = replaced(text, "data x0 [2, 3]", "data x0 [1000000, 1000, 3]");
  EXPECT_NE(error_of(text).find("expected 3000000000 numbers"), std::string::npos);
}

// Every prefix and every line left out is refused, or reads as another complete case; nothing crashes.
TEST(Replay, SurvivesTruncation) {
  const std::string good = print(sample());
  for (std::size_t n = 0; n + 1 < good.size(); ++n) EXPECT_NE(error_of(good.substr(0, n)), "accepted") << n;
  for (std::size_t line = 0; line < good.size(); line = good.find('\n', line) + 1) {
    std::string text = good;
    error_of(text.erase(line, good.find('\n', line) + 1 - line));
    if (good.find('\n', line) == std::string::npos) break;
  }
}

TEST(AtomicFile, WritesAllOrNothing) {
  const std::string path = testing::TempDir() + "plumbline_atomic_file";
  ASSERT_TRUE(write_file_atomically(path, "one").has_value());
  ASSERT_TRUE(write_file_atomically(path, "two").has_value());
  EXPECT_EQ(*read_file(path), "two");
  EXPECT_FALSE(read_file(path, 2).has_value());
  EXPECT_FALSE(read_file(testing::TempDir()).has_value());
  EXPECT_FALSE(read_file(path + ".missing").has_value());
  EXPECT_FALSE(write_file_atomically("/nowhere/at/all", "x").has_value());
}

}  // namespace
}  // namespace plumbline::crosscheck
