// Claims as text: what is printed reads back, and what is wrong is named.
#include "spec/lang/claims.h"

#include <gtest/gtest.h>

#include <sstream>

namespace plumbline::spec {
namespace {

Claims read(const std::string& text) {
  Claims claims;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const auto eq = word.find('=');
    const auto set = set_claim(claims, word.substr(0, eq), word.substr(eq + 1));
    EXPECT_TRUE(set) << word << ": " << (set ? "" : set.error().what());
  }
  return claims;
}

TEST(Claims, what_is_printed_reads_back) {
  EXPECT_EQ(print_claims(Claims()), "");
  for (const char* text :
       {"", "format=bf16", "operands=tf32 order=left fma=never", "order=lanes:16 ulp=2 exp=1 tanh=5.5",
        "order=tree subnormals=flushed output=binary16 method=two_pass", "accumulator=f16 ulp=0.5 sqrt=2",
        "order=lanes:64 block=16384", "order=left block=1", "ties=any", "atan=2 cbrt=1 exp2=0.5 log2=3"}) {
    const Claims claims = read(text);
    EXPECT_EQ(read(print_claims(claims)), claims) << text << " printed as " << print_claims(claims);
  }
  Claims sixteen;
  sixteen.output = bfloat16;
  EXPECT_EQ(read("format=bf16"), sixteen);
  EXPECT_EQ(read("format=f64"), Claims::in(binary64));
  EXPECT_EQ(read("format=f16 operands=f16 intermediate=f16 accumulator=f16"), Claims::in(binary16));
  EXPECT_EQ(read("order=lanes:16").depth(1024), 63 + 4);
  EXPECT_EQ(read("order=tree").depth(1024), 10);
  EXPECT_EQ(read("").depth(1024), 1023);
  EXPECT_EQ(read("order=lanes:9223372036854775807").depth(1024), 10);
}

TEST(Claims, a_sum_may_be_cut) {
  EXPECT_EQ(read("order=left block=64").depth(64), 63);
  EXPECT_EQ(read("order=tree block=100").depth(200), 8);
  EXPECT_EQ(read("order=lanes:64 block=16384").depth(65536), 1023 + 6);
  EXPECT_EQ(read("order=lanes:64 block=64").depth(65536), 1023 + 6);
  EXPECT_EQ(read("order=lanes:1024 block=100").depth(1024), 7 + 4);
}

TEST(Claims, errors_name_what_was_found) {
  const auto error = [](const char* name, const char* value) {
    Claims claims;
    const auto set = set_claim(claims, name, value);
    EXPECT_FALSE(set) << name << "=" << value;
    EXPECT_EQ(claims, Claims());
    return std::string(set ? "" : set.error().what());
  };
  EXPECT_NE(error("ordr", "left").find("did you mean order"), std::string::npos);
  EXPECT_NE(error("format", "bfloat17").find("unknown format bfloat17"), std::string::npos);
  EXPECT_NE(error("order", "lanes:0").find("lanes:0"), std::string::npos);
  EXPECT_NE(error("order", "random").find("found random"), std::string::npos);
  EXPECT_NE(error("block", "-1").find("found -1"), std::string::npos);
  EXPECT_NE(error("fma", "yes").find("never or may"), std::string::npos);
  EXPECT_NE(error("ties", "first").find("documented or any"), std::string::npos);
  EXPECT_NE(error("exp", "-1").find("found -1"), std::string::npos);
  EXPECT_NE(error("ulp", "few").find("found few"), std::string::npos);
  EXPECT_NE(error("subnormals", "").find("kept or flushed"), std::string::npos);
}

}  // namespace
}  // namespace plumbline::spec
