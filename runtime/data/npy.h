// NPY files, versions 1.0 to 3.0: tensors from and for any framework.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "runtime/core/any_tensor.h"
#include "runtime/data/stored.h"
#include "spec/lang/format.h"
#include "spec/lang/result.h"

namespace plumbline::runtime::data {

using spec::Result;

std::string_view dtype_name(Dtype dtype);
// The format whose values the dtype holds; none for integers and truth values.
std::optional<spec::Format> format_of(Dtype dtype);
// The dtype that holds a format's numbers: bf16 for bfloat16, which is stored as u2.
Dtype dtype_of(const spec::Format& format);

// The values of floats of any format, exactly.
struct Array {
  spec::Tensor<double> values;  // an integer that no double holds is refused
  Dtype dtype = Dtype::f8;
};

// What the elements of a u2 file are: its header does not tell integers from bfloat16. Where floats are compared,
// neither is assumed.
enum class Sixteen { refuse, integers, bfloat16 };

// No more elements than this are read from a file: 2 GiB of doubles.
inline constexpr Index most_file_elements = Index{1} << 28;

// Reads a whole file, or its bytes. Header, dtype, shape and size are checked before anything is allocated for the
// elements; errors read `file: place: found X, expected Y`.
Result<Array> read_npy(const std::string& path, Sixteen sixteen = Sixteen::refuse);
Result<Array> parse_npy(std::string_view bytes, std::string_view file, Sixteen sixteen = Sixteen::refuse);

// The same in the file's own dtype; integers and truth values as i64, which must hold them.
Result<AnyTensor> read_npy_tensor(const std::string& path, Sixteen sixteen = Sixteen::integers);
Result<AnyTensor> parse_npy_tensor(std::string_view bytes, std::string_view file,
                                   Sixteen sixteen = Sixteen::integers);

// The bytes of an NPY file, C order, little-endian: version 1.0, or 2.0 for shapes that need it. Values are rounded to
// nearest even in f2, bf16, f4 or f8; a tensor is written in its own dtype.
std::string print_npy(const spec::Tensor<double>& values, Dtype dtype = Dtype::f8);
std::string print_npy(const AnyTensor& tensor);

}  // namespace plumbline::runtime::data
