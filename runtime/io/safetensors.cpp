// Laying tensors out, checksums, and reading a tensor at its place.
#include "runtime/io/safetensors.h"

#include <zlib.h>

#include <algorithm>
#include <bit>
#include <numeric>

namespace plumbline::runtime::io {

using spec::concat;
using spec::fail;

static_assert(std::endian::native == std::endian::little, "elements are written as they lie in memory");

namespace {

constexpr std::string_view sum_key = "plumbline.crc32", no_sum = "00000000";
constexpr std::size_t block = std::size_t{1} << 20;

std::string_view bytes_of(const View& view) {
  return {static_cast<const char*>(view.data), static_cast<std::size_t>(view.size()) * size_of(view.dtype)};
}

std::uint32_t add_to_sum(std::uint32_t sum, std::string_view bytes) {
  if (bytes.empty()) return sum;  // zlib begins anew where there is no buffer
  return static_cast<std::uint32_t>(crc32_z(sum, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::string digits(std::uint32_t sum) {
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[sum >> shift & 15];
  return text;
}

// Where the digits stand in a header: behind the key, exactly as we write it; npos if they do not.
std::size_t sum_place(std::string_view beginning, std::string_view sum) {
  const std::string before = concat('"', sum_key, "\":\"");
  const std::size_t at = beginning.find(concat(before, sum, '"'));
  return at == std::string_view::npos ? at : at + before.size();
}

// The order in which data lie: larger elements first, so that each tensor is aligned to its own.
std::vector<std::size_t> order_of_data(std::span<const NamedView> tensors) {
  std::vector<std::size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return size_of(tensors[a].view.dtype) > size_of(tensors[b].view.dtype);
  });
  return order;
}

}  // namespace

Result<void> write_safetensors(const std::string& path, std::span<const NamedView> tensors, const Metadata& metadata) {
  const auto order = order_of_data(tensors);
  std::vector<TensorEntry> entries(tensors.size());
  std::uint64_t at = 0;
  for (const std::size_t i : order) {
    const View& view = tensors[i].view;
    entries[i] = {tensors[i].name, view.dtype, view.shape, at, at + bytes_of(view).size()};
    at = entries[i].end;
  }
  Metadata with_sum = metadata;
  with_sum[std::string(sum_key)] = no_sum;
  auto header = print_safetensors_header(entries, with_sum);
  if (!header) return fail(path, ": ", header.error().what());
  std::uint32_t sum = add_to_sum(0, *header);
  for (const std::size_t i : order) sum = add_to_sum(sum, bytes_of(tensors[i].view));
  header->replace(sum_place(*header, no_sum), no_sum.size(), digits(sum));

  auto file = StagedFile::create(path);
  if (!file) return tl::unexpected(file.error());
  if (auto ok = file->append(*header); !ok) return ok;
  for (const std::size_t i : order)
    if (auto ok = file->append(bytes_of(tensors[i].view)); !ok) return ok;
  return file->commit();
}

Result<SafetensorsFile> SafetensorsFile::open(const std::string& path) {
  auto file = InputFile::open(path, "a safetensors file");
  if (!file) return tl::unexpected(file.error());
  std::string beginning(std::min<std::uint64_t>(8, file->size()), '\0');
  if (auto ok = file->read(0, beginning); !ok) return tl::unexpected(ok.error());
  const auto length = safetensors_header_length(beginning, file->size(), path);
  if (!length) return tl::unexpected(length.error());
  beginning.resize(8 + *length);
  if (auto ok = file->read(0, beginning); !ok) return tl::unexpected(ok.error());
  auto header = parse_safetensors_header(beginning, file->size(), path);
  if (!header) return tl::unexpected(header.error());
  SafetensorsFile out(std::move(*file), std::move(*header));
  if (auto ok = out.check_sum(beginning); !ok) return tl::unexpected(ok.error());
  return out;
}

Result<void> SafetensorsFile::check_sum(std::string_view beginning) const {
  const auto claimed = metadata().find(std::string(sum_key));
  if (claimed == metadata().end()) return {};
  const std::size_t place = sum_place(beginning, claimed->second);
  if (place == std::string_view::npos || claimed->second.size() != no_sum.size())
    return fail(path(), ": header: ", sum_key, ": found no eight digits, expected a checksum as it was written");
  std::string cleared(beginning);
  cleared.replace(place, no_sum.size(), no_sum);
  std::uint32_t sum = add_to_sum(0, cleared);
  std::string bytes(std::min<std::uint64_t>(block, file_.size()), '\0');
  for (std::uint64_t at = beginning.size(); at < file_.size();) {
    const std::span<char> part(bytes.data(), std::min<std::uint64_t>(bytes.size(), file_.size() - at));
    if (auto ok = file_.read(at, part); !ok) return ok;
    sum = add_to_sum(sum, {part.data(), part.size()});
    at += part.size();
  }
  if (digits(sum) != claimed->second)
    return fail(path(), ": file: found bytes of checksum ", digits(sum), ", expected ", claimed->second,
                ": the file is damaged");
  return {};
}

const TensorEntry* SafetensorsFile::find(std::string_view name) const {
  const auto at = std::ranges::find(header_.tensors, name, &TensorEntry::name);
  return at == header_.tensors.end() ? nullptr : &*at;
}

Result<void> SafetensorsFile::read(const TensorEntry& entry, const View& into) const {
  if (entry.dtype != into.dtype || entry.shape != into.shape)
    return fail(path(), ": tensor ", entry.name, ": found ", safetensors_name(entry.dtype), ' ', entry.shape,
                ", expected ", safetensors_name(into.dtype), ' ', into.shape);
  return file_.read(header_.data_offset + entry.begin, {static_cast<char*>(into.data), entry.end - entry.begin});
}

Result<AnyTensor> SafetensorsFile::read(const TensorEntry& entry) const {
  const auto as = [&]<class T>(T) -> Result<AnyTensor> {
    std::vector<T> values(static_cast<std::size_t>(entry.shape.size()));
    if (auto ok = read(entry, View{values.data(), entry.shape, entry.dtype}); !ok) return tl::unexpected(ok.error());
    return spec::Tensor<T>(entry.shape, std::move(values));
  };
  return entry.dtype == DType::i64 ? as(std::int64_t{}) : with_type(entry.dtype, as);
}

}  // namespace plumbline::runtime::io
