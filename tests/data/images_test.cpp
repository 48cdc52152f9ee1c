// IDX, PNM and PNG: what is read, what each damage is told, and folders of images.
#include <gtest/gtest.h>
#include <png.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <rapidcheck/gtest.h>

#include "runtime/data/idx.h"
#include "runtime/data/image.h"
#include "runtime/data/loader.h"

namespace plumbline::runtime::data {
namespace {

template <class R>
std::string error_of(const R& result) {
  return result ? "none" : result.error().what();
}

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "plumbline-data-XXXXXX").string();
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::filesystem::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << bytes;
    return (path / name).string();
  }
};

std::string big(std::uint64_t value, int width) {
  std::string out;
  for (int i = width; i-- > 0;) out += static_cast<char>(value >> 8 * i & 255);
  return out;
}

// An IDX file of a type, extents and elements.
std::string idx(char type, const std::vector<std::uint64_t>& extents, const std::string& elements) {
  std::string out = std::string(2, '\0') + type + static_cast<char>(extents.size());
  for (const auto e : extents) out += big(e, 4);
  return out + elements;
}

TEST(Idx, EveryType) {
  const auto integer = [](char type, const std::string& elements) {
    return std::get<spec::Tensor<std::int64_t>>(*parse_idx(idx(type, {1}, elements), "t"))[0];
  };
  EXPECT_EQ(integer(8, "\xff"), 255);
  EXPECT_EQ(integer(9, "\xff"), -1);
  EXPECT_EQ(integer(11, "\xff\xfe"), -2);
  EXPECT_EQ(integer(12, big(0xfffffffd, 4)), -3);
  EXPECT_EQ(std::get<spec::Tensor<float>>(*parse_idx(idx(13, {1, 1}, big(0x3fc00000, 4)), "t"))[0], 1.5F);
  EXPECT_EQ(std::get<spec::Tensor<double>>(*parse_idx(idx(14, {}, big(0xbff8000000000000, 8)), "t"))[0], -1.5);
}

TEST(Idx, ImagesAndLabels) {
  const Folder folder;
  const auto images = folder.write("images", idx(8, {2, 1, 2}, std::string("\x00\xff\x33\x00", 4)));
  const auto data = read_idx_pair(images, folder.write("labels", idx(8, {2}, "\x03\x04")), 5);
  ASSERT_TRUE(data) << data.error().what();
  EXPECT_EQ(shape_of(data->at(0)->x), (Shape{1, 1, 2}));
  EXPECT_EQ(std::get<spec::Tensor<float>>(data->at(1)->x)[0], 0.2F);
  EXPECT_EQ(std::get<spec::Tensor<std::int64_t>>(data->at(1)->y)[0], 4);
  const auto few = folder.write("few", idx(8, {1}, "\x03")), high = folder.write("high", idx(8, {2}, "\x03\x05"));
  EXPECT_EQ(error_of(read_idx_pair(images, high, 5)), high + ": row 1: found label 5, expected 0 to 4");
  EXPECT_EQ(error_of(read_idx_pair(images, few, 5)),
            images + " and " + few + ": data set: found 2 rows of x and 1 of y, expected as many");
}

TEST(Idx, SaysWhatIsWrong) {
  EXPECT_EQ(error_of(parse_idx("", "t")), "t: byte 0: found the end of the file, expected an IDX header");
  EXPECT_EQ(error_of(parse_idx("abcd", "t")), "t: byte 0: found no two zeros, expected an IDX header");
  EXPECT_EQ(error_of(parse_idx(idx(7, {}, ""), "t")), "t: byte 2: found type 7, expected one of 8 9 11 12 13 14");
  EXPECT_EQ(error_of(parse_idx(idx(8, {2}, "").substr(0, 6), "t")),
            "t: byte 6: found the end of the file, expected 1 extents");
  EXPECT_EQ(error_of(parse_idx(idx(12, {2}, "1234567"), "t")),
            "t: byte 8: found 7 bytes of elements, expected 8 for shape [2]");
  EXPECT_NE(error_of(parse_idx(idx(8, std::vector<std::uint64_t>(255, 0xffffffff), ""), "t")), "none");
}

std::vector<std::uint16_t> samples(const std::string& bytes) {
  const auto image = parse_image(bytes, "t");
  EXPECT_TRUE(image) << image.error().what();
  return image->samples;
}

TEST(Pnm, EveryKind) {
  EXPECT_EQ(samples("P2 # grey\n2 1\n9\n7 9\n"), (std::vector<std::uint16_t>{7, 9}));
  EXPECT_EQ(samples("P3\n1 1 #w h\n65535 0 256 65535"), (std::vector<std::uint16_t>{0, 256, 65535}));
  EXPECT_EQ(samples("P5 2 1 255\n\x01\xff"), (std::vector<std::uint16_t>{1, 255}));
  EXPECT_EQ(samples(std::string("P5 1 1 256\n\x01\x00", 13)), (std::vector<std::uint16_t>{256}));
  EXPECT_EQ(samples("P6 1 1 255\nabc"), (std::vector<std::uint16_t>{97, 98, 99}));
}

