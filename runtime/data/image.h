// Images: samples of 8 or 16 bits from PNM and PNG files, as tensors [C, H, W] of numbers in [0, 1].
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/data/dataset.h"

namespace plumbline::runtime::data {

struct Image {
  Index channels = 1, height = 0, width = 0;  // 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA
  Index most = 255;                           // the sample that means 1
  std::vector<std::uint16_t> samples;         // row by row, the channels of a pixel side by side
};

// No image may have more samples than this: 2^26, of 8192 × 8192 grey pixels.
inline constexpr Index most_image_samples = Index{1} << 26;

// PGM and PPM, plain and raw (P2, P3, P5, P6), of any maximum up to 65535; one image to a file.
Result<Image> parse_pnm(std::string_view bytes, std::string_view file);
// Every PNG: palettes become colours, 1, 2 and 4 bits become 8, and transparency a channel.
Result<Image> parse_png(std::string_view bytes, std::string_view file);
// By the first bytes. Sizes are checked before anything is allocated; errors name file, byte, found and expected.
Result<Image> parse_image(std::string_view bytes, std::string_view file);
Result<Image> read_image(const std::string& path);

// A raw PGM or PPM of an image of 1 or 3 channels.
std::string print_pnm(const Image& image);

// [C, H, W], x = sample / most rounded once. `channels`: 0 as they are; 1 or 3 without alpha, grey repeated, or colours
// weighed as (299 R + 587 G + 114 B) / 1000.
spec::Tensor<float> to_tensor(const Image& image, Index channels = 0);
// The other way: x [C, H, W] is cut to [0, 1], and a sample is the nearest integer to 255 x; NaN is 0.
Result<Image> to_image(const spec::Tensor<float>& x);

// A folder for each class, with images in it: x [C, H, W], y a label. Classes and files are in the order of their
// names' bytes; images are read when they are asked for, and must all have the shape of the first.
struct ImageFolder {
  Dataset data;
  std::vector<std::string> classes, files;
};
Result<ImageFolder> read_image_folder(const std::string& path, Index channels = 0);

}  // namespace plumbline::runtime::data
