// Multiply-adds per second of a certified matrix product, C = A B read with Rounded<Approx>, beside a plain double
// loop.
#include <chrono>
#include <cstdio>
#include <random>

#include "spec/num/rounded.h"
#include "spec/ops/linalg/matmul.h"

using namespace plumbline::spec;
using R = Rounded<Approx>;

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// The best of several runs.
template <class F>
double best(F&& run) {
  double least = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    run();
    least = std::min(least, seconds_since(start));
  }
  return least;
}

// For each element the sum and the sum of magnitudes, without any certificate of exactness or second tier.
double plain(const std::vector<float>& a, const std::vector<float>& b, Index m, Index k, Index n) {
  double check = 0;
  for (Index i = 0; i < m; ++i)
    for (Index j = 0; j < n; ++j) {
      double sum = 0, magnitude = 0;
      for (Index p = 0; p < k; ++p) {
        const double t = static_cast<double>(a[static_cast<std::size_t>(i * k + p)]) *
                         static_cast<double>(b[static_cast<std::size_t>(p * n + j)]);
        sum += t, magnitude += std::abs(t);
      }
      check += sum / magnitude;
    }
  return check;
}

}  // namespace

int main() {
  std::mt19937_64 random(1);
  std::normal_distribution<float> normal;
  const Claims claims;
  for (const auto& [m, k, n] : {std::array<Index, 3>{96, 512, 80}, {32, 4096, 32}, {64, 64, 64}}) {
    std::vector<float> a(static_cast<std::size_t>(m * k)), b(static_cast<std::size_t>(k * n));
    for (float& x : a) x = normal(random);
    for (float& x : b) x = normal(random);
    const auto leaf = [&](float x) { return R::leaf(x, claims); };
    const auto x = Tensor<R>::generate({m, k}, [&](Index i) { return leaf(a[static_cast<std::size_t>(i)]); });
    const auto y = Tensor<R>::generate({k, n}, [&](Index i) { return leaf(b[static_cast<std::size_t>(i)]); });
    const double macs = static_cast<double>(m * k * n);
    double check = 0;
    const double certified = best([&] { check += Matmul{}.eval<R>({x, y})[0].d; });
    const double loop = best([&] { check += plain(a, b, m, k, n); });
    std::printf("[%ld, %ld] x [%ld, %ld]: certified %.0f M MAC/s, plain double loop %.0f M MAC/s (%a)\n",
                static_cast<long>(m), static_cast<long>(k), static_cast<long>(k), static_cast<long>(n),
                macs / certified / 1e6, macs / loop / 1e6, check);
  }
}
