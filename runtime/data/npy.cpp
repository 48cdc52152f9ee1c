// Reading and writing NPY files.
#include "runtime/data/npy.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

#include "runtime/data/npy_header.h"
#include "runtime/io/file.h"
#include "spec/lang/check.h"

namespace plumbline::runtime::data {

using spec::concat;
using spec::fail;
using spec::Tensor;

namespace {

struct DtypeRow {
  Dtype dtype;
  std::string_view name, code;  // code: as NumPy writes it, without the byte order
  std::size_t bytes;
  const spec::Format* format;
};
constexpr std::array table{
    DtypeRow{Dtype::f2, "f2", "f2", 2, &spec::binary16}, DtypeRow{Dtype::f4, "f4", "f4", 4, &spec::binary32},
    DtypeRow{Dtype::f8, "f8", "f8", 8, &spec::binary64}, DtypeRow{Dtype::bf16, "bf16", "u2", 2, &spec::bfloat16},
    DtypeRow{Dtype::i4, "i4", "i4", 4, nullptr},         DtypeRow{Dtype::i8, "i8", "i8", 8, nullptr},
    DtypeRow{Dtype::u1, "u1", "u1", 1, nullptr},         DtypeRow{Dtype::b1, "b1", "b1", 1, nullptr}};

const DtypeRow& row_of(Dtype dtype) { return table[static_cast<std::size_t>(dtype)]; }

// Elements as they lie in a file.
struct Layout {
  NpyHeader header;
  Dtype dtype;
  bool swapped;  // their bytes are in the other order than this machine's
};

Result<Layout> layout_of(NpyHeader header, std::string_view file, Sixteen sixteen) {
  const std::string descr = header.descr == "<?" || header.descr == "|?" ? "|b1" : header.descr;
  const char order = descr.empty() ? ' ' : descr[0];
  for (const DtypeRow& row : table) {
    if (descr.substr(std::min<std::size_t>(1, descr.size())) != row.code) continue;
    if (order != '<' && order != '>' && order != '=' && !(order == '|' && row.bytes == 1)) break;
    if (row.dtype == Dtype::bf16 && sixteen == Sixteen::refuse)
      return fail(file, ": dtype: found '", descr, "', expected a float, or bfloat16 by --claim format=bf16");
    const bool big = order == '>' || (order == '=' && std::endian::native == std::endian::big);
    return Layout{std::move(header), row.dtype, big != (std::endian::native == std::endian::big)};
  }
  std::string shown;
  for (unsigned char c : descr.substr(0, 24)) shown += c >= 32 && c < 127 ? static_cast<char>(c) : '?';
  return fail(file, ": dtype: found '", shown, "', expected one of f2 f4 f8 i4 i8 u1 b1 with < or >");
}

template <class T>
T load(const char* at, bool swapped) {
  std::array<char, sizeof(T)> bytes;
  std::memcpy(bytes.data(), at, sizeof(T));
  if (swapped) std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

// f(T{}) with the type in which elements are stored.
template <class F>
decltype(auto) with_stored(Dtype dtype, F&& f) {
  switch (dtype) {
    case Dtype::f2: return f(Half{});
    case Dtype::bf16: return f(BFloat16{});
    case Dtype::f4: return f(float{});
    case Dtype::f8: return f(double{});
    case Dtype::i4: return f(std::int32_t{});
    case Dtype::i8: return f(std::int64_t{});
    default: return f(std::uint8_t{});
  }
}

// What an element must satisfy beyond its bits: a truth value is 0 or 1.
template <class T>
Result<void> check_element(T x, Dtype dtype, Index element, std::string_view file) {
  if constexpr (sizeof(T) == 1)
    if (dtype == Dtype::b1 && x > 1)
      return fail(file, ": element ", element, ": found byte ", int{x}, ", expected 0 or 1");
  return {};
}

Result<double> as_double(std::int64_t i, Index element, std::string_view file) {
  const auto x = static_cast<double>(i);
  if (x >= std::ldexp(1.0, 63) || static_cast<std::int64_t>(x) != i)
    return fail(file, ": element ", element, ": found ", i, ", expected an integer that a double holds exactly");
  return x;
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
  const std::uint64_t expected = static_cast<std::uint64_t>(shape.size()) * row_of(layout->dtype).bytes;
  const std::uint64_t found = file_size - layout->header.data_offset;
  if (found != expected)
    return fail(file, ": byte ", layout->header.data_offset, ": found ", found, " bytes of elements, expected ",
                expected, " for shape ", shape, " of ", row_of(layout->dtype).name);
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
    const auto x = load<Stored>(data + sizeof(Stored) * from, layout.swapped);
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
      if constexpr (std::is_same_v<T, std::int64_t>) return as_double(x, i, file);
      else return exact(x);
    });
    if (!values) return tl::unexpected(values.error());
    return Array{std::move(*values), layout.dtype};
  });
}

Result<AnyTensor> decode_tensor(const Layout& layout, const char* data, std::string_view file) {
  return with_stored(layout.dtype, [&]<class T>(T) -> Result<AnyTensor> {
    using To = std::conditional_t<std::is_integral_v<T>, std::int64_t, T>;
    auto values = elements_in<T, To>(layout, data, file, [](T x, Index) -> Result<To> { return To(x); });
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

std::string_view dtype_name(Dtype dtype) { return row_of(dtype).name; }

std::optional<spec::Format> format_of(Dtype dtype) {
  const spec::Format* format = row_of(dtype).format;
  return format ? std::optional(*format) : std::nullopt;
}

Dtype dtype_of(const spec::Format& format) {
  for (const DtypeRow& row : table)
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
  std::string bytes = print_header(values.shape(), row_of(dtype).code);
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
