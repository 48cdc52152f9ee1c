// replay_round_trip: a replay file reads back to the same case, bit for bit.
#include "crosscheck/audit/replay.h"
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/list.h"

namespace plumbline::crosscheck {

namespace {

class ReplayRoundTrip final : public Law {
 public:
  explicit ReplayRoundTrip(CataloguePointer catalogue) : catalogue_(std::move(catalogue)) {}
  std::string_view name() const override { return "replay_round_trip"; }
  std::string_view summary() const override { return "a replay file reads back to the same case, bit for bit"; }
  bool needs_subject() const override { return false; }
  bool applies(const Case&) const override { return true; }
  Wish wish() const override {
    Wish w;
    w.special = true, w.cotangent = true, w.most_elements = 1000;
    return w;
  }

  Outcome check(const Case& c, Subject&, const JudgeOptions&) const override {
    Replay replay;
    replay.law = name(), replay.subject = "none", replay.verdict = Verdict::pass, replay.c = c;
    const std::string text = print(replay);
    const auto back = parse_replay(text, *catalogue_);
    if (!back) return failed(back.error().what());
    if (print(*back) != text) return failed("the text of the case read back differs");
    if (back->c.graph != c.graph || back->c.data.size() != c.data.size()) return failed("the graph read back differs");
    Outcome out;
    for (std::size_t i = 0; i < c.data.size(); ++i) {
      if (!same_bits(back->c.data[i], c.data[i]))
        return failed(spec::concat("data ", i, ": ", first_difference(back->c.data[i], c.data[i])));
      out.judgement.elements += c.data[i].size();
    }
    if (!same_bits(back->c.cotangent, c.cotangent))
      return failed("cotangent: " + first_difference(back->c.cotangent, c.cotangent));
    return out;
  }

 private:
  CataloguePointer catalogue_;
};

}  // namespace

std::unique_ptr<Law> replay_round_trip_law(CataloguePointer catalogue) {
  return std::make_unique<ReplayRoundTrip>(std::move(catalogue));
}

}  // namespace plumbline::crosscheck
