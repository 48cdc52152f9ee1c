// Any bytes as a suite in TOML: a refusal that names the file, or a suite within its limits.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "crosscheck/cli/suite_flags.h"
#include "crosscheck/cli/usage.h"
#include "spec/lang/check.h"

using namespace plumbline;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  try {
    const crosscheck::Suite suite = crosscheck::parse_suite(text, "fuzz.toml");
    check(suite.cases_per_cell >= 1 && suite.most_findings >= 1, "what is counted is at least one");
    check(suite.size >= 0x1p-8 && suite.size <= 0x1p8, "a size within its limits");
    check(suite.jobs >= 0 && suite.jobs <= 1024 && suite.seconds >= 0, "as many at once as there can be, and a time");
  } catch (const crosscheck::UsageError& e) {
    check(std::string_view(e.what()).find("found ") != std::string_view::npos, "a refusal says what was found");
  }
  return 0;
}
