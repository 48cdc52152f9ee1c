// The types of numbers in files, of NPY and of IDX: names, codes, widths, and what an element is read as.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "runtime/core/half.h"
#include "spec/lang/format.h"

namespace plumbline::runtime::data {

enum class Dtype { f2, f4, f8, bf16, i1, i2, i4, i8, u1, u2, u4, u8, b1 };

struct StoredType {
  Dtype dtype;
  std::string_view name;
  std::string_view npy;  // as NumPy writes it, without the byte order; bf16 is stored as u2
  unsigned idx;          // the code in an IDX header, 0 for none
  std::size_t bytes;
  const spec::Format* format;  // none for integers and truth values
};

// In the order of Dtype.
inline constexpr std::array stored_types{
    StoredType{Dtype::f2, "f2", "f2", 0, 2, &spec::binary16},
    StoredType{Dtype::f4, "f4", "f4", 0x0D, 4, &spec::binary32},
    StoredType{Dtype::f8, "f8", "f8", 0x0E, 8, &spec::binary64},
    StoredType{Dtype::bf16, "bf16", "u2", 0, 2, &spec::bfloat16},
    StoredType{Dtype::i1, "i1", "i1", 0x09, 1, nullptr},
    StoredType{Dtype::i2, "i2", "i2", 0x0B, 2, nullptr},
    StoredType{Dtype::i4, "i4", "i4", 0x0C, 4, nullptr},
    StoredType{Dtype::i8, "i8", "i8", 0, 8, nullptr},
    StoredType{Dtype::u1, "u1", "u1", 0x08, 1, nullptr},
    StoredType{Dtype::u2, "u2", "u2", 0, 2, nullptr},
    StoredType{Dtype::u4, "u4", "u4", 0, 4, nullptr},
    StoredType{Dtype::u8, "u8", "u8", 0, 8, nullptr},
    StoredType{Dtype::b1, "b1", "b1", 0, 1, nullptr}};

constexpr const StoredType& stored_type(Dtype dtype) { return stored_types[static_cast<std::size_t>(dtype)]; }

// f(T{}) with the type in which elements are stored; a truth value is a byte.
template <class F>
decltype(auto) with_stored(Dtype dtype, F&& f) {
  switch (dtype) {
    case Dtype::f2: return f(Half{});
    case Dtype::bf16: return f(BFloat16{});
    case Dtype::f4: return f(float{});
    case Dtype::f8: return f(double{});
    case Dtype::i1: return f(std::int8_t{});
    case Dtype::i2: return f(std::int16_t{});
    case Dtype::i4: return f(std::int32_t{});
    case Dtype::i8: return f(std::int64_t{});
    case Dtype::u2: return f(std::uint16_t{});
    case Dtype::u4: return f(std::uint32_t{});
    case Dtype::u8: return f(std::uint64_t{});
    default: return f(std::uint8_t{});
  }
}

// The element at an address of any alignment; `swapped`: its bytes are in the other order than this machine's.
template <class T>
T load_stored(const char* at, bool swapped) {
  std::array<char, sizeof(T)> bytes;
  std::memcpy(bytes.data(), at, sizeof(T));
  if (swapped) std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

}  // namespace plumbline::runtime::data
