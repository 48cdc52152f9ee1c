// NPY files: what is written reads back, every dtype and order reads, everything else is refused.
#include "runtime/data/npy.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace plumbline::runtime::data {

namespace {

template <class T>
std::string file_of(const std::string& descr, const std::string& shape, const std::vector<T>& elements,
                    bool fortran = false, int version = 1) {
  std::string header =
      "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }\n";
  std::string bytes = std::string("\x93NUMPY") + static_cast<char>(version) + '\0';
  bytes += static_cast<char>(header.size() & 255);
  bytes += static_cast<char>(header.size() >> 8);
  if (version >= 2) bytes += std::string(2, '\0');
  bytes += header;
  return bytes.append(reinterpret_cast<const char*>(elements.data()), elements.size() * sizeof(T));
}

template <class T>
std::vector<double> values_of(const std::string& descr, const std::vector<T>& elements,
                              Sixteen sixteen = Sixteen::refuse) {
  const auto array = parse_npy(file_of(descr, "(" + std::to_string(elements.size()) + ",)", elements), "t", sixteen);
  EXPECT_TRUE(array.has_value()) << array.error().what();
  return {array->values.elements().begin(), array->values.elements().end()};
}

std::string error_of(const std::string& bytes) {
  const auto array = parse_npy(bytes, "t");
  return array ? "" : array.error().what();
}

}  // namespace

TEST(Npy, EveryDtype) {
  EXPECT_EQ(values_of<float>("<f4", {1.5F, -0.1F}), (std::vector<double>{1.5, static_cast<double>(-0.1F)}));
  EXPECT_EQ(values_of<double>("<f8", {0.1}), (std::vector<double>{0.1}));
  EXPECT_EQ(values_of<std::uint16_t>("<f2", {0x3c00, 0xc000, 0x0001, 0x7bff}),
            (std::vector<double>{1, -2, 0x1p-24, 65504}));
  EXPECT_EQ(values_of<std::uint16_t>("<u2", {0x3f80, 0xc000}, Sixteen::bfloat16), (std::vector<double>{1, -2}));
  EXPECT_EQ(values_of<std::uint16_t>("<u2", {0x3f80, 65535}, Sixteen::integers), (std::vector<double>{16256, 65535}));
  EXPECT_EQ(values_of<std::int8_t>("|i1", {-128, 127}), (std::vector<double>{-128, 127}));
  EXPECT_EQ(values_of<std::int16_t>("<i2", {-32768, 5}), (std::vector<double>{-32768, 5}));
  EXPECT_EQ(values_of<std::int32_t>("<i4", {-7}), (std::vector<double>{-7}));
  EXPECT_EQ(values_of<std::uint32_t>("<u4", {4294967295}), (std::vector<double>{4294967295}));
  EXPECT_EQ(values_of<std::uint64_t>("<u8", {1ULL << 63}), (std::vector<double>{0x1p63}));
  EXPECT_EQ(values_of<std::int64_t>("<i8", {1LL << 53, std::numeric_limits<std::int64_t>::min()}),
            (std::vector<double>{0x1p53, -0x1p63}));
  EXPECT_EQ(values_of<std::uint8_t>("|u1", {255}), (std::vector<double>{255}));
  EXPECT_EQ(values_of<std::uint8_t>("|b1", {0, 1}), (std::vector<double>{0, 1}));
  EXPECT_TRUE(std::isnan(values_of<std::uint16_t>("<f2", {0x7e00})[0]));
  EXPECT_TRUE(std::isinf(values_of<std::uint16_t>("<f2", {0xfc00})[0]));
}

TEST(Npy, BothOrdersAndVersions) {
  const std::vector<float> elements{0, 1, 2, 3, 4, 5};
  const auto c = parse_npy(file_of<float>("<f4", "(2, 3)", elements), "t"),
             f = parse_npy(file_of<float>("<f4", "(3, 2)", elements, true), "t");
  ASSERT_TRUE(c && f);
  for (spec::Index i = 0; i < 2; ++i)
    for (spec::Index j = 0; j < 3; ++j) EXPECT_EQ(c->values[i * 3 + j], f->values[j * 2 + i]);
  for (int version : {2, 3})
    EXPECT_TRUE(parse_npy(file_of<float>("<f4", "(2, 3)", elements, false, version), "t").has_value());
  EXPECT_EQ(parse_npy(file_of<float>("<f4", "()", {7}), "t")->values.shape(), spec::Shape{});
  EXPECT_EQ(parse_npy(file_of<float>("<f4", "(0, 3)", {}), "t")->values.shape(), (spec::Shape{0, 3}));
}

