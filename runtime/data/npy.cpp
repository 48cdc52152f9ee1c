// Reading and writing NPY files.
#include "runtime/data/npy.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "runtime/data/npy_header.h"
#include "runtime/io/file.h"
#include "spec/lang/check.h"

namespace plumbline::runtime::data {

using spec::concat;
using spec::fail;
using spec::Tensor;

namespace {

// Elements as they lie in a file.
struct Layout {
  NpyHeader header;
  Dtype dtype;
  bool swapped;  // their bytes are in the other order than this machine's
};

Result<Layout> layout_of(NpyHeader header, std::string_view file, Sixteen sixteen) {
  const std::string descr = header.descr == "<?" || header.descr == "|?" ? "|b1" : header.descr;
  const char order = descr.empty() ? ' ' : descr[0];
  for (const StoredType& row : stored_types) {
    if (descr.substr(std::min<std::size_t>(1, descr.size())) != row.npy) continue;
    if (order != '<' && order != '>' && order != '=' && !(order == '|' && row.bytes == 1)) break;
    if (row.dtype == Dtype::bf16 && sixteen == Sixteen::integers) continue;
    if (row.dtype == Dtype::bf16 && sixteen == Sixteen::refuse)
      return fail(file, ": dtype: found '", descr, "', expected a float, or bfloat16 by --claim format=bf16");
    const bool big = order == '>' || (order == '=' && std::endian::native == std::endian::big);
    return Layout{std::move(header), row.dtype, big != (std::endian::native == std::endian::big)};
  }
  std::string shown;
  for (unsigned char c : descr.substr(0, 24)) shown += c >= 32 && c < 127 ? static_cast<char>(c) : '?';
  return fail(file, ": dtype: found '", shown, "', expected one of f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8 b1 with < or >");
}

// What an element must satisfy beyond its bits: a truth value is 0 or 1.
template <class T>
Result<void> check_element(T x, Dtype dtype, Index element, std::string_view file) {
  if constexpr (std::is_same_v<T, std::uint8_t>)
    if (dtype == Dtype::b1 && x > 1)
      return fail(file, ": element ", element, ": found byte ", int{x}, ", expected 0 or 1");
  return {};
}

template <class I>
Result<double> as_double(I i, Index element, std::string_view file) {
  const auto x = static_cast<double>(i);
  if (x >= std::ldexp(1.0, std::numeric_limits<I>::digits) || static_cast<I>(x) != i)
    return fail(file, ": element ", element, ": found ", i, ", expected an integer that a double holds exactly");
  return x;
}

// As an i64 if it is an integer.
template <class To, class T>
Result<To> as_tensor(T x, Index element, std::string_view file) {
  if constexpr (std::is_same_v<T, std::uint64_t>)
    if (x > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
      return fail(file, ": element ", element, ": found ", x, ", expected an integer that i64 holds");
  return To(x);
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

// Everything that can be known before the elements are read.
Result<Layout> check_layout(std::string_view beginning, std::uint64_t file_size, std::string_view file,
                            Sixteen sixteen) {
  auto header = parse_npy_header(beginning, file);
  if (!header) return tl::unexpected(header.error());
  auto layout = layout_of(std::move(*header), file, sixteen);
  if (!layout) return layout;
  const Shape& shape = layout->header.shape;
  if (!shape.valid() || shape.size() > most_file_elements)
    return fail(file, ": shape: found ", shape, ", expected at most ", most_file_elements, " elements");
  const std::uint64_t expected = static_cast<std::uint64_t>(shape.size()) * stored_type(layout->dtype).bytes;
  const std::uint64_t found = file_size - layout->header.data_offset;
  if (found != expected)
    return fail(file, ": byte ", layout->header.data_offset, ": found ", found, " bytes of elements, expected ",
                expected, " for shape ", shape, " of ", stored_type(layout->dtype).name);
  return layout;
}

// The elements in row-major order: value(stored element, its place) each, a Result<To>.
template <class Stored, class To, class Value>
Result<Tensor<To>> elements_in(const Layout& layout, const char* data, std::string_view file, Value&& value) {
  const Shape& shape = layout.header.shape;
  const auto offsets = layout.header.fortran_order ? fortran_offsets(shape) : std::vector<Index>();
  std::vector<To> out;
  out.reserve(static_cast<std::size_t>(shape.size()));
  for (Index i = 0; i < shape.size(); ++i) {
    const auto from = static_cast<std::size_t>(offsets.empty() ? i : offsets[static_cast<std::size_t>(i)]);
    const auto x = load_stored<Stored>(data + sizeof(Stored) * from, layout.swapped);
    if (auto ok = check_element(x, layout.dtype, i, file); !ok) return tl::unexpected(ok.error());
    auto y = value(x, i);
    if (!y) return tl::unexpected(y.error());
    out.push_back(*y);
  }
  return Tensor<To>(shape, std::move(out));
}

Result<Array> decode(const Layout& layout, const char* data, std::string_view file) {
  return with_stored(layout.dtype, [&]<class T>(T) -> Result<Array> {
    auto values = elements_in<T, double>(layout, data, file, [&](T x, Index i) -> Result<double> {
      if constexpr (std::is_integral_v<T> && sizeof(T) == 8) return as_double(x, i, file);
      else if constexpr (std::is_integral_v<T>) return static_cast<double>(x);
      else return exact(x);
    });
    if (!values) return tl::unexpected(values.error());
    return Array{std::move(*values), layout.dtype};
  });
}

Result<AnyTensor> decode_tensor(const Layout& layout, const char* data, std::string_view file) {
  return with_stored(layout.dtype, [&]<class T>(T) -> Result<AnyTensor> {
    using To = std::conditional_t<std::is_integral_v<T>, std::int64_t, T>;
    auto values = elements_in<T, To>(layout, data, file, [&](T x, Index i) { return as_tensor<To>(x, i, file); });
    if (!values) return tl::unexpected(values.error());
    return AnyTensor(std::move(*values));
  });
}

// The bytes of a file whose header is good.
Result<std::pair<Layout, std::string>> read_whole(const std::string& path, Sixteen sixteen) {
  const auto in = io::InputFile::open(path, "an NPY file");
  if (!in) return tl::unexpected(in.error());
  std::string bytes(std::min<std::uint64_t>(in->size(), longest_npy_header + 12), '\0');
  if (auto ok = in->read(0, bytes); !ok) return tl::unexpected(ok.error());
  auto layout = check_layout(bytes, in->size(), path, sixteen);
  if (!layout) return tl::unexpected(layout.error());
  const std::size_t have = bytes.size();
  bytes.resize(in->size());
  if (auto ok = in->read(have, std::span(bytes).subspan(have)); !ok) return tl::unexpected(ok.error());
  return std::pair{std::move(*layout), std::move(bytes)};
}

std::string print_header(const Shape& shape, std::string_view code) {
  std::string header = concat("{'descr': '<", code, "', 'fortran_order': False, 'shape': (");
  for (Index d : shape.dims()) header += concat(d, shape.rank() == 1 ? "," : ", ");
  if (shape.rank() > 1) header.resize(header.size() - 2);
  header += "), }";
  // Magic, version and length take 10 bytes, 12 in version 2.0 for headers of 2^16 bytes or more; the elements begin at
  // a multiple of 64.
  const bool is_long = header.size() + 64 >= std::size_t{1} << 16;
  const std::size_t before = is_long ? 12 : 10;
  header.resize((header.size() + before + 1 + 63) / 64 * 64 - before - 1, ' ');
  header += '\n';
  std::string bytes(is_long ? "\x93NUMPY\x02\x00" : "\x93NUMPY\x01\x00", 8);
  for (std::size_t i = 0; i + 8 < before; ++i) bytes += static_cast<char>(header.size() >> 8 * i & 255);
  return bytes + header;
}

// Elements of T in little-endian order.
template <class T, class From>
void append_elements(std::string& bytes, std::span<const From> values) {
  const std::size_t begin = bytes.size();
  bytes.resize(begin + sizeof(T) * values.size());
  char* at = bytes.data() + begin;
  for (const From& v : values) {
    T element;
    if constexpr (std::is_same_v<T, From>) element = v;
    else element = rounded<T>(v);
    std::memcpy(at, &element, sizeof element);
    if constexpr (std::endian::native == std::endian::big) std::reverse(at, at + sizeof element);
    at += sizeof element;
  }
}

}  // namespace

std::string_view dtype_name(Dtype dtype) { return stored_type(dtype).name; }

std::optional<spec::Format> format_of(Dtype dtype) {
  const spec::Format* format = stored_type(dtype).format;
  return format ? std::optional(*format) : std::nullopt;
}

Dtype dtype_of(const spec::Format& format) {
  for (const StoredType& row : stored_types)
    if (row.format != nullptr && *row.format == format) return row.dtype;
  check(false, "a format that files hold");
  return Dtype::f8;
}

Result<Array> parse_npy(std::string_view bytes, std::string_view file, Sixteen sixteen) {
  const auto layout = check_layout(bytes, bytes.size(), file, sixteen);
  if (!layout) return tl::unexpected(layout.error());
  return decode(*layout, bytes.data() + layout->header.data_offset, file);
}

Result<AnyTensor> parse_npy_tensor(std::string_view bytes, std::string_view file, Sixteen sixteen) {
  const auto layout = check_layout(bytes, bytes.size(), file, sixteen);
  if (!layout) return tl::unexpected(layout.error());
  return decode_tensor(*layout, bytes.data() + layout->header.data_offset, file);
}

Result<Array> read_npy(const std::string& path, Sixteen sixteen) {
  const auto whole = read_whole(path, sixteen);
  if (!whole) return tl::unexpected(whole.error());
  return decode(whole->first, whole->second.data() + whole->first.header.data_offset, path);
}

Result<AnyTensor> read_npy_tensor(const std::string& path, Sixteen sixteen) {
  const auto whole = read_whole(path, sixteen);
  if (!whole) return tl::unexpected(whole.error());
  return decode_tensor(whole->first, whole->second.data() + whole->first.header.data_offset, path);
}

std::string print_npy(const Tensor<double>& values, Dtype dtype) {
  check(format_of(dtype).has_value(), "only floats are written");
  std::string bytes = print_header(values.shape(), stored_type(dtype).npy);
  with_stored(dtype, [&]<class T>(T) {
    if constexpr (!std::is_integral_v<T>) append_elements<T>(bytes, values.elements());
  });
  return bytes;
}

std::string print_npy(const AnyTensor& tensor) {
  return std::visit(
      []<class T>(const Tensor<T>& t) {
        constexpr std::string_view codes[] = {"f4", "f8", "f2", "u2", "i8"};  // in the order of DType
        std::string bytes = print_header(t.shape(), codes[static_cast<std::size_t>(runtime::dtype_of<T>)]);
        append_elements<T>(bytes, t.elements());
        return bytes;
      },
      tensor);
}

}  // namespace plumbline::runtime::data
