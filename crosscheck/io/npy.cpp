// Reading and writing NPY files.
#include "crosscheck/io/npy.h"

#include <sys/stat.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <limits>

#include "crosscheck/io/npy_header.h"
#include "spec/num/round.h"

namespace plumbline::crosscheck {

using spec::concat;
using spec::fail;
using spec::Index;
using spec::Result;

namespace {

struct DtypeRow {
  Dtype dtype;
  std::string_view name, descr;
  std::size_t bytes;
  const spec::Format* format;
};
constexpr std::array rows{
    DtypeRow{Dtype::f2, "f2", "<f2", 2, &spec::binary16}, DtypeRow{Dtype::f4, "f4", "<f4", 4, &spec::binary32},
    DtypeRow{Dtype::f8, "f8", "<f8", 8, &spec::binary64}, DtypeRow{Dtype::bf16, "bf16", "<u2", 2, &spec::bfloat16},
    DtypeRow{Dtype::i4, "i4", "<i4", 4, nullptr},         DtypeRow{Dtype::i8, "i8", "<i8", 8, nullptr},
    DtypeRow{Dtype::u1, "u1", "|u1", 1, nullptr},         DtypeRow{Dtype::b1, "b1", "|b1", 1, nullptr}};

const DtypeRow& row_of(Dtype dtype) { return rows[static_cast<std::size_t>(dtype)]; }

Result<Dtype> dtype_of(const NpyHeader& header, std::string_view file, Sixteen sixteen) {
  std::string descr = header.descr;
  if (descr == "<u1" || descr == "<b1" || descr == "<?" || descr == "|?") descr = descr[1] == 'u' ? "|u1" : "|b1";
  for (const DtypeRow& row : rows) {
    if (row.descr != descr) continue;
    if (row.dtype == Dtype::bf16 && sixteen == Sixteen::refuse)
      return fail(file, ": dtype: found '<u2', expected a float, or bfloat16 by --claim format=bf16");
    return row.dtype;
  }
  std::string shown;
  for (unsigned char c : descr.substr(0, 24)) shown += c >= 32 && c < 127 ? static_cast<char>(c) : '?';
  if (descr.starts_with('>')) return fail(file, ": dtype: found big-endian '", shown, "', expected little-endian");
  return fail(file, ": dtype: found '", shown, "', expected one of f2 f4 f8 i4 i8 u1 b1, little-endian");
}

template <class T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

// binary16, IEEE 754-2019 table 3.5: exact in double.
double half_value(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  double magnitude = 0;
  if (exponent == 31)
    magnitude = fraction ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
  else
    magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25);
  return bits >> 15 ? -magnitude : magnitude;
}

double bfloat16_value(std::uint16_t bits) {
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16));
}

double element_value(const char* at, Dtype dtype) {
  switch (dtype) {
    case Dtype::f2:
      return half_value(load<std::uint16_t>(at));
    case Dtype::f4:
      return static_cast<double>(load<float>(at));
    case Dtype::f8:
      return load<double>(at);
    case Dtype::bf16:
      return bfloat16_value(load<std::uint16_t>(at));
    case Dtype::i4:
      return load<std::int32_t>(at);
    case Dtype::i8:
      return static_cast<double>(load<std::int64_t>(at));
    default:
      return load<std::uint8_t>(at);
  }
}

// What an element must satisfy beyond its bits: an i8 is held by a double, a truth value is 0 or 1.
Result<void> check_element(const char* at, Dtype dtype, Index element, std::string_view file) {
  if (dtype == Dtype::i8) {
    const auto i = load<std::int64_t>(at);
    const auto x = static_cast<double>(i);
    if (x >= std::ldexp(1.0, 63) || static_cast<std::int64_t>(x) != i)
      return fail(file, ": element ", element, ": found ", i, ", expected an integer that a double holds exactly");
  }
  if (dtype == Dtype::b1 && load<std::uint8_t>(at) > 1)
    return fail(file, ": element ", element, ": found byte ", int{load<std::uint8_t>(at)}, ", expected 0 or 1");
  return {};
}

// The place in a Fortran-ordered file of each element of the row-major tensor.
std::vector<Index> fortran_offsets(const spec::Shape& shape) {
  std::vector<Index> step(static_cast<std::size_t>(shape.rank())), at(step.size(), 0);
  Index product = 1;
  for (std::size_t a = 0; a < step.size(); ++a) step[a] = product, product *= shape[static_cast<Index>(a)];
  std::vector<Index> offsets(static_cast<std::size_t>(shape.size()));
  Index offset = 0;
  for (Index& o : offsets) {
    o = offset;
    for (std::size_t a = step.size(); a-- > 0;) {
      offset += step[a];
      if (++at[a] < shape[static_cast<Index>(a)]) break;
      offset -= step[a] * at[a];
      at[a] = 0;
    }
  }
  return offsets;
}

struct Layout {
  NpyHeader header;
  Dtype dtype;
};

// Everything that can be known before the elements are read.
Result<Layout> check_layout(std::string_view beginning, std::uint64_t file_size, std::string_view file,
                            Sixteen sixteen) {
  auto header = parse_npy_header(beginning, file);
  if (!header) return tl::unexpected(header.error());
  const auto dtype = dtype_of(*header, file, sixteen);
  if (!dtype) return tl::unexpected(dtype.error());
  if (!header->shape.valid() || header->shape.size() > most_file_elements)
    return fail(file, ": shape: found ", header->shape, ", expected at most ", most_file_elements, " elements");
  const std::uint64_t expected = static_cast<std::uint64_t>(header->shape.size()) * row_of(*dtype).bytes;
  const std::uint64_t found = file_size - header->data_offset;
  if (found != expected)
    return fail(file, ": byte ", header->data_offset, ": found ", found, " bytes of elements, expected ", expected,
                " for shape ", header->shape, " of ", row_of(*dtype).name);
  return Layout{std::move(*header), *dtype};
}

