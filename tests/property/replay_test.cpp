// Whatever case is written as a replay file is read back bit for bit.
#include "crosscheck/audit/replay.h"
#include "crosscheck/laws/evidence.h"
#include "tests/property/round_trips.h"

namespace plumbline::crosscheck {
namespace {

RC_GTEST_PROP(Replay, RoundTrips, ()) {
  RapidChoices choices;
  auto c = any_case(choices, choices.coin());
  RC_PRE(c.has_value());
  Replay replay;
  replay.version = "1", replay.law = "forward", replay.subject = "cpu";
  replay.verdict = spec::all_verdicts[static_cast<std::size_t>(choices.pick(0, spec::all_verdicts.size() - 1))];
  replay.c = std::move(*c);
  replay.c.seed = static_cast<std::uint64_t>(choices.pick(0, std::numeric_limits<std::int64_t>::max()));
  replay.c.number = static_cast<std::uint64_t>(choices.pick(0, 1000));
  const std::string text = print(replay);
  const auto back = parse_replay(text, catalogue());
  if (!back) RC_FAIL(std::string(back.error().what()) + "\n" + text);
  RC_ASSERT(back->c.graph == replay.c.graph);
  RC_ASSERT(back->c.data.size() == replay.c.data.size());
  for (std::size_t i = 0; i < replay.c.data.size(); ++i) RC_ASSERT(same_bits(back->c.data[i], replay.c.data[i]));
  RC_ASSERT(same_bits(back->c.cotangent, replay.c.cotangent));
  RC_ASSERT(back->c.seed == replay.c.seed && back->c.number == replay.c.number);
  RC_ASSERT(back->verdict == replay.verdict);
  RC_ASSERT(print(*back) == text);
}

}  // namespace
}  // namespace plumbline::crosscheck
