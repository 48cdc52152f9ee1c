// The header of a safetensors file: where each tensor lies, as JSON behind its length.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/core/view.h"
#include "spec/lang/result.h"

namespace plumbline::runtime::io {

using spec::Result;
using Metadata = std::map<std::string, std::string>;

// One tensor of a file: its bytes are [begin, end) of the data, which follow the header.
struct TensorEntry {
  std::string name;
  DType dtype = DType::f32;
  Shape shape = {};
  std::uint64_t begin = 0, end = 0;
};

struct SafetensorsHeader {
  std::vector<TensorEntry> tensors;  // in the order of the text
  Metadata metadata;
  std::uint64_t data_offset = 0;     // of the file: where the data begin
};

// The format's own limit.
inline constexpr std::uint64_t longest_safetensors_header = 100'000'000;

// `bytes` is at least the beginning of a file of `file_size` bytes, up to its data. All is checked: lengths against the
// file, each key once, dtypes F64 F32 F16 BF16 I64, shapes against offsets, and that the tensors fill the data without
// gaps or overlaps. Errors read `file: header: tensor x: found Y, expected Z`.
Result<SafetensorsHeader> parse_safetensors_header(std::string_view bytes, std::uint64_t file_size,
                                                   std::string_view file);
// The length of the header text from the first 8 bytes of a file, checked against its size.
Result<std::uint64_t> safetensors_header_length(std::string_view bytes, std::uint64_t file_size, std::string_view file);

// The length and the text, padded so that the data begin at a multiple of 8. Error: a name that is no UTF-8, or twice.
Result<std::string> print_safetensors_header(const std::vector<TensorEntry>& tensors, const Metadata& metadata);

std::string_view safetensors_name(DType dtype);  // F32, …

}  // namespace plumbline::runtime::io
