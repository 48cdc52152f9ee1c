// PNM files, tensors of images, and folders of them.
#include "runtime/data/image.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>

#include "runtime/io/file.h"
#include "spec/lang/check.h"

namespace plumbline::runtime::data {

using spec::fail;

namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// A number and the blanks or comments before it, from a PNM file.
class Pnm {
 public:
  Pnm(std::string_view bytes, std::string_view file) : bytes_(bytes), file_(file) {}

  Result<Image> read() {
    const char kind = bytes_.size() > 1 && bytes_[0] == 'P' ? bytes_[1] : ' ';
    if (kind != '2' && kind != '3' && kind != '5' && kind != '6') return wrong("the magic P2, P3, P5 or P6");
    at_ = 2;
    Image image;
    image.channels = kind == '3' || kind == '6' ? 3 : 1;
    for (Index* value : {&image.width, &image.height, &image.most}) {
      const auto n = number();
      if (!n || *n < 1) return wrong("a width, a height and a maximum of at least 1");
      *value = *n;
    }
    if (image.most > 65535) return wrong("a maximum of at most 65535 before it");
    if (image.height > most_image_samples / image.width / image.channels)
      return fail(file_, ": byte ", at_, ": found ", image.width, " x ", image.height, " pixels, expected at most ",
                  most_image_samples, " samples");
    const auto n = static_cast<std::size_t>(image.width * image.height * image.channels);
    const auto ok = kind < '4' ? plain(image, n) : raw(image, n);
    if (!ok) return tl::unexpected(ok.error());
    return image;
  }

 private:
  tl::unexpected<spec::Error> wrong(std::string_view expected) const {
    if (at_ >= bytes_.size()) return fail(file_, ": byte ", at_, ": found the end of the file, expected ", expected);
    return fail(file_, ": byte ", at_, ": found byte ", int{static_cast<unsigned char>(bytes_[at_])}, ", expected ",
                expected);
  }
  void skip() {
    for (; at_ < bytes_.size() && (is_blank(bytes_[at_]) || bytes_[at_] == '#'); ++at_)
      if (bytes_[at_] == '#')
        while (at_ + 1 < bytes_.size() && bytes_[at_] != '\n') ++at_;
  }
  std::optional<Index> number() {
    skip();
    const char *begin = bytes_.data() + at_, *end = bytes_.data() + bytes_.size();
    std::uint32_t n = 0;
    const auto [next, error] = std::from_chars(begin, end, n);
    if (error != std::errc()) return std::nullopt;
    at_ += static_cast<std::size_t>(next - begin);
    return static_cast<Index>(n);
  }
  // Digits and blanks: at least two bytes a sample, but for the last.
  Result<void> plain(Image& image, std::size_t n) {
    if ((bytes_.size() - at_) / 2 < n) return at_ = bytes_.size(), wrong(spec::concat(n, " samples"));
    image.samples.reserve(n);
    for (std::size_t i = 0; i < n; ++i) {
      const auto v = number();
      if (!v) return wrong(spec::concat("sample ", i, " of ", n));
      if (*v > image.most) return fail(file_, ": byte ", at_, ": found sample ", *v, ", expected at most ", image.most);
      image.samples.push_back(static_cast<std::uint16_t>(*v));
    }
    skip();
    if (at_ < bytes_.size()) return wrong("the end of the file");
    return {};
  }
  Result<void> raw(Image& image, std::size_t n) {
    if (at_ == bytes_.size() || !is_blank(bytes_[at_])) return wrong("one blank behind the maximum");
    ++at_;
    const std::size_t width = image.most > 255 ? 2 : 1;
    if (bytes_.size() - at_ != n * width)
      return fail(file_, ": byte ", at_, ": found ", bytes_.size() - at_, " bytes of samples, expected ", n * width);
    image.samples.reserve(n);
    for (std::size_t i = 0; i < n; ++i, at_ += width) {
      unsigned v = static_cast<unsigned char>(bytes_[at_]);
      if (width == 2) v = v << 8 | static_cast<unsigned char>(bytes_[at_ + 1]);
      if (static_cast<Index>(v) > image.most)
        return fail(file_, ": byte ", at_, ": found sample ", v, ", expected at most ", image.most);
      image.samples.push_back(static_cast<std::uint16_t>(v));
    }
    return {};
  }

  std::string_view bytes_, file_;
  std::size_t at_ = 0;
};

bool is_image(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return std::tolower(c); });
  return extension == ".png" || extension == ".pgm" || extension == ".ppm" || extension == ".pnm";
}

// What lies in a folder, sorted by name.
std::vector<std::filesystem::path> sorted(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    found.push_back(at->path());
  std::ranges::sort(found, {}, [](const auto& path) { return path.filename().string(); });
  return found;
}

}  // namespace

