// Both engines on millions of elements: `second_engine [elements] [seed]` prints what was compared, op by op. Ops whose
// definitions use no elementary function are only looked at; the others share the elements.
#include "tests/engines/second_engine.h"

#include <cstdio>
#include <cstdlib>

using namespace plumbline;

namespace {

constexpr std::uint64_t a_look = 1000;

// Elements that an op should be compared on, so that `wanted` of all ops go through elementary functions.
std::uint64_t budget(const test::EngineCount& look, std::uint64_t wanted, std::size_t ops) {
  if (look.elementary == 0) return a_look;
  return wanted / ops * (look.elements + look.silent) / look.elementary + 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto wanted = static_cast<std::uint64_t>(argc > 1 ? std::atoll(argv[1]) : 10000000);
  const auto seed = static_cast<std::uint64_t>(argc > 2 ? std::atoll(argv[2]) : 1);
  const test::ArbReadings readings = test::arb_readings();
  std::map<std::string, test::EngineCount> looks;
  std::size_t with_functions = 0;
  for (const auto& [op, reading] : readings) {
    looks[op] = test::compare_engines(op, reading, seed, a_look);
    with_functions += looks[op].elementary > 0;
  }
  std::uint64_t elements = 0, elementary = 0, silent = 0, apart = 0;
  for (const auto& [op, reading] : readings) {
    const std::uint64_t share = budget(looks[op], wanted, with_functions);
    const test::EngineCount count = test::compare_engines(op, reading, seed, share);
    std::printf("%-28s %10llu enclosed by both %10llu through elementary functions %8llu silent %4zu apart\n",
                op.c_str(), static_cast<unsigned long long>(count.elements),
                static_cast<unsigned long long>(count.elementary), static_cast<unsigned long long>(count.silent),
                count.disagreements.size());
    for (const std::string& line : count.disagreements) std::printf("  %s\n", line.c_str());
    elements += count.elements, elementary += count.elementary, silent += count.silent;
    apart += count.disagreements.size();
  }
  std::printf("%llu elements of %zu ops enclosed by both engines, %llu through elementary functions, %llu silent, "
              "%llu apart\n",
              static_cast<unsigned long long>(elements), readings.size(), static_cast<unsigned long long>(elementary),
              static_cast<unsigned long long>(silent), static_cast<unsigned long long>(apart));
  return apart == 0 ? 0 : 1;
}