TEST(Npy, BothOrdersOfBytes) {
  EXPECT_EQ(values_of<std::uint32_t>(">f4", {0x0000c03f}), (std::vector<double>{1.5}));
  EXPECT_EQ(values_of<std::uint64_t>(">f8", {0x000000000000f83f}), (std::vector<double>{1.5}));
  EXPECT_EQ(values_of<std::uint16_t>(">f2", {0x003e}), (std::vector<double>{1.5}));
  EXPECT_EQ(values_of<std::uint32_t>(">i4", {0xfeffffff}), (std::vector<double>{-2}));
  EXPECT_EQ(values_of<std::uint64_t>(">i8", {0x0100000000000000}), (std::vector<double>{1}));
  EXPECT_EQ(values_of<std::uint16_t>(">i2", {0xfeff}), (std::vector<double>{-2}));
  EXPECT_EQ(values_of<std::uint32_t>(">u4", {0x01000000}), (std::vector<double>{1}));
  EXPECT_EQ(values_of<std::uint64_t>(">u8", {0x0100000000000000}), (std::vector<double>{1}));
  EXPECT_EQ(values_of<std::uint8_t>(">u1", {200}), (std::vector<double>{200}));
}

TEST(Npy, TensorsInTheirOwnDtype) {
  const auto exact = parse_npy_tensor(file_of<std::int64_t>("<i8", "(1,)", {(1LL << 53) + 1}), "t");
  ASSERT_TRUE(exact) << exact.error().what();
  EXPECT_EQ(std::get<spec::Tensor<std::int64_t>>(*exact)[0], (1LL << 53) + 1);
  const auto small = parse_npy_tensor(file_of<std::uint8_t>("|u1", "(2,)", {7, 255}), "t");
  ASSERT_TRUE(small);
  EXPECT_EQ(type_of(*small), DType::i64);
  const auto sixteen = parse_npy_tensor(file_of<std::uint16_t>("<u2", "(2,)", {7, 65535}), "t");
  ASSERT_TRUE(sixteen) << sixteen.error().what();
  EXPECT_EQ(std::get<spec::Tensor<std::int64_t>>(*sixteen)[1], 65535);
  const auto wide = file_of<std::uint64_t>("<u8", "(2,)", {(1ULL << 63) - 1, 1ULL << 63});
  EXPECT_STREQ(parse_npy_tensor(wide, "t").error().what(),
               "t: element 1: found 9223372036854775808, expected an integer that i64 holds");
  const AnyTensor all[] = {spec::Tensor<float>({2}, {1, -0.0F}), spec::Tensor<double>({1, 1}, {0.1}),
                           spec::Tensor<Half>({1}, {Half{0x3c01}}), spec::Tensor<BFloat16>({1}, {BFloat16{0x3f81}}),
                           spec::Tensor<std::int64_t>({0, 3}, {})};
  for (const AnyTensor& x : all) {
    const auto back = parse_npy_tensor(print_npy(x), "t", Sixteen::bfloat16);
    ASSERT_TRUE(back) << back.error().what();
    EXPECT_EQ(type_of(*back), type_of(x));
    EXPECT_EQ(shape_of(*back), shape_of(x));
    EXPECT_EQ(print_npy(*back), print_npy(x));
  }
}

TEST(Npy, WritesWhatItReads) {
  for (const spec::Shape& shape : {spec::Shape{}, spec::Shape{5}, spec::Shape{2, 0}, spec::Shape{2, 3, 4}}) {
    const spec::Tensor<double> x =
        spec::Tensor<double>::generate(shape, [](Index i) { return std::ldexp(1.0, static_cast<int>(i) - 70) * 3; });
    for (Dtype dtype : {Dtype::f4, Dtype::f8}) {
      const auto back = parse_npy(print_npy(x, dtype), "t");
      ASSERT_TRUE(back.has_value()) << back.error().what();
      EXPECT_EQ(back->values.shape(), shape);
      EXPECT_EQ(back->dtype, dtype);
      for (spec::Index i = 0; i < x.size(); ++i) EXPECT_EQ(back->values[i], x[i]);
    }
  }
}

