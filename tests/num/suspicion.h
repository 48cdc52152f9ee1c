// Counting suspicions of the second tier against correct dot products.
#pragma once

#include <cstdio>
#include <map>
#include <string>

#include "spec/num/verdict.h"
#include "tests/num/sum_orders.h"

namespace plumbline::test {

using spec::Index;

struct SuspicionCount {
  std::size_t sums = 0, suspects = 0, failures = 0;
  std::map<std::string, double> worst;  // largest |err|/s of each order
};

inline spec::Rounded<spec::Approx> expected_dot(const Floats& a, const Floats& b, const spec::Claims& claims) {
  using R = spec::Rounded<spec::Approx>;
  return spec::sum<R>(static_cast<Index>(a.size()),
                      [&](Index i) {
                        const auto k = static_cast<std::size_t>(i);
                        return R::leaf(a[k], claims) * R::leaf(b[k], claims);
                      })
      .finished();
}

// Judges every order on one draw of data.
inline void count_suspicions(const Floats& a, const Floats& b, const spec::Claims& claims, double lambda,
                             Generator& random, SuspicionCount& count) {
  const auto expected = expected_dot(a, b, claims);
  Floats products(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) products[i] = a[i] * b[i];
  for (const DotOrder& order : dot_orders) {
    const float got = order.dot(a, b, products, random);
    const spec::Judged judged = spec::judge(expected, got, lambda);
    ++count.sums;
    count.suspects += judged.verdict == spec::Verdict::suspect;
    count.failures += judged.verdict != spec::Verdict::suspect && judged.verdict != spec::Verdict::pass;
    const double s = expected.deviation(), error = std::abs(got - expected.exact.centre());
    double& worst = count.worst[std::string(order.name)];
    if (s > 0) worst = std::max(worst, error / s);
  }
}

inline void print(const std::string& title, const SuspicionCount& count) {
  std::printf("%-28s %10zu sums, %zu suspected; largest |err|/s:", title.c_str(), count.sums, count.suspects);
  for (const auto& [name, worst] : count.worst) std::printf(" %s %.2f", name.c_str(), worst);
  std::printf("\n");
}

}  // namespace plumbline::test
