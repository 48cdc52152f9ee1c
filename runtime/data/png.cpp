// PNG images, read by libpng.
#include <png.h>

#include <csetjmp>

#include "runtime/data/image.h"

namespace plumbline::runtime::data {

using spec::fail;

namespace {

// Deflate makes nothing larger than 1032 times its bytes: a larger image is not in the file.
constexpr std::size_t most_expansion = 1032;

// What outlives a jump out of libpng: nothing with a destructor lives in the functions that are jumped over.
struct Reading {
  std::string_view bytes;
  std::size_t at = 0;
  std::string message;  // of libpng or ours; empty: none
  png_structp png = nullptr;
  png_infop info = nullptr;
  std::vector<unsigned char> pixels;
  std::vector<png_bytep> rows;
  Image image;
  ~Reading() { png_destroy_read_struct(&png, &info, nullptr); }
};

extern "C" {
void read_bytes(png_structp png, png_bytep out, std::size_t n) {
  auto& r = *static_cast<Reading*>(png_get_io_ptr(png));
  if (r.bytes.size() - r.at < n) png_error(png, "found the end of the file");
  r.bytes.copy(reinterpret_cast<char*>(out), n, r.at);
  r.at += n;
}
void note_error(png_structp png, png_const_charp text) {
  static_cast<Reading*>(png_get_error_ptr(png))->message = text;
  png_longjmp(png, 1);
}
void ignore_warning(png_structp, png_const_charp) {}
}

// Sizes, checked; memory for the rows. False: `message` says why.
bool lay_out(Reading& r) {
  Image& image = r.image;
  image.width = png_get_image_width(r.png, r.info), image.height = png_get_image_height(r.png, r.info);
  image.channels = png_get_channels(r.png, r.info);
  image.most = png_get_bit_depth(r.png, r.info) == 16 ? 65535 : 255;
  const std::size_t row = png_get_rowbytes(r.png, r.info);
  if (image.height > most_image_samples / image.width / image.channels) {
    r.message = spec::concat("found ", image.width, " x ", image.height, " pixels, expected at most ",
                             most_image_samples, " samples");
    return false;
  }
  const std::size_t total = row * static_cast<std::size_t>(image.height);
  // Samples below 8 bits, palettes and transparency are expanded after decompression, at most to 4 · 8 bits from 1.
  if (total / 32 > most_expansion * r.bytes.size()) {
    r.message = spec::concat("found ", r.bytes.size(), " bytes, expected more for ", image.width, " x ", image.height,
                             " pixels");
    return false;
  }
  r.pixels.resize(total);
  for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) r.rows.push_back(r.pixels.data() + y * row);
  return true;
}

bool decode(Reading& r) {
  if (setjmp(png_jmpbuf(r.png))) return false;
  constexpr auto most = static_cast<png_uint_32>(most_image_samples);
  png_set_user_limits(r.png, most, most);
  png_set_chunk_malloc_max(r.png, 1U << 23);
  png_set_read_fn(r.png, &r, read_bytes);
  png_read_info(r.png, r.info);
  png_set_expand(r.png);
  png_set_interlace_handling(r.png);
  png_read_update_info(r.png, r.info);
  if (!lay_out(r)) return false;
  png_read_image(r.png, r.rows.data());
  png_read_end(r.png, nullptr);
  return true;
}

}  // namespace

Result<Image> parse_png(std::string_view bytes, std::string_view file) {
  Reading r;
  r.bytes = bytes;
  r.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &r, note_error, ignore_warning);
  r.info = r.png ? png_create_info_struct(r.png) : nullptr;
  if (!r.info) return fail(file, ": file: found no memory for a PNG image, expected some");
  if (!decode(r)) return fail(file, ": byte ", r.at, ": ", r.message, ", expected a PNG image");
  const std::size_t width = r.image.most > 255 ? 2 : 1;
  r.image.samples.reserve(r.pixels.size() / width);
  for (std::size_t i = 0; i < r.pixels.size(); i += width) {
    const unsigned first = r.pixels[i];
    r.image.samples.push_back(static_cast<std::uint16_t>(width == 2 ? first << 8 | r.pixels[i + 1] : first));
  }
  return std::move(r.image);
}

}  // namespace plumbline::runtime::data
