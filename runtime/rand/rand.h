// Random numbers as pure functions of (seed, stream, index): keys, draws, filled tensors, permutations.
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/init/initialise.h"
#include "runtime/nn/seeds.h"
#include "spec/lang/random.h"
#include "spec/lang/tensor.h"

namespace plumbline::runtime::rand {

using spec::mix;

// The key of stream `counter` of a seed. `separate` is ours; `torchlean` aliases (1, 2) with (2, 1).
constexpr std::uint64_t key_of(std::uint64_t seed, std::uint64_t counter,
                               StreamScheme scheme = StreamScheme::separate) {
  return scheme == StreamScheme::separate ? spec::key(seed, counter) : spec::torchlean::key(seed, counter);
}
// A seed derived from another, as seed `counter` of a stream of them.
constexpr std::uint64_t next_seed(std::uint64_t seed, std::uint64_t counter,
                                  StreamScheme scheme = StreamScheme::separate) {
  return scheme == StreamScheme::separate ? spec::key(seed, counter) : spec::torchlean::next_seed(seed, counter);
}
// Draw i of a key: 64 bits; the low 32 of them under `torchlean`.
constexpr std::uint64_t draw(std::uint64_t key, std::uint64_t i, StreamScheme scheme = StreamScheme::separate) {
  return scheme == StreamScheme::separate ? spec::draw(key, i) : spec::torchlean::draw(key, i);
}
// A draw as a number in [0, 1): its top 24 bits over 2^24; all 32 bits over 2^32 under `torchlean`.
constexpr double unit(std::uint64_t draw, StreamScheme scheme = StreamScheme::separate) {
  return scheme == StreamScheme::separate ? static_cast<double>(spec::unit(draw))
                                          : spec::torchlean::unit(static_cast<std::uint32_t>(draw));
}

using nn::SeedStream;  // seeds one after another

// The draws of one stream in order, for algorithms that take as many as they need.
class Draws {
 public:
  explicit Draws(std::uint64_t seed, std::uint64_t stream = 0) : key_(spec::key(seed, stream)) {}
  std::uint64_t next() { return spec::draw(key_, at_++); }
  // In [0, 1), a multiple of 2^-24.
  double unit() { return static_cast<double>(spec::unit(next())); }
  // Uniform in [0, n), n ≥ 1: draws beyond the last multiple of n are passed over, so no value is likelier.
  Index below(Index n);

 private:
  std::uint64_t key_, at_ = 0;
};

// Tensors filled by the initialisers of spec/lang: element i takes its own draws, in any order. T: float or double,
// which hold the same numbers. Errors: a shape that is not valid, lo > hi, std < 0, p outside [0, 1].
template <class T = float>
Result<spec::Tensor<T>> uniform(const Shape& shape, std::uint64_t seed, double lo = 0, double hi = 1,
                                std::uint64_t stream = 0);
template <class T = float>
Result<spec::Tensor<T>> normal(const Shape& shape, std::uint64_t seed, double mean = 0, double std = 1,
                               std::uint64_t stream = 0);
// 1 with probability p, to 2^-24; else 0. The complement of a dropout mask of 1 − p under the same key.
template <class T = float>
Result<spec::Tensor<T>> bernoulli(const Shape& shape, std::uint64_t seed, double p, std::uint64_t stream = 0);

// 0, 1, …, n − 1 in one of n! orders, each as likely as the draws can make it (Fisher and Yates).
std::vector<Index> permutation(Index n, std::uint64_t seed, std::uint64_t stream = 0);

}  // namespace plumbline::runtime::rand
