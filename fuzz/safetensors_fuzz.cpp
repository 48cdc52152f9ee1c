// Any bytes as a safetensors file: a clear refusal, or tensors that fill the data, whose header survives being written.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/io/safetensors_header.h"
#include "spec/lang/check.h"

using namespace plumbline;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto header = runtime::io::parse_safetensors_header(text, size, "fuzz");
  if (!header) {
    check(std::string_view(header.error().what()).starts_with("fuzz: "), "a refusal names the file");
    return 0;
  }
  std::uint64_t data = 0;
  for (const auto& t : header->tensors) data += t.end - t.begin;
  check(header->data_offset + data == size, "the tensors are the data");
  const auto written = runtime::io::print_safetensors_header(header->tensors, header->metadata);
  check(written.has_value(), "what was read can be written");
  const auto again = runtime::io::parse_safetensors_header(*written, written->size() + data, "again");
  check(again && again->tensors.size() == header->tensors.size(), "what is written reads back");
  check(again->metadata == header->metadata, "and so do the metadata");
  for (std::size_t i = 0; i < again->tensors.size(); ++i)
    check(again->tensors[i].name == header->tensors[i].name && again->tensors[i].shape == header->tensors[i].shape,
          "in the same order");
  return 0;
}
