// Any bytes as a graph's text: a clear refusal, or a graph whose own text reads back to the identical graph.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "spec/graph/graph.h"
#include "spec/lang/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace plumbline::spec;
  static const Catalogue catalogue = Catalogue::builtin();
  const auto graph = parse_graph({reinterpret_cast<const char*>(bytes), size}, catalogue);
  if (!graph) {
    plumbline::check(!std::string_view(graph.error().what()).empty(), "a refusal says why");
    return 0;
  }
  const auto again = parse_graph(print(*graph), catalogue);
  plumbline::check(again && *again == *graph, "what print writes, parse_graph reads back");
  return 0;
}
