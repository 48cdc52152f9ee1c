// text_round_trip: the text form of a graph reads back to the identical graph.
#include "crosscheck/laws/evidence.h"
#include "crosscheck/laws/list.h"

namespace plumbline::crosscheck {

namespace {

class TextRoundTrip final : public Law {
 public:
  explicit TextRoundTrip(CataloguePointer catalogue) : catalogue_(std::move(catalogue)) {}
  std::string_view name() const override { return "text_round_trip"; }
  std::string_view summary() const override { return "the text form of a graph reads back to the identical graph"; }
  bool needs_subject() const override { return false; }
  bool applies(const Case&) const override { return true; }

  Outcome check(const Case& c, Subject&, const JudgeOptions&) const override {
    const std::string text = spec::print(c.graph);
    const auto back = spec::parse_graph(text, *catalogue_);
    if (!back) return failed(back.error().what());
    if (*back != c.graph) return failed("the graph read back differs");
    if (spec::print(*back) != text) return failed("the text of the graph read back differs");
    return {};
  }

 private:
  CataloguePointer catalogue_;
};

}  // namespace

std::unique_ptr<Law> text_round_trip_law(CataloguePointer catalogue) {
  return std::make_unique<TextRoundTrip>(std::move(catalogue));
}

}  // namespace plumbline::crosscheck
