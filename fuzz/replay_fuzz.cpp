// Any bytes as a replay file: a clear refusal, or a case whose own text reads back to the same text.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crosscheck/audit/replay.h"
#include "spec/lang/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace plumbline;
  static const spec::Catalogue catalogue = spec::Catalogue::builtin();
  const auto replay = crosscheck::parse_replay({reinterpret_cast<const char*>(bytes), size}, catalogue, "fuzz.replay");
  if (!replay) {
    check(std::string_view(replay.error().what()).starts_with("fuzz.replay: "), "a refusal names the file");
    return 0;
  }
  const std::string text = print(*replay);
  const auto again = crosscheck::parse_replay(text, catalogue, "again.replay");
  check(again && print(*again) == text, "what print writes, parse_replay reads back");
  return 0;
}
