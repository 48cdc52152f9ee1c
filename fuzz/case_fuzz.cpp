// Bytes as choices: one op, or a random graph, with shapes, attributes and data, computed by our runtime and judged by
// the proven bound.
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

// Ops by their own bound; graphs node by node and as a whole.
const Law& law_on(const Case& c) {
  static const Laws laws = all_laws();
  const Law* law = law_named(laws, c.op_name() == "graph" ? "end_to_end" : "forward");
  if (law == nullptr) std::abort();
  return *law;
}

std::optional<Case> draw(ByteChoices& choices) {
  static const spec::Catalogue catalogue = spec::Catalogue::builtin();
  static const auto entries = catalogue.entries();
  Wish wish;
  wish.most_elements = 64, wish.special = choices.coin();
  const auto pattern = static_cast<Pattern>(choices.pick(0, pattern_count - 1));
  if (choices.pick(0, 3) == 3) return draw_graph(catalogue, choices, pattern, wish, /*most_nodes=*/5);
  return draw_case(*choices.one_of(entries), choices, choices, pattern, wish);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto subject = cpu_subject();
  ByteChoices choices({bytes, size});
  const auto drawn = draw(choices);
  if (!drawn) return 0;
  const Law& law = law_on(*drawn);
  if (!law.applies(*drawn)) return 0;
  JudgeOptions options;
  options.tier = Tier::proof;
  options.vacuity = false;
  const Outcome outcome = law.check(*drawn, *subject, options);
  if (outcome.verdict != Verdict::fail && outcome.verdict != Verdict::crash) return 0;
  std::fprintf(stderr, "%s\n%s", outcome.message.c_str(), spec::print(drawn->graph).c_str());
  std::abort();
}
