// Any bytes as an IDX file: a clear refusal, or a tensor no larger than the file.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/data/idx.h"
#include "spec/lang/check.h"

using namespace plumbline;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto tensor = runtime::data::parse_idx(text, "fuzz.idx");
  if (!tensor) check(std::string_view(tensor.error().what()).starts_with("fuzz.idx: "), "a refusal names the file");
  else check(runtime::shape_of(*tensor).size() <= static_cast<spec::Index>(size), "each element has its byte");
  const auto scaled = runtime::data::parse_idx_bytes(text, "fuzz.idx");
  check(!scaled || tensor, "what reads as bytes reads as a tensor");
  return 0;
}