Result<Array> decode(const Layout& layout, const char* data, std::string_view file) {
  const Index n = layout.header.shape.size();
  const std::size_t width = row_of(layout.dtype).bytes;
  const auto offsets = layout.header.fortran_order ? fortran_offsets(layout.header.shape) : std::vector<Index>();
  std::vector<double> values(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const char* at = data + width * static_cast<std::size_t>(offsets.empty() ? static_cast<Index>(i) : offsets[i]);
    if (auto good = check_element(at, layout.dtype, static_cast<Index>(i), file); !good)
      return tl::unexpected(good.error());
    values[i] = element_value(at, layout.dtype);
  }
  return Array{Values(layout.header.shape, std::move(values)), layout.dtype};
}

void append_sixteen(std::string& bytes, const Values& values, const spec::Format& format) {
  for (double v : values.elements()) {
    const std::uint64_t bits = spec::encode(spec::round_to_format(v, format), format);
    bytes += static_cast<char>(bits & 255);
    bytes += static_cast<char>(bits >> 8 & 255);
  }
}

template <class T>
void append_elements(std::string& bytes, const Values& values) {
  const std::size_t begin = bytes.size();
  bytes.resize(begin + sizeof(T) * static_cast<std::size_t>(values.size()));
  char* at = bytes.data() + begin;
  for (double v : values.elements()) {
    const T element = static_cast<T>(v);
    std::memcpy(at, &element, sizeof element);
    at += sizeof element;
  }
}

}  // namespace

std::string_view dtype_name(Dtype dtype) { return row_of(dtype).name; }

std::optional<spec::Format> format_of(Dtype dtype) {
  const spec::Format* format = row_of(dtype).format;
  return format ? std::optional(*format) : std::nullopt;
}

Result<Array> parse_npy(std::string_view bytes, std::string_view file, Sixteen sixteen) {
  const auto layout = check_layout(bytes, bytes.size(), file, sixteen);
  if (!layout) return tl::unexpected(layout.error());
  return decode(*layout, bytes.data() + layout->header.data_offset, file);
}

Result<Array> read_npy(const std::string& path, Sixteen sixteen) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0)
    return fail(path, ": file: found none (", std::strerror(errno), "), expected an NPY file");
  if (S_ISDIR(info.st_mode)) return fail(path, ": file: found a directory, expected an NPY file");
  if (!S_ISREG(info.st_mode)) return fail(path, ": file: found no regular file, expected an NPY file");
  const auto size = static_cast<std::uint64_t>(info.st_size);
  std::ifstream in(path, std::ios::binary);
  if (!in)
    return fail(path, ": file: found one that cannot be opened (", std::strerror(errno),
                "), expected a readable NPY file");
  std::string bytes(std::min<std::uint64_t>(size, longest_npy_header + 12), '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (static_cast<std::size_t>(in.gcount()) != bytes.size())
    return fail(path, ": file: found an error while reading, expected ", size, " bytes");
  const auto layout = check_layout(bytes, size, path, sixteen);
  if (!layout) return tl::unexpected(layout.error());
  const std::size_t have = bytes.size();
  bytes.resize(size);
  in.read(bytes.data() + have, static_cast<std::streamsize>(size - have));
  if (static_cast<std::size_t>(in.gcount()) != size - have)
    return fail(path, ": file: found an error while reading, expected ", size, " bytes");
  return decode(*layout, bytes.data() + layout->header.data_offset, path);
}

Dtype dtype_of(const spec::Format& format) {
  for (const DtypeRow& row : rows)
    if (row.format != nullptr && *row.format == format) return row.dtype;
  check(false, "a format that files hold");
  return Dtype::f8;
}

std::string print_npy(const Values& values, Dtype dtype) {
  check(format_of(dtype).has_value(), "only floats are written");
  std::string header = concat("{'descr': '", row_of(dtype).descr, "', 'fortran_order': False, 'shape': (");
  for (Index d : values.shape().dims()) header += concat(d, values.shape().rank() == 1 ? "," : ", ");
  if (values.shape().rank() > 1) header.resize(header.size() - 2);
  header += "), }";
  // Magic, version and length take 10 bytes, 12 in version 2.0 for headers of 2^16 bytes or more; the elements begin at
  // a multiple of 64.
  const bool is_long = header.size() + 64 >= std::size_t{1} << 16;
  const std::size_t before = is_long ? 12 : 10;
  header.resize((header.size() + before + 1 + 63) / 64 * 64 - before - 1, ' ');
  header += '\n';
  std::string bytes(is_long ? "\x93NUMPY\x02\x00" : "\x93NUMPY\x01\x00", 8);
  for (std::size_t i = 0; i + 8 < before; ++i) bytes += static_cast<char>(header.size() >> 8 * i & 255);
  bytes += header;
  if (dtype == Dtype::f4)
    append_elements<float>(bytes, values);
  else if (dtype == Dtype::f8)
    append_elements<double>(bytes, values);
  else
    append_sixteen(bytes, values, *format_of(dtype));
  return bytes;
}

}  // namespace plumbline::crosscheck
