// A number is finite unless all bits of its exponent are set.
#include "runtime/train/finite.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>

#include "runtime/data/collate.h"

namespace plumbline::runtime::train {

namespace {

constexpr Index elements_per_part = 32768;

template <class T>
struct Bits;
template <>
struct Bits<float> {
  using Word = std::uint32_t;
  static constexpr Word exponent = 0x7f80'0000;
};
template <>
struct Bits<double> {
  using Word = std::uint64_t;
  static constexpr Word exponent = 0x7ff0'0000'0000'0000;
};
template <>
struct Bits<Half> {
  using Word = std::uint16_t;
  static constexpr Word exponent = 0x7c00;
};
template <>
struct Bits<BFloat16> {
  using Word = std::uint16_t;
  static constexpr Word exponent = 0x7f80;
};

constexpr Index lanes = 64;  // of a loop of known length: vector code

template <class T>
bool all_finite(const T* begin, const T* end) {
  using Word = typename Bits<T>::Word;
  Word bad[lanes] = {};
  const auto look = [](const T& x, Word& to) {
    to = static_cast<Word>(to | Word((std::bit_cast<Word>(x) & Bits<T>::exponent) == Bits<T>::exponent));
  };
  const T* x = begin;
  for (; end - x >= lanes; x += lanes)
    for (Index i = 0; i < lanes; ++i) look(x[i], bad[i]);
  for (; x != end; ++x) look(*x, bad[0]);
  return std::ranges::all_of(bad, [](Word w) { return w == 0; });
}

}  // namespace

template <class T>
Index first_not_finite(Workers& workers, std::span<const T> x) {
  std::atomic<bool> bad = false;
  parallel_for(workers, static_cast<Index>(x.size()), elements_per_part, [&](Index begin, Index end, int) {
    if (!all_finite(x.data() + begin, x.data() + end)) bad.store(true, std::memory_order_relaxed);
  });
  if (!bad) return -1;
  Index i = 0;
  while (all_finite(&x[static_cast<std::size_t>(i)], &x[static_cast<std::size_t>(i)] + 1)) ++i;
  return i;
}

Result<void> check_loss(double loss, std::string_view what, Index number,
                        std::span<const std::pair<std::string_view, const AnyTensor*>> data) {
  if (std::isfinite(loss)) return {};
  for (const auto& [name, x] : data)
    if (auto ok = data::check_finite(*x, name); !ok)
      return spec::fail(what, ' ', number, " is not finite: ", ok.error().what());
  return spec::fail(what, ' ', number, " is not finite, though its data are");
}

template <class T>
Result<void> check_gradient(Workers& workers, std::span<const T> gradient, std::string_view what, Index number,
                            std::string_view param, const Shape& shape) {
  const Index at = first_not_finite(workers, gradient);
  if (at < 0) return {};
  const double found = exact(gradient[static_cast<std::size_t>(at)]);
  return spec::fail(what, ' ', number, ": the gradient of ", param, ' ', shape, ": element ", at, ": found ",
                    std::isnan(found) ? "nan" : found > 0 ? "inf" : "-inf", ", expected a finite number");
}

template Index first_not_finite(Workers&, std::span<const float>);
template Index first_not_finite(Workers&, std::span<const double>);
template Index first_not_finite(Workers&, std::span<const Half>);
template Index first_not_finite(Workers&, std::span<const BFloat16>);
template Result<void> check_gradient(Workers&, std::span<const float>, std::string_view, Index, std::string_view,
                                     const Shape&);
template Result<void> check_gradient(Workers&, std::span<const double>, std::string_view, Index, std::string_view,
                                     const Shape&);
template Result<void> check_gradient(Workers&, std::span<const Half>, std::string_view, Index, std::string_view,
                                     const Shape&);
template Result<void> check_gradient(Workers&, std::span<const BFloat16>, std::string_view, Index, std::string_view,
                                     const Shape&);

}  // namespace plumbline::runtime::train
