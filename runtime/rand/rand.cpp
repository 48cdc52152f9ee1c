// Filling tensors and shuffling.
#include "runtime/rand/rand.h"

#include <numeric>
#include <type_traits>

namespace plumbline::runtime::rand {

using spec::fail;
using spec::Tensor;

namespace {

template <class T>
Result<Tensor<T>> filled(const Shape& shape, spec::Initialiser scheme, std::uint64_t seed, std::uint64_t stream) {
  Initialisation plan{.seed = seed, .parameters = {{"tensor", shape, std::move(scheme), stream}}};
  if (auto ok = validate(plan); !ok) return tl::unexpected(ok.error());
  std::vector<float> values(static_cast<std::size_t>(shape.size()));
  const std::span<float> out = values;
  if (auto ok = initialise(plan, {&out, 1}); !ok) return tl::unexpected(ok.error());
  if constexpr (std::is_same_v<T, float>) return Tensor<T>(shape, std::move(values));
  else return Tensor<T>(shape, std::vector<T>(values.begin(), values.end()));
}

}  // namespace

Index Draws::below(Index n) {
  check(n >= 1, "a bound of at least 1");
  const auto bound = static_cast<std::uint64_t>(n), passed_over = (0 - bound) % bound;  // 2^64 mod n
  std::uint64_t x = next();
  while (x < passed_over) x = next();
  return static_cast<Index>(x % bound);
}

template <class T>
Result<Tensor<T>> uniform(const Shape& shape, std::uint64_t seed, double lo, double hi, std::uint64_t stream) {
  return filled<T>(shape, spec::UniformInit{lo, hi}, seed, stream);
}

template <class T>
Result<Tensor<T>> normal(const Shape& shape, std::uint64_t seed, double mean, double std, std::uint64_t stream) {
  return filled<T>(shape, spec::NormalInit{mean, std}, seed, stream);
}

template <class T>
Result<Tensor<T>> bernoulli(const Shape& shape, std::uint64_t seed, double p, std::uint64_t stream) {
  if (!shape.valid()) return fail("[bernoulli] found shape ", shape, ", expected one that a tensor can have");
  if (!(p >= 0 && p <= 1)) return fail("[bernoulli] found p = ", p, ", expected a probability");
  const std::uint64_t key = spec::key(seed, stream);
  return Tensor<T>::generate(
      shape, [&](Index i) { return T(spec::kept(key, static_cast<std::uint64_t>(i), p) ? 0 : 1); });
}

template Result<Tensor<float>> uniform(const Shape&, std::uint64_t, double, double, std::uint64_t);
template Result<Tensor<double>> uniform(const Shape&, std::uint64_t, double, double, std::uint64_t);
template Result<Tensor<float>> normal(const Shape&, std::uint64_t, double, double, std::uint64_t);
template Result<Tensor<double>> normal(const Shape&, std::uint64_t, double, double, std::uint64_t);
template Result<Tensor<float>> bernoulli(const Shape&, std::uint64_t, double, std::uint64_t);
template Result<Tensor<double>> bernoulli(const Shape&, std::uint64_t, double, std::uint64_t);

std::vector<Index> permutation(Index n, std::uint64_t seed, std::uint64_t stream) {
  std::vector<Index> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), Index{0});
  Draws draws(seed, stream);
  for (Index i = n; i > 1; --i)
    std::swap(order[static_cast<std::size_t>(i - 1)], order[static_cast<std::size_t>(draws.below(i))]);
  return order;
}

}  // namespace plumbline::runtime::rand
