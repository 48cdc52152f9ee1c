// Whatever graph is drawn, its text reads back to the same graph and prints the same text again.
#include "spec/eval/exact.h"
#include "spec/graph/graph.h"
#include "tests/property/round_trips.h"

namespace plumbline::crosscheck {
namespace {

RC_GTEST_PROP(GraphText, RoundTrips, ()) {
  RapidChoices choices;
  Wish wish;
  wish.most_elements = 200;
  const Case c = draw_graph(catalogue(), choices, any_pattern(choices), wish, /*most_nodes=*/8);
  const std::string text = spec::print(c.graph);
  const auto back = spec::parse_graph(text, catalogue());
  if (!back) RC_FAIL(std::string(back.error().what()) + "\n" + text);
  RC_ASSERT(*back == c.graph);
  RC_ASSERT(spec::print(*back) == text);
}

// A gradient is a graph like any other.
RC_GTEST_PROP(GraphText, RoundTripsGradients, ()) {
  RapidChoices choices;
  const auto c = any_case(choices, /*cotangent=*/true);
  RC_PRE(c.has_value());
  const auto grad = spec::grad_graph(c->graph);
  RC_PRE(grad.has_value());
  const auto back = spec::parse_graph(spec::print(grad->graph), catalogue());
  if (!back) RC_FAIL(std::string(back.error().what()) + "\n" + spec::print(grad->graph));
  RC_ASSERT(*back == grad->graph);
}

}  // namespace
}  // namespace plumbline::crosscheck