TEST(Npy, LongHeaders) {
  const spec::Shape many(std::vector<spec::Index>(30000, 1));
  const std::string bytes = print_npy(spec::Tensor<double>::full(many, 7), Dtype::f4);
  EXPECT_EQ(bytes[6], 2);
  const std::size_t length = static_cast<unsigned char>(bytes[8]) | static_cast<unsigned char>(bytes[9]) << 8 |
                             static_cast<unsigned char>(bytes[10]) << 16;
  EXPECT_EQ(12 + length + sizeof(float), bytes.size());
  EXPECT_EQ((12 + length) % 64, 0U);
  EXPECT_NE(error_of(bytes).find("found a header of"), std::string::npos);
  const spec::Shape most(std::vector<spec::Index>(64, 1)), more(std::vector<spec::Index>(65, 1));
  EXPECT_NE(error_of(print_npy(spec::Tensor<double>::full(more, 7), Dtype::f4)).find("expected at most 64"),
            std::string::npos);
  EXPECT_EQ(parse_npy(print_npy(spec::Tensor<double>::full(most, 7), Dtype::f4), "t")->values.shape(), most);
}

TEST(Npy, RefusesWhatADoubleCannotHold) {
  EXPECT_NE(error_of(file_of<std::int64_t>("<i8", "(1,)", {(1LL << 53) + 1})).find("found 9007199254740993"),
            std::string::npos);
  EXPECT_NE(error_of(file_of<std::int64_t>("<i8", "(1,)", {std::numeric_limits<std::int64_t>::max()})), "");
  EXPECT_NE(error_of(file_of<std::uint64_t>("<u8", "(1,)", {std::numeric_limits<std::uint64_t>::max()})), "");
  EXPECT_NE(error_of(file_of<std::uint8_t>("|b1", "(1,)", {2})).find("expected 0 or 1"), std::string::npos);
}

TEST(Npy, RefusesBadHeaders) {
  const std::vector<float> one{1};
  EXPECT_NE(error_of("").find("empty"), std::string::npos);
  EXPECT_NE(error_of(file_of<float>("|f4", "(1,)", one)).find("with < or >"), std::string::npos);
  EXPECT_NE(error_of(file_of<std::uint16_t>("<u2", "(1,)", {0})).find("--claim format=bf16"), std::string::npos);
  EXPECT_NE(error_of(file_of<float>("<f4", "(-1,)", one)).find("at least 0"), std::string::npos);
  EXPECT_NE(error_of(file_of<float>("<f4", "(99999999999999999999,)", one)), "");
  EXPECT_NE(error_of(file_of<float>("<f4", "(4294967296, 4294967296, 4294967296)", one)).find("expected at most"),
            std::string::npos);
  EXPECT_NE(error_of(file_of<float>("<f4", "(1000000000000, 0, 1000000000000)", {})), "");
  EXPECT_NE(error_of(file_of<float>("<f4", "(1, ", one)), "");
  EXPECT_NE(error_of(file_of<float>("<f4", "(1,), 'shape': (1,)", one)).find("twice"), std::string::npos);
  EXPECT_NE(error_of(file_of<float>("<f4", "(1,), 'more': 1", one)).find("found key"), std::string::npos);
  std::string future = file_of<float>("<f4", "(1,)", one);
  future[6] = 4;
  EXPECT_NE(error_of(future).find("version 4.0"), std::string::npos);
}

// No prefix of a file, and no file with one byte changed in its header, crashes the reader or is read as too much.
TEST(Npy, SurvivesDamage) {
  const std::string good = file_of<float>("<f4", "(2, 3)", {0, 1, 2, 3, 4, 5});
  for (std::size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(parse_npy(good.substr(0, n), "t").has_value()) << n;
  for (std::size_t i = 0; i < good.size() - 24; ++i)
    for (int byte = 0; byte < 256; byte += 5) {
      std::string bad = good;
      bad[i] = static_cast<char>(byte);
      const auto array = parse_npy(bad, "t");
      EXPECT_TRUE(!array || array->values.size() <= 12);
    }
}

}  // namespace plumbline::runtime::data