TEST(Pnm, SaysWhatIsWrong) {
  const auto refused = [](const std::string& bytes) { return error_of(parse_image(bytes, "t")); };
  EXPECT_EQ(refused(""), "t: byte 0: found the end of the file, expected the magic P2, P3, P5 or P6");
  EXPECT_EQ(refused("P4 1 1\n"), "t: byte 0: found byte 80, expected the magic P2, P3, P5 or P6");
  EXPECT_EQ(refused("P5 0 1 255\n"),
            "t: byte 4: found byte 32, expected a width, a height and a maximum of at least 1");
  EXPECT_EQ(refused("P5 1 1 65536\n.."), "t: byte 12: found byte 10, expected a maximum of at most 65535 before it");
  EXPECT_EQ(refused("P5 2 2 255\nabc"), "t: byte 11: found 3 bytes of samples, expected 4");
  EXPECT_EQ(refused("P5 2 1 98\nac"), "t: byte 11: found sample 99, expected at most 98");
  EXPECT_EQ(refused("P2 2 1 9 1 10"), "t: byte 13: found sample 10, expected at most 9");
  EXPECT_EQ(refused("P2 2 1 9 1 x "), "t: byte 11: found byte 120, expected sample 1 of 2");
  EXPECT_EQ(refused("P2 1 1 9 1 2"), "t: byte 11: found byte 50, expected the end of the file");
  EXPECT_NE(refused("P6 4000000000 4000000000 255\n"), "none");
  EXPECT_NE(refused("P2 8000 8000 255\n1"), "none");
}

// A PNG of 8 or 16 bits, written by libpng.
std::string png(int type, int depth, Index width, Index height, const std::vector<unsigned char>& rows,
                bool interlaced = false) {
  std::string out;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  png_set_write_fn(
      png, &out,
      [](png_structp p, png_bytep data, std::size_t n) {
        static_cast<std::string*>(png_get_io_ptr(p))->append(reinterpret_cast<char*>(data), n);
      },
      nullptr);
  png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), depth, type,
               interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
               PNG_FILTER_TYPE_DEFAULT);
  const png_color palette[] = {{1, 2, 3}, {4, 5, 6}};
  const png_byte alpha[] = {7};
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_PLTE(png, info, palette, 2);
  if (type == PNG_COLOR_TYPE_PALETTE && interlaced) png_set_tRNS(png, info, alpha, 1, nullptr);
  std::vector<png_bytep> pointers;
  const std::size_t row = rows.size() / static_cast<std::size_t>(height);
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y)
    pointers.push_back(const_cast<png_bytep>(rows.data() + y * row));
  png_write_info(png, info);
  png_write_image(png, pointers.data());
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  return out;
}

TEST(Png, EveryColourType) {
  EXPECT_EQ(samples(png(PNG_COLOR_TYPE_GRAY, 8, 2, 1, {3, 200})), (std::vector<std::uint16_t>{3, 200}));
  EXPECT_EQ(samples(png(PNG_COLOR_TYPE_GRAY, 16, 1, 2, {1, 2, 3, 4})), (std::vector<std::uint16_t>{258, 772}));
  EXPECT_EQ(samples(png(PNG_COLOR_TYPE_GRAY, 1, 2, 1, {0x80})), (std::vector<std::uint16_t>{255, 0}));
  EXPECT_EQ(samples(png(PNG_COLOR_TYPE_GRAY_ALPHA, 8, 1, 1, {9, 8})), (std::vector<std::uint16_t>{9, 8}));
  EXPECT_EQ(samples(png(PNG_COLOR_TYPE_RGB, 8, 1, 1, {1, 2, 3})), (std::vector<std::uint16_t>{1, 2, 3}));
  EXPECT_EQ(samples(png(PNG_COLOR_TYPE_RGB_ALPHA, 16, 1, 1, {0, 1, 0, 2, 0, 3, 1, 0})),
            (std::vector<std::uint16_t>{1, 2, 3, 256}));
  EXPECT_EQ(samples(png(PNG_COLOR_TYPE_PALETTE, 8, 2, 1, {1, 0})), (std::vector<std::uint16_t>{4, 5, 6, 1, 2, 3}));
  EXPECT_EQ(samples(png(PNG_COLOR_TYPE_PALETTE, 8, 2, 1, {1, 0}, /*interlaced=*/true)),
            (std::vector<std::uint16_t>{4, 5, 6, 255, 1, 2, 3, 7}));
}

RC_GTEST_PROP(Png, RoundTrips, ()) {
  const Index width = *rc::gen::inRange(1, 12), height = *rc::gen::inRange(1, 12);
  const auto pixels = *rc::gen::container<std::vector<unsigned char>>(static_cast<std::size_t>(3 * width * height),
                                                                     rc::gen::arbitrary<unsigned char>());
  const auto found = samples(png(PNG_COLOR_TYPE_RGB, 8, width, height, pixels, *rc::gen::arbitrary<bool>()));
  RC_ASSERT(std::equal(found.begin(), found.end(), pixels.begin(), pixels.end()));
}

