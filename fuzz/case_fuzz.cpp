// Bytes as choices: one op with shapes, attributes and data, computed by our runtime and judged by the proven bound.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "crosscheck/laws/law.h"
#include "crosscheck/sample/draw.h"
#include "crosscheck/subjects/subject.h"

namespace {

using namespace plumbline;
using namespace plumbline::crosscheck;

const Law& forward() {
  static const std::vector<std::unique_ptr<Law>> laws = all_laws();
  for (const auto& law : laws)
    if (law->name() == "forward") return *law;
  std::abort();
}

std::optional<Case> draw(ByteChoices& choices) {
  static const spec::Catalogue catalogue = spec::Catalogue::builtin();
  static const auto entries = catalogue.entries();
  const Wish wish{.most_elements = 64, .special = choices.coin(), .cotangent = false};
  const auto pattern = static_cast<Pattern>(choices.pick(0, pattern_count - 1));
  if (choices.pick(0, 3) == 3) return draw_graph(catalogue, choices, pattern, wish, /*most_nodes=*/5);
  return draw_case(*choices.one_of(entries), choices, choices, pattern, wish);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto subject = cpu_subject();
  ByteChoices choices({bytes, size});
  const auto drawn = draw(choices);
  if (!drawn || !forward().applies(*drawn)) return 0;
  JudgeOptions options;
  options.tier = Tier::proof;
  options.vacuity = false;
  const Outcome outcome = forward().check(*drawn, *subject, options);
  if (outcome.verdict != Verdict::fail && outcome.verdict != Verdict::crash) return 0;
  std::fprintf(stderr, "%s\n%s", outcome.message.c_str(), spec::print(drawn->graph).c_str());
  std::abort();
}