Result<Image> parse_pnm(std::string_view bytes, std::string_view file) { return Pnm(bytes, file).read(); }

Result<Image> parse_image(std::string_view bytes, std::string_view file) {
  if (bytes.starts_with('\x89')) return parse_png(bytes, file);
  return parse_pnm(bytes, file);
}

Result<Image> read_image(const std::string& path) {
  const auto bytes = io::read_file(path);
  return bytes ? parse_image(*bytes, path) : tl::unexpected(bytes.error());
}

spec::Tensor<float> to_tensor(const Image& image, Index channels) {
  check(channels == 0 || channels == 1 || channels == 3, "0, 1 or 3 channels");
  const Index own = image.channels, colours = own >= 3 ? 3 : 1, area = image.height * image.width;
  const Index out = channels == 0 ? own : channels;
  return spec::Tensor<float>::generate({out, image.height, image.width}, [&](Index i) {
    const Index c = i / area, at = i % area * own;
    const auto sample = [&](Index k) { return static_cast<double>(image.samples[static_cast<std::size_t>(at + k)]); };
    const auto most = static_cast<double>(image.most);
    if (channels == 1 && colours == 3)
      return static_cast<float>((299 * sample(0) + 587 * sample(1) + 114 * sample(2)) / (1000 * most));
    return static_cast<float>(sample(channels == 0 ? c : std::min(c, colours - 1)) / most);
  });
}

Result<Image> to_image(const spec::Tensor<float>& x) {
  const Shape& s = x.shape();
  if (s.rank() != 3 || s[0] < 1 || s[0] > 4 || s[1] < 1 || s[2] < 1)
    return fail("[image] found shape ", s, ", expected [C, H, W] with 1 to 4 channels");
  Image image{s[0], s[1], s[2], 255, {}};
  image.samples.resize(static_cast<std::size_t>(x.size()));
  const Index area = s[1] * s[2];
  for (Index i = 0; i < x.size(); ++i) {
    const double inside = x[i] > 0 ? std::min(1.0, static_cast<double>(x[i])) : 0;
    image.samples[static_cast<std::size_t>(i % area * s[0] + i / area)] =
        static_cast<std::uint16_t>(std::lround(255 * inside));
  }
  return image;
}

std::string print_pnm(const Image& image) {
  check(image.channels == 1 || image.channels == 3, "a PNM has one channel or three");
  std::string out = spec::concat(image.channels == 1 ? "P5\n" : "P6\n", image.width, ' ', image.height, '\n',
                                 image.most, '\n');
  for (const std::uint16_t v : image.samples) {
    if (image.most > 255) out += static_cast<char>(v >> 8);
    out += static_cast<char>(v & 255);
  }
  return out;
}

Result<ImageFolder> read_image_folder(const std::string& path, Index channels) {
  if (channels != 0 && channels != 1 && channels != 3)
    return fail("[image_folder] found ", channels, " channels, expected 1, 3, or 0 for the files' own");
  std::error_code error;
  if (!std::filesystem::is_directory(path, error))
    return fail(path, ": folder: found none, expected a folder of images for each class");
  std::vector<std::string> classes, files;
  std::vector<Index> labels;
  for (const auto& folder : sorted(path)) {
    if (!std::filesystem::is_directory(folder, error)) continue;
    const std::size_t before = files.size();
    for (const auto& file : sorted(folder))
      if (is_image(file)) files.push_back(file.string()), labels.push_back(static_cast<Index>(classes.size()));
    if (files.size() == before)
      return fail(folder.string(), ": folder: found no image, expected PNG, PGM or PPM files");
    classes.push_back(folder.filename().string());
  }
  if (classes.empty()) return fail(path, ": folder: found no folder in it, expected one for each class");
  const auto first = read_image(files[0]);
  if (!first) return tl::unexpected(first.error());
  const Shape expected = to_tensor(*first, channels).shape();
  const auto count = static_cast<Index>(files.size());
  auto read = [files, labels, channels, expected](Index i) -> Result<Sample> {
    const std::string& file = files[static_cast<std::size_t>(i)];
    const auto image = read_image(file);
    if (!image) return tl::unexpected(image.error());
    auto x = to_tensor(*image, channels);
    if (x.shape() != expected)
      return fail(file, ": image: found ", x.shape(), ", expected ", expected, " as ", files[0]);
    return Sample{std::move(x), spec::Tensor<std::int64_t>::scalar(labels[static_cast<std::size_t>(i)])};
  };
  return ImageFolder{Dataset::lazy(count, std::move(read)), std::move(classes), std::move(files)};
}

}  // namespace plumbline::runtime::data