TEST(Png, EveryTruncationAndMostDamageIsRefused) {
  const std::string good = png(PNG_COLOR_TYPE_RGB, 8, 3, 2, std::vector<unsigned char>(18, 77));
  for (std::size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(parse_image(good.substr(0, n), "t")) << n;
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 64);
    const auto image = parse_image(bad, "t");
    EXPECT_TRUE(!image || image->samples.size() == 18) << i;
  }
  EXPECT_EQ(error_of(parse_image(good.substr(0, 20), "t")),
            "t: byte 16: found the end of the file, expected a PNG image");
}

RC_GTEST_PROP(Pnm, RoundTrips, ()) {
  Image image{*rc::gen::elementOf(std::vector<Index>{1, 3}), *rc::gen::inRange(1, 6), *rc::gen::inRange(1, 6),
              *rc::gen::inRange(1, 65536), {}};
  for (Index i = image.channels * image.height * image.width; i-- > 0;)
    image.samples.push_back(static_cast<std::uint16_t>(*rc::gen::inRange<Index>(0, image.most + 1)));
  const auto back = parse_image(print_pnm(image), "t");
  if (!back) RC_FAIL(back.error().what());
  RC_ASSERT(back->channels == image.channels && back->height == image.height && back->width == image.width);
  RC_ASSERT(back->most == image.most && back->samples == image.samples);
  if (image.most == 255) {
    RC_ASSERT(to_image(to_tensor(image))->samples == image.samples);
  }
}

TEST(Images, FromTensors) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(to_image(spec::Tensor<float>({1, 1, 4}, {-1, 0.2F, 7, nan}))->samples,
            (std::vector<std::uint16_t>{0, 51, 255, 0}));
  EXPECT_EQ(to_image(spec::Tensor<float>({3, 1, 2}, {0, 1, 0, 0, 1, 1}))->samples,
            (std::vector<std::uint16_t>{0, 0, 255, 255, 0, 255}));
  EXPECT_EQ(error_of(to_image(spec::Tensor<float>({2}, {0, 1}))),
            "[image] found shape [2], expected [C, H, W] with 1 to 4 channels");
}

TEST(Images, AsTensors) {
  const Image rgba{4, 1, 2, 255, {255, 0, 0, 9, 51, 51, 51, 9}};
  const auto own = to_tensor(rgba), grey = to_tensor(rgba, 1), rgb = to_tensor(rgba, 3);
  EXPECT_EQ(own.shape(), (Shape{4, 1, 2}));
  EXPECT_EQ(own[1], 0.2F);
  EXPECT_EQ(grey.shape(), (Shape{1, 1, 2}));
  EXPECT_EQ(grey[0], 0.299F);
  EXPECT_EQ(grey[1], 0.2F);
  EXPECT_EQ(rgb[2], 0.0F);
  EXPECT_EQ(to_tensor(Image{2, 1, 1, 65535, {65535, 1}}, 3)[2], 1.0F);
}

TEST(Images, FoldersOfClasses) {
  const Folder folder;
  folder.write("cats/b.PGM", "P2 1 1 4 1");
  folder.write("cats/a.png", png(PNG_COLOR_TYPE_GRAY, 8, 1, 1, {51}));
  folder.write("cats/notes.txt", "no image");
  folder.write("ants/x.pgm", "P2 1 1 4 4");
  folder.write("README", "a file is no class");
  const auto images = read_image_folder(folder.path.string());
  ASSERT_TRUE(images) << images.error().what();
  EXPECT_EQ(images->classes, (std::vector<std::string>{"ants", "cats"}));
  const std::vector<Index> all{0, 1, 2};
  const auto batch = images->data.gather(all);
  ASSERT_TRUE(batch) << batch.error().what();
  EXPECT_EQ(shape_of(batch->x), (Shape{3, 1, 1, 1}));
  EXPECT_EQ(std::get<spec::Tensor<float>>(batch->x)[1], 0.2F);
  EXPECT_EQ(std::get<spec::Tensor<std::int64_t>>(batch->y)[2], 1);
  const auto wide = folder.write("cats/c.pgm", "P2 2 1 4 1 1");
  const auto again = read_image_folder(folder.path.string());
  EXPECT_EQ(error_of(again->data.at(3)),
            wide + ": image: found [1, 1, 2], expected [1, 1, 1] as " + (folder.path / "ants/x.pgm").string());
  std::filesystem::create_directories(folder.path / "dogs");
  EXPECT_EQ(error_of(read_image_folder(folder.path.string())),
            (folder.path / "dogs").string() + ": folder: found no image, expected PNG, PGM or PPM files");
  EXPECT_EQ(error_of(read_image_folder("/nowhere")),
            "/nowhere: folder: found none, expected a folder of images for each class");
  EXPECT_EQ(error_of(read_image_folder((folder.path / "cats").string())),
            (folder.path / "cats").string() + ": folder: found no folder in it, expected one for each class");
}

}  // namespace
}  // namespace plumbline::runtime::data
