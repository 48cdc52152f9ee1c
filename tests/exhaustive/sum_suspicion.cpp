// Ten million correct dot products in eight orders: none may be suspected. `sum_suspicion [sums]`
#include <cstdlib>

#include "tests/num/suspicion.h"

using namespace plumbline;

int main(int argc, char** argv) {
  const auto wanted = static_cast<std::size_t>(argc > 1 ? std::atoll(argv[1]) : 10000000);
  const spec::Claims claims;
  const double lambda = spec::lambda(spec::default_false_alarm, spec::default_elements);
  test::Generator random(1);
  std::size_t suspects = 0, failures = 0;
  for (const test::Distribution& distribution : test::distributions) {
    test::SuspicionCount count;
    // Full draws are slow, so that each draw is dealt out again in new pairs.
    test::Floats a = test::drawn(1 << 16, distribution, random),
                 b = test::drawn(1 << 16, test::distributions[0], random);
    while (count.sums < wanted / test::distributions.size()) {
      const std::size_t n = std::size_t{2} << (random() % 8);
      const std::size_t i = random() % (a.size() - n), j = random() % (b.size() - n);
      test::count_suspicions(
          {a.begin() + static_cast<std::ptrdiff_t>(i), a.begin() + static_cast<std::ptrdiff_t>(i + n)},
          {b.begin() + static_cast<std::ptrdiff_t>(j), b.begin() + static_cast<std::ptrdiff_t>(j + n)}, claims, lambda,
          random, count);
    }
    test::print(std::string(distribution.name), count);
    suspects += count.suspects, failures += count.failures;
  }
  return suspects + failures == 0 ? 0 : 1;
}
