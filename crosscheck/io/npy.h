// NPY files, versions 1.0 and 2.0: tensors from and for any framework.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crosscheck/sample/case.h"
#include "spec/lang/format.h"
#include "spec/lang/result.h"

namespace plumbline::crosscheck {

// The element types that are read; bf16 is stored as u2 and has to be claimed.
enum class Dtype { f2, f4, f8, bf16, i4, i8, u1, b1 };

std::string_view dtype_name(Dtype dtype);
// The format whose values the dtype holds; none for integers and truth values.
std::optional<spec::Format> format_of(Dtype dtype);

struct Array {
  Values values;  // exact: an integer that no double holds is refused
  Dtype dtype = Dtype::f8;
};

// How the elements of a u2 file are to be read.
enum class Sixteen { refuse, bfloat16 };

// No more elements than this are read from a file: 2 GiB of doubles.
inline constexpr spec::Index most_file_elements = spec::Index{1} << 28;

// Reads a whole file, or its bytes. Header, dtype, shape and size are checked before anything is allocated for the
// elements; errors read `file: place: found X, expected Y`.
spec::Result<Array> read_npy(const std::string& path, Sixteen sixteen = Sixteen::refuse);
spec::Result<Array> parse_npy(std::string_view bytes, std::string_view file, Sixteen sixteen = Sixteen::refuse);

// The dtype that holds a format's numbers: bf16 for bfloat16, which is stored as u2.
Dtype dtype_of(const spec::Format& format);

// The bytes of an NPY 1.0 file, C order, with elements f2, bf16, f4 or f8, rounded to nearest even.
std::string print_npy(const Values& values, Dtype dtype = Dtype::f8);

}  // namespace plumbline::crosscheck
