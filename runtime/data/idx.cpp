// Reading IDX files.
#include "runtime/data/idx.h"

#include <algorithm>
#include <bit>
#include <type_traits>

#include "runtime/data/stored.h"
#include "runtime/io/file.h"

namespace plumbline::runtime::data {

using spec::fail;
using spec::Tensor;

namespace {

struct Header {
  StoredType type = {};
  Shape shape;
  std::size_t begin = 0;
};

// From the file's order of bytes.
template <class T>
T big_endian(const char* at) {
  return load_stored<T>(at, std::endian::native == std::endian::little);
}

Result<StoredType> type_of(unsigned code, std::string_view file) {
  const auto at = std::ranges::find(stored_types, code, &StoredType::idx);
  if (code == 0 || at == stored_types.end())
    return fail(file, ": byte 2: found type ", code, ", expected one of 8 9 11 12 13 14");
  return *at;
}

Result<Header> header_of(std::string_view bytes, std::string_view file) {
  if (bytes.size() < 4)
    return fail(file, ": byte ", bytes.size(), ": found the end of the file, expected an IDX header");
  if (bytes[0] != 0 || bytes[1] != 0) return fail(file, ": byte 0: found no two zeros, expected an IDX header");
  const auto type = type_of(static_cast<unsigned char>(bytes[2]), file);
  if (!type) return tl::unexpected(type.error());
  Header h;
  h.type = *type;
  const auto rank = static_cast<std::size_t>(static_cast<unsigned char>(bytes[3]));
  h.begin = 4 + 4 * rank;
  if (bytes.size() < h.begin)
    return fail(file, ": byte ", bytes.size(), ": found the end of the file, expected ", rank, " extents");
  for (std::size_t a = 0; a < rank; ++a)
    h.shape.push_back(static_cast<Index>(big_endian<std::uint32_t>(bytes.data() + 4 + 4 * a)));
  if (!h.shape.valid()) return fail(file, ": byte 4: found shape ", h.shape, ", expected one that a tensor can have");
  const std::uint64_t expected = static_cast<std::uint64_t>(h.shape.size()) * h.type.bytes;
  const std::uint64_t found = bytes.size() - h.begin;
  if (found != expected)
    return fail(file, ": byte ", h.begin, ": found ", found, " bytes of elements, expected ", expected, " for shape ",
                h.shape);
  return h;
}

template <class Stored>
AnyTensor elements(std::string_view bytes, const Header& h) {
  using T = std::conditional_t<std::is_integral_v<Stored>, std::int64_t, Stored>;
  return Tensor<T>::generate(h.shape, [&](Index i) {
    return T(big_endian<Stored>(bytes.data() + h.begin + sizeof(Stored) * static_cast<std::size_t>(i)));
  });
}

}  // namespace

Result<AnyTensor> parse_idx(std::string_view bytes, std::string_view file) {
  const auto h = header_of(bytes, file);
  if (!h) return tl::unexpected(h.error());
  return with_stored(h->type.dtype, [&]<class T>(T) { return elements<T>(bytes, *h); });
}

Result<AnyTensor> read_idx(const std::string& path) {
  const auto bytes = io::read_file(path);
  return bytes ? parse_idx(*bytes, path) : tl::unexpected(bytes.error());
}

Result<Tensor<float>> parse_idx_bytes(std::string_view bytes, std::string_view file) {
  const auto h = header_of(bytes, file);
  if (!h) return tl::unexpected(h.error());
  if (h->type.dtype != Dtype::u1)
    return fail(file, ": byte 2: found type ", h->type.idx, ", expected 8: unsigned bytes");
  const auto scaled = Tensor<float>::generate(h->shape, [&](Index i) {
    return static_cast<float>(static_cast<unsigned char>(bytes[h->begin + static_cast<std::size_t>(i)])) / 255.0F;
  });
  if (h->shape.rank() != 3) return scaled;
  return scaled.reshaped({h->shape[0], 1, h->shape[1], h->shape[2]});
}

Result<Dataset> read_idx_pair(const std::string& images, const std::string& labels, Index classes) {
  const auto bytes = io::read_file(images);
  if (!bytes) return tl::unexpected(bytes.error());
  auto x = parse_idx_bytes(*bytes, images);
  if (!x) return tl::unexpected(x.error());
  auto y = read_idx(labels);
  if (!y) return tl::unexpected(y.error());
  if (shape_of(*y).rank() != 1) return fail(labels, ": found shape ", shape_of(*y), ", expected a list of labels");
  if (auto ok = check_labels(*y, classes, labels); !ok) return tl::unexpected(ok.error());
  auto data = Dataset::from_tensors(std::move(*x), std::move(*y));
  if (!data) return fail(images, " and ", labels, ": ", data.error().what());
  return data;
}

}  // namespace plumbline::runtime::data
