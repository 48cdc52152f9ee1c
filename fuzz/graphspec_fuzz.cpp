// Any bytes as a GraphSpec in text or JSON: a clear refusal, or a spec that both forms read back to an equal one.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/io/graphspec_file.h"
#include "spec/graph/graphspec/compile.h"
#include "spec/lang/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace plumbline;
  static const spec::PrimitiveTable table = spec::PrimitiveTable::builtin();
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const bool json = size > 0 && text.front() == '{';
  const auto read = json ? runtime::io::graphspec_from_json(text, table) : spec::parse_graphspec(text, table);
  if (!read) {
    check(!std::string_view(read.error().what()).empty(), "a refusal says why");
    return 0;
  }
  const auto from_text = spec::parse_graphspec(spec::print(*read), table);
  check(from_text && *from_text == *read, "what print writes, parse_graphspec reads back");
  const auto from_json = runtime::io::graphspec_from_json(runtime::io::to_json(*read), table);
  check(from_json && *from_json == *read, "what to_json writes, graphspec_from_json reads back");
  check(spec::compile(*read).has_value(), "what was read is well typed, so it compiles");
  check(!spec::to_dot(*read).empty(), "it can be drawn");
  return 0;
}
