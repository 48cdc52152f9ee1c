// The header of an NPY file: a Python literal with three keys.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "spec/lang/result.h"
#include "spec/lang/shape.h"

namespace plumbline::runtime::data {

struct NpyHeader {
  std::string descr;  // as written, e.g. `<f4`
  bool fortran_order = false;
  spec::Shape shape;
  std::size_t data_offset = 0;  // where the elements begin
};

// No header may be longer: room for thousands of axes.
inline constexpr std::size_t longest_npy_header = 65536;

// `bytes` is at least the beginning of the file up to the elements.
spec::Result<NpyHeader> parse_npy_header(std::string_view bytes, std::string_view file);

}  // namespace plumbline::runtime::data
